"""One association line by line: what belongs together is put together, and what was planted is told."""

from __future__ import annotations

from datetime import UTC, datetime

from lab.course.watched import Watched
from lab.detection.events.lines import Clock
from lab.detection.events.orthanc_log import log_events
from lab.detection.truth import Effect
from lab.i18n import t, tn
from lab.lesson import Judgement, Lesson, Question


def _taken(day: Watched, title: str, studies: int) -> Judgement:
    requests = [request for request in day.truth.requests if request.intrusion == "bulk-get"]
    titles = {request.aet for request in requests}
    took = {touch.study for request in requests for touch in request.touches if touch.effect is Effect.COPIED}
    # The archive may also have sent what is nobody's, as research's anonymised copies: the log does not tell them apart.
    asked = {request.target for request in requests if request.verb == "C-GET"}
    if not took:
        return Judgement(False, t("On this day nobody copied studies. Play it as the notebook does."))
    if title.strip() not in titles:
        return Judgement(False, t("Not {title!r}: that client belongs here, or took nothing.", title=title[:16]))
    if len(took) <= studies <= len(asked):
        return Judgement(True, tn("{title} took one study.", "{title} took {n} studies.", studies, title=title.strip()))
    return Judgement(False, t("It took fewer.") if studies > len(asked) else t("It took more."))


def _planted(lines: list[object], number: int) -> Judgement:
    texts = [str(line) for line in lines]
    events = log_events(lambda: texts, Clock(datetime.now(UTC)))
    planted = {event["log.line"] for event in events if event.get("event.forged")}
    if not planted:
        return Judgement(False, t("None of these {n} lines was planted.", n=len(lines)))
    if number in planted:
        return Judgement(True, t("The archive never wrote this line. A visitor's path did."))
    return Judgement(False, t("Line {n} was not planted.", n=number))


LESSON = Lesson(
    id="detect-association",
    notebook=42,
    title=t("One association, line by line"),
    minutes=30,
    roles=(t("security teams"), t("PACS administrators"), t("modality engineers")),
    questions=(
        Question(
            id="taken",
            text=t("Who copied studies by C-GET, and how many?"),
            takes=(Watched, str, int),
            judge=_taken,
            hints=(
                t(
                    "Workstations fetch studies, too. The archive says of a stranger that it does not know the modality."
                ),
                t(
                    "The lines that say “Sending resource … to modality” name one resource each: count the different ones."
                ),
            ),
        ),
        Question(
            id="planted",
            text=t("Which line did the archive not write?"),
            takes=(list, int),
            judge=_planted,
            hints=(
                t("An audit line has the path as JSON, in which a line end is written \\n. What stands behind it?"),
                t("Count the lines from 1, as enumerate(lines, 1) does."),
            ),
        ),
    ),
)

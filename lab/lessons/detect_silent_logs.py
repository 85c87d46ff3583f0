"""What the logs do not say: in the archive's default log an intruder who is let in leaves nothing."""

from __future__ import annotations

from collections.abc import Set

from lab.course.watched import Watched
from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question, missing_and_extra


def _lines(day: Watched, count: int) -> Judgement:
    log = day.recording.sensor("orthanc")
    if log is None:
        return Judgement(False, t("This day has no log of the archive."))
    lines = log.read_text("utf-8", errors="replace").splitlines()
    right = sum(line[:1] in ("W", "E") and "Lua says: AUDIT" not in line for line in lines)
    if count == right:
        return Judgement(True, t("Of {all} lines at --verbose, the default log has {n}.", all=len(lines), n=right))
    return Judgement(False, t("The default log has more.") if count < right else t("The default log has fewer."))


def _hidden(day: Watched, names: Set[object]) -> Judgement:
    rows = day.visibility.found.rows
    hidden = {name for name, row in rows.items() if not row.get("orthanc-default")}
    return missing_and_extra({str(name) for name in names}, hidden)


LESSON = Lesson(
    id="detect-silent-logs",
    notebook=40,
    title=t("What the logs do not say"),
    minutes=20,
    roles=(t("PACS administrators"), t("security teams"), t("IT management")),
    questions=(
        Question(
            id="lines",
            text=t("How many lines has the archive's default log of this day?"),
            takes=(Watched, int),
            judge=_lines,
            hints=(
                t("A line's first letter is its level: I for information, W for warnings, E for errors."),
                t(
                    "Count the lines that begin with W or E and are no audit lines: those are a sensor that was switched on."
                ),
            ),
        ),
        Question(
            id="hidden",
            text=t("Which intrusions left no line in the archive's default log?"),
            takes=(Watched, Set),
            judge=_hidden,
            hints=(
                t("day.visibility counts the traces; its rows are sensors, its columns intrusions."),
                t("day.visibility.found.rows has the same as a dictionary: name → sensor → number of traces."),
            ),
        ),
    ),
)

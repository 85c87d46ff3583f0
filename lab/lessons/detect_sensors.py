"""Switch the lights on: what each sensor of a hospital shows, and which few of them show everything."""

from __future__ import annotations

from collections.abc import Mapping, Set
from contextlib import closing
from itertools import combinations

from lab.course.watched import Watched
from lab.detection.events.load import load
from lab.i18n import t, tn
from lab.lesson import Judgement, Lesson, Question, missing_and_extra

DEAR = frozenset({"orthanc-verbose", "capture"})
"""Nobody leaves these on for ever: too much of it, and in a capture every patient's name."""


def _cover(day: Watched, sensors: Set[object]) -> Judgement:
    found = day.visibility.found
    chosen = {str(name) for name in sensors}
    columns = tuple(name for name in found.columns if name not in DEAR)
    unknown = sorted(chosen - set(columns))
    if unknown or not chosen:
        known = ", ".join(columns)
        return Judgement(False, t("Choose among: {known}.", known=known), tuple(unknown))
    rows = {name: row for name, row in found.rows.items() if any(row[column] for column in columns)}
    missed = _missed(chosen, rows)
    if missed:
        return Judgement(
            False, tn("They miss one intrusion.", "They miss {n} intrusions.", len(missed)), tuple(sorted(missed))
        )
    fewest = next(n for n in range(len(columns) + 1) if _covering(n, columns, rows))
    if len(chosen) > fewest:
        return Judgement(False, t("They show everything. Fewer would, too."))
    return Judgement(True, tn("One sensor shows them all.", "{n} sensors together show them all.", fewest))


def _covering(number: int, columns: tuple[str, ...], rows: Mapping[str, Mapping[str, int]]) -> bool:
    return any(not _missed(set(some), rows) for some in combinations(columns, number))


def _missed(sensors: set[str], rows: Mapping[str, Mapping[str, int]]) -> set[str]:
    return {name for name, row in rows.items() if not any(row[sensor] for sensor in sensors)}


def _account(day: Watched, datasets: Set[object]) -> Judgement:
    query = 'SELECT DISTINCT "event.dataset" FROM events WHERE "user.name" IS NOT NULL'
    with closing(load(day.recording)) as database:
        right = {str(name) for (name,) in database.execute(query)}
    return missing_and_extra({str(name) for name in datasets}, right)


LESSON = Lesson(
    id="detect-sensors",
    notebook=41,
    title=t("Switch the lights on"),
    minutes=25,
    roles=(t("PACS administrators"), t("security teams"), t("network administrators")),
    questions=(
        Question(
            id="account",
            text=t("Which sources of events name the account?"),
            takes=(Watched, Set),
            judge=_account,
            hints=(
                t("The source stands in the column event.dataset, the account in user.name."),
                t("Keep the rows where user.name is not empty, and list what event.dataset has there."),
            ),
        ),
        Question(
            id="cover",
            text=t("The fewest sensors that show every intrusion of this day, without --verbose and packets"),
            takes=(Watched, Set),
            judge=_cover,
            hints=(
                t("An intrusion is shown when at least one of the sensors has a trace of it."),
                t("Web requests pass one of the gateway's logs, DICOM connections another. Does one sensor see both?"),
            ),
        ),
    ),
)

"""Structured reports and PDFs."""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset

from lab.course.practice import Practice
from lab.deid.problems import DeidError
from lab.deid.score.objects import read_folder
from lab.deid.score.scoring import score
from lab.i18n import t, tn
from lab.lesson import Judgement, Lesson, Question, missing_and_extra
from synthetic_data import Kind, Place

_CONTENT = "(0040,A730)"


def _kinds(practice: Practice, file: str, kinds: Set[object]) -> Judgement:
    if file not in practice.files:
        return Judgement(False, t("The set has no file {file!r}.", file=file))
    right = {entry.kind.value for entry in practice.key(file) if entry.tag.startswith(_CONTENT)}
    return missing_and_extra(set(map(str, kinds)), right)


def _scans(practice: Practice, files: Set[object]) -> Judgement:
    right = {
        file
        for file in practice.files
        if any(entry.place is Place.PDF and entry.kind is Kind.NATIONAL_ID for entry in practice.key(file))
    }
    return missing_and_extra(set(map(str, files)), right)


def _kept(practice: Practice, target: Path) -> Judgement:
    try:
        result = score(practice.folder, target, validate=False)
    except DeidError as error:
        return Judgement(False, str(error.args[0]))
    if result.leaked or result.paired < len(practice.files):
        return Judgement(False, tn("One identifier is left.", "{n} identifiers are left.", result.leaked))
    wanted = {words for file in practice.files for words in _medical(practice, file)}
    there = {words for seen in read_folder(target) for _, words in _texts(seen.dataset)}
    lost = len(wanted - there)
    if lost:
        return Judgement(
            False, t("Nothing leaked, but {n} of {all} medical sentences are gone.", n=lost, all=len(wanted))
        )
    return Judgement(True, t("Nothing leaked, and what the doctor found still stands there."))


def _medical(practice: Practice, file: str) -> Iterator[str]:
    """The sentences of a report in which nothing was planted."""
    planted = {entry.tag for entry in practice.key(file)}
    return (words for tag, words in _texts(dcmread(practice.folder / file)) if tag not in planted)


def _texts(dataset: Dataset, path: str = "") -> Iterator[tuple[str, str]]:
    """The texts of a report's content tree with their tag paths (DICOM PS3.3 C.17.3)."""
    for number, item in enumerate(dataset.get("ContentSequence", ())):
        here = f"{path}{_CONTENT}[{number}]"
        if item.get("TextValue"):
            yield f"{here}(0040,A160)", str(item.TextValue)
        yield from _texts(item, here)


LESSON = Lesson(
    id="privacy-documents",
    notebook=54,
    title=t("Structured reports and PDFs"),
    minutes=30,
    roles=(t("radiologists"), t("researchers"), t("data protection officers")),
    questions=(
        Question(
            id="kinds",
            text=t("Which kinds of data does the content of the report give away?"),
            takes=(Practice, str, Set),
            judge=_kinds,
            hints=(
                t("The content is a tree of sequences: its tags begin with (0040,A730)."),
                t("Collect the kinds of the rows of this file whose tag begins so."),
            ),
        ),
        Question(
            id="scans",
            text=t("Which files hold a national number in a document?"),
            takes=(Practice, Set),
            judge=_scans,
            hints=(
                t("In the quick inventory there is none. What did it not read?"),
                t("Take the inventory that reads pictures, and of its rows those with the place “pdf” and the kind “national_id”."),
            ),
        ),
        Question(
            id="kept",
            text=t("Nothing left of the patient, and everything of the finding"),
            takes=(Practice, Path),
            judge=_kept,
            hints=(
                t("The basic profile removes what a report says; an option of E.3 has it cleaned instead."),
                t("The option is called clean-structured-content."),
            ),
        ),
    ),
)  # fmt: skip

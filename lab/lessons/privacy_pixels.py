"""Pixels: what is written in a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydicom import dcmread

from lab.course.deidentified import Scored
from lab.course.practice import Practice
from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question
from synthetic_data import Place

_PIXEL_DATA = "(7FE0,0010)"
_MOST = 0.25
_ENOUGH = 0.95


def _boxes(practice: Practice, file: str, boxes: list[Any]) -> Judgement:
    if file not in practice.files:
        return Judgement(False, t("The set has no file {file!r}.", file=file))
    planted = [entry.box for entry in practice.key(file) if entry.place is Place.PIXELS and entry.tag == _PIXEL_DATA]
    plane = np.zeros(_size(practice, file), bool)
    try:
        for left, top, right, bottom in boxes:
            plane[max(0, int(top)) : max(0, int(bottom)), max(0, int(left)) : max(0, int(right))] = True
    except (TypeError, ValueError, OverflowError):
        return Judgement(False, t("A box is four numbers: left, top, right, bottom."))
    shown = sum(plane[box[1] : box[3], box[0] : box[2]].mean() < _ENOUGH for box in planted if box)
    if shown:
        return Judgement(False, t("{n} of {all} planted identifiers can still be read.", n=shown, all=len(planted)))
    if plane.mean() > _MOST:
        return Judgement(
            False, t("Everything is covered, and {n} % of the picture with it.", n=round(100 * plane.mean()))
        )
    return Judgement(
        True, t("All {n} are covered, by {share} % of the picture.", n=len(planted), share=round(100 * plane.mean()))
    )


def _size(practice: Practice, file: str) -> tuple[int, int]:
    dataset = dcmread(practice.folder / file, stop_before_pixels=True)
    return int(dataset.Rows), int(dataset.Columns)


def _cleaned(practice: Practice, scored: Scored) -> Judgement:
    result = scored.score
    if scored.source != practice.folder or result.paired < len(practice.files):
        return Judgement(False, t("{n} of {all} files are there.", n=result.paired, all=len(practice.files)))
    leaked, planted = result.places.get(Place.PIXELS.value, (0, 0))
    if leaked or not result.clean:
        return Judgement(False, t("{n} of {all} planted in pixels are still there.", n=leaked, all=planted))
    if result.harm.pixels < 1 - _MOST:
        return Judgement(False, t("Nothing can be read any more, but the pictures are gone with it."))
    return Judgement(
        True,
        t("None of {n} is left, and {share} % of the other pixels are as they were.", n=planted, share=f"{100 * result.harm.pixels:.1f}"),
    )  # fmt: skip


LESSON = Lesson(
    id="privacy-pixels",
    notebook=53,
    title=t("Pixels: what is written in a picture"),
    minutes=30,
    roles=(t("radiographers"), t("researchers"), t("developers")),
    questions=(
        Question(
            id="boxes",
            text=t("Cover what identifies, and no more"),
            takes=(Practice, str, list),
            judge=_boxes,
            hints=(
                t("Each finding in the pixels has a box: finding.box is (left, top, right, bottom)."),
                t('Take the boxes of the findings whose tag is "(7FE0,0010)".'),
            ),
        ),
        Question(
            id="cleaned",
            text=t("Pictures without letters, and otherwise as they were"),
            takes=(Practice, Scored),
            judge=_cleaned,
            hints=(
                t("Without the option clean-pixels nobody looks at the pictures."),
                t("lab.deidentify(pictures.folder, target, key=key) takes the options that research needs, clean-pixels among them."),
            ),
        ),
    ),
)  # fmt: skip

"""The copy that nobody counted."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from pydicom.errors import InvalidDicomError

from lab.deid.score.objects import Seen, read_folder
from lab.deid.score.pairing import pair
from lab.i18n import t, tn
from lab.lesson import Judgement, Lesson, Question
from lab.patients import LOCALE, PATIENTS, SEED
from lab.probing.answer_key import survival
from synthetic_data import generate


@cache
def _people() -> dict[str, tuple[str, ...]]:
    """By Patient ID, how each of the hospital's patients may stand in a file."""
    hospital = generate(seed=SEED, patients=PATIENTS, locale=LOCALE)
    return {
        one.patient_id: tuple(
            _plain(f"{first}{sign}{last}")
            for first, last in ((one.name.family, one.name.given), (one.name.given, one.name.family))
            for sign in ("^", " ")
        )
        for one in hospital.patients
    }


def _plain(text: str) -> str:
    """Without accents and case, as a name may stand in a log or in the name of a folder."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def _named_in(folder: Path) -> set[str]:
    """Which of the hospital's patients a folder names, in any byte of its files or in their names."""
    found = set()
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        text = _plain(f"{path.relative_to(folder)}\n{content.decode('utf-8', 'replace')}\n{content.decode('latin-1')}")
        found |= {
            patient
            for patient, names in _people().items()
            if _plain(patient) in text or any(name in text for name in names)
        }
    return found


def _counted(folder: Path, counts: Mapping[object, object]) -> Judgement:
    copies = {path.name: path for path in sorted(Path(folder).glob("*")) if path.is_dir()}
    if not copies:
        return Judgement(False, t("There are no copies in {path}.", path=folder))
    missing = tuple(name for name in copies if name not in counts)
    if missing:
        return Judgement(False, t("Some are missing:"), missing)
    wrong = tuple(name for name, path in copies.items() if counts[name] != len(_named_in(path)))
    if wrong:
        return Judgement(False, t("The number of patients is not right for {n} copies:", n=len(wrong)), wrong)
    return Judgement(True, t("All {n} copies are counted: now they can be looked after, or deleted.", n=len(copies)))


def _tests(original: Path, masked: Path) -> Judgement:
    """The copy must have a whole image for each of the original, and nothing of the answer key, nor anybody of the hospital, in them."""
    try:
        before, after = read_folder(Path(original)), read_folder(Path(masked))
        pairs = list(zip(before, pair(before, after), strict=True))
        whole = [(one, other) for one, other in pairs if other is not None and _is_whole(other)]
        if not before or len(whole) < len(before):
            return Judgement(False, t("{n} of {all} images are there.", n=len(whole), all=len(before)))
        named = len(_named_in(Path(masked)))
        scores = [survival(one.path.read_bytes(), other.path.read_bytes()) for one, other in whole]
    except (OSError, InvalidDicomError) as error:
        return Judgement(False, str(error))
    if named:
        return Judgement(False, t("The developers’ copy still names {n} of the hospital’s patients.", n=named))
    left = sum(len(score.leaked) for score in scores if score is not None)
    if left:
        return Judgement(
            False,
            tn(
                "One identifier of the answer key is left in the developers’ copy.",
                "{n} identifiers of the answer key are left in the developers’ copy.",
                left,
            ),
        )
    return Judgement(True, t("{n} images to test with, and nobody of the hospital in them.", n=len(whole)))


def _is_whole(image: Seen) -> bool:
    """Whether there is a picture to look at, and not one grey surface."""
    return image.frames is not None and bool(np.ptp(image.frames))


LESSON = Lesson(
    id="privacy-copies",
    notebook=56,
    title=t("The copy that nobody counted"),
    minutes=35,
    roles=(t("data protection officers"), t("IT management"), t("developers")),
    questions=(
        Question(
            id="counted",
            text=t("How many patients does each copy name?"),
            takes=(Path, Mapping),
            judge=_counted,
            hints=(
                t("The copy is the first part of row[\"file\"], before the slash; the person is a Patient ID that begins with SYN-."),
                t("Collect a set of persons for each copy, and take its length."),
            ),
        ),
        Question(
            id="tests",
            text=t("A test environment without patients"),
            takes=(Path, Path),
            judge=_tests,
            hints=(
                t("lab.deidentify(source, target, key=key) writes a clean copy; the folder “export” is as good a source as any."),
                t("There is no text in these pixels: options without clean-pixels are quicker."),
            ),
        ),
    ),
)  # fmt: skip

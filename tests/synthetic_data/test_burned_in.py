"""What a reader of the pictures sees: every burned-in identifier is legible and in the ledger, and nothing else is."""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread

from synthetic_data import Instance, LedgerEntry, Place, generate
from synthetic_data.documents.papers import card_lines, card_page
from synthetic_data.ledger import Kind
from tests.synthetic_data.test_ledger import identity as everywhere

pytestmark = pytest.mark.slow

KEYS = ("us_liver", "us_foetus", "uscine_liver", "uscine_foetus", "sc_dose", "sc_paper", "cr_chest_ap")


@pytest.fixture(scope="module")
def read_text() -> Any:
    """Optical character recognition: a picture's text, without spaces, accents and capitals."""
    from rapidocr import RapidOCR

    engine = RapidOCR()

    def read(picture: NDArray[np.uint8]) -> str:
        large = np.kron(picture, np.ones((2, 2), np.uint8)) if picture.shape[1] < 1000 else picture
        return plain("".join(engine(np.repeat(large[:, :, None], 3, 2)).txts or ()))

    return read


def plain(text: str) -> str:
    """The text in small letters, without spaces, accents and punctuation, look-alikes made alike."""
    bare = unicodedata.normalize("NFKD", text.replace("œ", "oe")).casefold()
    return "".join(char for char in bare if char.isalnum()).translate(str.maketrans("oil", "011"))


def likeness(value: str, text: str) -> float:
    """How well the best stretch of `text` matches `value`, from 0 to 1."""
    wanted = plain(value)
    if wanted in text:
        return 1.0
    best, matcher = 0.0, SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(wanted)  # what is kept of it serves for every stretch
    for start in range(max(1, len(text) - len(wanted) + 1)):
        matcher.set_seq1(text[start : start + len(wanted)])
        if matcher.quick_ratio() > best:
            best = max(best, matcher.ratio())
    return best


ABROAD = ("uscine_foetus", "sc_dose", "cr_chest_ap")
"""What is read in the other locales: a banner, a sheet and an overlay; devices write all names in Latin letters."""


def samples(locale: str, keys: tuple[str, ...]) -> dict[str, Instance]:
    found: dict[str, Instance] = {}
    for instance in generate(patients=15, objects="all", locale=locale).instances():
        if instance.series.key in keys and instance.number == 1:
            found.setdefault(instance.series.key, instance)
    return found


PICTURE, ICON = "(7FE0,0010)", "(0088,0200)[0](7FE0,0010)"


def picture_of(instance: Instance, tag: str) -> NDArray[np.uint8]:
    """What is read: the picture as decoded, its last frame in grey, its overlay, or its icon."""
    if tag == ICON:
        icon = instance.dataset.IconImageSequence[0]
        return np.frombuffer(icon.PixelData, np.uint8).reshape(icon.Rows, icon.Columns)
    if instance.series.key == "cr_chest_ap":
        dataset = instance.dataset
        bits = np.unpackbits(np.frombuffer(dataset[0x6000, 0x3000].value, np.uint8), bitorder="little")
        return bits[: dataset.Rows * dataset.Columns].reshape(dataset.Rows, dataset.Columns) * np.uint8(255)
    decoded = dcmread(BytesIO(instance.encode())).pixel_array
    if instance.series.frames > 1:
        decoded = decoded[-1]
    return decoded[:, :, 1] if decoded.ndim == 3 else decoded


def legible(instance: Instance, tag: str) -> list[LedgerEntry]:
    """What the ledger lists there, in the last frame; a lone letter for the sex is too short to look for."""
    drawn = (Place.PIXELS, Place.OVERLAY)
    last = instance.series.frames
    shown = [e for e in instance.ledger if e.place in drawn and (e.page or last) == last and e.kind is not Kind.SEX]
    return [entry for entry in shown if (entry.tag == ICON) == (tag == ICON)]


def identity(instance: Instance) -> list[str]:
    """What gives patient and staff away, wherever it may stand."""
    patient, study = instance.patient, instance.study
    return [
        *everywhere(patient, study.locale),
        patient.name.latin, study.institution.name, study.requesting.name.family, study.performing.name.family,
        patient.name.family, patient.patient_id, f"{patient.birth_date:%d/%m/%Y}", patient.national_id, patient.phone,
        patient.contact.name.given, study.accession_number, study.referring.name.family, study.operator.name.family,
    ]  # fmt: skip


@pytest.mark.parametrize("locale", ["fr_FR", "de_DE", "ru_RU"])
def test_every_burned_in_identifier_is_legible_and_in_the_ledger_and_nothing_else_is(
    read_text: Any, locale: str
) -> None:
    keys = KEYS if locale == "fr_FR" else ABROAD
    found = samples(locale, keys)
    assert set(found) == set(keys)
    places = [(key, PICTURE) for key in keys] + [
        (key, ICON) for key, one in found.items() if "IconImageSequence" in one.dataset
    ]
    assert {key for key, tag in places if tag == ICON} == {"sc_paper", "sc_dose"} & set(keys)
    for key, tag in places:
        instance = found[key]
        picture = picture_of(instance, tag).copy()
        text = read_text(picture)
        entries = legible(instance, tag)
        assert entries
        missed = [(e.value, round(likeness(e.value, text), 2)) for e in entries if likeness(e.value, text) < 0.8]
        assert missed == [], key
        for entry in entries:
            left, top, right, bottom = entry.box
            picture[top:bottom, left:right] = np.median(picture)
        rest = read_text(picture)
        left_over = [value for value in identity(instance) if len(plain(value)) > 4 and likeness(value, rest) > 0.85]
        assert left_over == [], key


def test_a_photocopied_card_is_legible_and_its_boxes_are_on_the_page(read_text: Any) -> None:
    from synthetic_data.documents import papers
    from synthetic_data.documents.pdf import TALL, WIDE

    study = generate(patients=3).studies[3]
    picture = papers._card(study)
    for line in card_lines(study):
        line.draw(picture, 25)
    text = read_text(picture)
    page = card_page(study)
    assert len(page.found) == 5
    for identifier, (left, top, right, bottom) in page.found:
        assert 0 < left < right < WIDE
        assert 0 < top < bottom < TALL
        assert identifier.kind is Kind.SEX or likeness(identifier.value, text) > 0.8, identifier

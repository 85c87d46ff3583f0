"""Every text survives its file in every character set, and the ledger says what the file does."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread

from synthetic_data import LOCALES, Instance, generate
from synthetic_data.charsets import CHARSETS, UNICODE, Charset, fitted
from synthetic_data.instance import instances_of
from synthetic_data.transliteration import ascii_letters, latin
from tests.synthetic_data.test_ledger import element_at

ROMAN = {"fr_FR": "ISO_IR 100", "ja_JP": ["", "ISO 2022 IR 87"], "he_IL": "ISO_IR 138", "ru_RU": "ISO_IR 144"}


def first(locale: str, charset: Charset, patients: int = 4) -> list[Instance]:
    """The first image of each patient, cross-sections only."""
    made = generate(patients=patients, locale=locale, charset=charset, modalities=["CT", "MR"]).instances()
    return list(
        {
            instance.patient.index: instance
            for instance in made
            if instance.number == 1 and instance.series.content != "SC"
        }.values()
    )


@pytest.mark.slow
@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_identifier_reads_back_from_the_files_bytes(locale: str, charset: Charset) -> None:
    for instance in first(locale, charset):
        read = dcmread(BytesIO(instance.encode()))
        for entry in instance.ledger:
            element = element_at(read.file_meta if entry.place == "file_meta" else read, entry.tag)
            text = str(element.value)
            assert entry.value in (text[slice(*entry.span)] if entry.span else text), entry


@pytest.mark.slow
@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_lost_but_letters_that_the_repertoire_lacks(locale: str) -> None:
    for instance in first(locale, "national"):
        texts = [str(element.value) for element in dcmread(BytesIO(instance.encode())).iterall() if element.VR != "OW"]
        planned = instance.study.history.format_map(
            dict.fromkeys(("title", "name", "age", "birth_date", "doctor", "side"), "")
        )
        assert all("�" not in text for text in texts)
        assert ("?" in "".join(texts)) <= ("?" in planned or "?" in instance.study.reason)


@pytest.mark.parametrize("locale", ROMAN)
def test_the_older_repertoire_is_named(locale: str) -> None:
    assert first(locale, "national", 2)[0].dataset.SpecificCharacterSet == ROMAN[locale]
    assert first(locale, "unicode", 2)[0].dataset.SpecificCharacterSet == "ISO_IR 192"


def test_a_japanese_name_has_three_writings() -> None:
    for charset in CHARSETS:
        name = dcmread(BytesIO(first("ja_JP", charset, 6)[0].encode())).PatientName
        assert str(name.alphabetic).isascii()
        assert not str(name.ideographic).isascii()
        assert set("".join(str(name.phonetic).split("^"))) <= {chr(code) for code in range(0x30A1, 0x30FD)}


def test_a_file_says_the_same_in_every_character_set() -> None:
    def said(dataset: Dataset) -> list[str]:
        return [
            str(e.value)
            for e in dataset.iterall()
            if e.VR in {"PN", "LO", "SH", "LT"} and e.keyword != "SpecificCharacterSet"
        ]

    for locale in ("ja_JP", "he_IL", "ru_RU"):
        unicode, national, extended = (dcmread(BytesIO(first(locale, c, 6)[0].encode())) for c in CHARSETS)
        assert said(unicode) == said(national) == said(extended)


def test_letters_that_a_repertoire_lacks_get_a_stand_in() -> None:
    assert fitted("œdèmes – Lefèvre’s", ("ISO_IR 100",)) == "oedèmes - Lefèvre's"
    assert fitted("œdèmes", UNICODE) == "œdèmes"
    assert fitted("Müller", ("ISO_IR 144",)) == "Muller"
    assert fitted("山田", ("", "ISO 2022 IR 87")) == "山田"
    assert fitted("山", ("ISO_IR 100",)) == "?"


def test_names_have_a_latin_form() -> None:
    assert latin("Щербакова Юлия") == "Shcherbakova Yuliya"
    assert latin("לוי דוד") == "loi dod"
    assert latin("Lefèvre-Noël") == "Lefevre-Noel"
    assert ascii_letters("Weiß") == "Weiss"


def of_the_doctor_from_abroad(locale: str, charset: Charset) -> Instance:
    """An image that a doctor has asked for whose name the country's older repertoire lacks."""
    made = generate(patients=30, locale=locale, charset=charset)
    study = next(study for study in made.studies if study.requesting.name.given == "Řehoř")
    return next(instances_of(study, made.words))


@pytest.mark.parametrize("locale", [name for name, one in LOCALES.items() if one.from_abroad])
def test_western_files_leave_their_repertoire_by_an_escape_sequence_where_a_name_needs_it(locale: str) -> None:
    instance = of_the_doctor_from_abroad(locale, "iso2022")
    encoded = instance.encode()
    read = dcmread(BytesIO(encoded))
    assert list(read.SpecificCharacterSet) == ["ISO 2022 IR 100", "ISO 2022 IR 101"]
    assert str(read.RequestingPhysician) == instance.study.requesting.name.dicom
    latin_2 = "Vymyšlenský^Řehoř".encode("iso8859_2").split(b"^")
    assert b"^".join(b"\x1b-B" + part for part in latin_2) in encoded, "ISO 2022 IR 101, anew behind each delimiter"
    plain = dcmread(BytesIO(of_the_doctor_from_abroad(locale, "national").encode()))
    assert str(plain.RequestingPhysician).startswith("Vymyslenský^Rehor")


@pytest.mark.parametrize("locale", [name for name, one in LOCALES.items() if not one.from_abroad])
def test_other_locales_need_escape_sequences_in_each_file(locale: str) -> None:
    assert all(b"\x1b" in instance.encode() for instance in first(locale, "iso2022"))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("dcmdump") is None, reason="dcmtk is not installed")
@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("locale", LOCALES)
def test_dcmtk_reads_the_same_names(locale: str, charset: Charset, tmp_path: Path) -> None:
    if locale == "ja_JP" and charset != "unicode":
        pytest.skip("this dcmtk is built with an iconv that has no ISO 2022 IR 87")
    for instance in first(locale, charset, 3):
        file = tmp_path / "one.dcm"
        file.write_bytes(instance.encode())
        done = subprocess.run(["dcmdump", "+U8", "+P", "0010,0010", file], capture_output=True, check=True)
        assert f"[{instance.ledger[1].value}]" in done.stdout.decode()
        assert instance.ledger[1].tag == "(0010,0010)"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("dcmdump") is None, reason="dcmtk is not installed")
def test_dcmtk_reads_the_doctor_from_abroad(tmp_path: Path) -> None:
    instance = of_the_doctor_from_abroad("fr_FR", "iso2022")
    (tmp_path / "one.dcm").write_bytes(instance.encode())
    command = ["dcmdump", "+U8", "+P", "0032,1032", tmp_path / "one.dcm"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert f"[{instance.study.requesting.name.dicom}]" in done.stdout.decode()

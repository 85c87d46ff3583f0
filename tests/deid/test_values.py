"""No value gets through because of how it is labelled, and each option keeps what it says and nothing more."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from lab.deid.elements import EXPLICIT, Element, Form
from lab.deid.marking import file_head
from lab.deid.options import CODES, PROFILES, RESEARCH, Option
from lab.deid.profile import table
from lab.deid.score.harm import errors_of, validator
from lab.deid.writing import write_elements
from tests.deid.sets import CAPTURE, CT_IMAGE, bytes_after, made, pixels

IMPLICIT = "1.2.840.10008.1.2"
TOLD = b"Anne Lo 24/02/1963"


def element(tag: int, vr: str, value: bytes = TOLD) -> Element:
    return Element(tag, vr, value)


LABELLED = [
    *((0x00081090, vr, TOLD) for vr in ("LO", "UN", "CS", "OB", "SH")),
    *((0x0008103E, vr, TOLD) for vr in ("LO", "UN", "CS", "OB", "DS")),
    *((tag, vr, b"20190304") for tag in (0x00080020, 0x0018A002) for vr in ("DA", "UN", "CS", "LO", "IS")),
    (0x00080104, "UN", b"19630224 Anne Lo"), (0x00180050, "DS", TOLD), (0x00080060, "CS", TOLD),
    (0x00200013, "IS", TOLD), (0x00080030, "TM", TOLD), (0x00280010, "LO", TOLD), (0x00185100, "CS", b"born 24/02/1963"),
    (0x0016002B, "OB", b"taken by Dr Roy, " + TOLD), (0x00100045, "UT", TOLD), (0x00181000, "AE", TOLD), (0x00102160, "UN", TOLD),
    (0x00081140, "LO", TOLD), (0x00080005, "CS", b"ISO_IR 100"),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "vr", "value"), LABELLED)
@pytest.mark.parametrize("profile", [*PROFILES.values(), (*RESEARCH, Option.DEVICE, Option.INSTITUTION)])
def test_a_value_under_a_wrong_label_is_cleaned_like_any_other(
    tag: int, vr: str, value: bytes, profile: tuple[Option, ...]
) -> None:
    after = bytes_after(made(element(tag, vr, value)), *profile)
    assert (value in after) == (value == b"ISO_IR 100")


@pytest.mark.parametrize("tag", [0x0040A034, 0x00100045, 0x00100012])
def test_what_no_dictionary_knows_goes_where_nothing_tells_its_kind(tag: int) -> None:
    after = bytes_after(made(element(tag, "UT"), syntax=IMPLICIT, form=Form(False)), *RESEARCH)
    assert TOLD not in after


def test_a_sequence_that_was_written_as_unknown_is_cleaned_as_a_sequence() -> None:
    inner = b"".join(write_elements([element(0x00081090, "LO"), Element(0x00081155, "UI", b"2.25.77")], Form(False)))
    item = b"\xfe\xff\x00\xe0" + len(inner).to_bytes(4, "little") + inner
    after = bytes_after(made(Element(0x00081140, "UN", item)), *RESEARCH)
    found = dcmread(io.BytesIO(after)).ReferencedImageSequence[0]
    assert found.ReferencedSOPInstanceUID.startswith("2.25.")
    assert (b"2.25.77" in after, TOLD in after) == (False, False)


def test_a_name_of_another_patient_goes_from_a_description_and_half_of_it_stays() -> None:
    others = tuple(
        made(Element(0x00100010, "PN", name), Element(0x00100020, "LO", number))
        for name, number in ((b"Goncalves^Sylvie", b"P9"), (b"Head^Ella", b"P8"))
    )
    told = made(
        Element(0x0008103E, "LO", b"Head: like GON\xc7ALVES Sylvie, axial"), Element(0x00080005, "CS", b"ISO_IR 100")
    )
    after = dcmread(io.BytesIO(bytes_after(told, *RESEARCH, others=others)))
    assert after.SeriesDescription == "Head: like ***, axial"


def test_names_of_another_patient_are_found_where_words_have_no_blanks() -> None:
    utf8 = Element(0x00080005, "CS", b"ISO_IR 192")
    other = made(utf8, Element(0x00100010, "PN", "Yamada^Tarou=山田^太郎".encode()), Element(0x00100020, "LO", b"P9"))
    told = made(utf8, Element(0x0008103E, "LO", "前回の山田 太郎と比較".encode()))
    assert dcmread(io.BytesIO(bytes_after(told, *RESEARCH, others=(other,)))).SeriesDescription == "前回の***と比較"


def test_two_patients_with_one_number_from_two_issuers_stay_two() -> None:
    numbers = {
        dcmread(io.BytesIO(bytes_after(made(Element(0x00100021, "LO", issuer)), *RESEARCH))).PatientID
        for issuer in (b"North", b"South")
    }
    assert len(numbers) == 2


def test_the_class_of_an_object_is_no_identity_and_stands_in_the_file_meta_too() -> None:
    after = dcmread(io.BytesIO(bytes_after(made(sop_class="1.2.999.1.2.3"), *RESEARCH)))
    assert (after.SOPClassUID, after.file_meta.MediaStorageSOPClassUID) == ("1.2.999.1.2.3", "1.2.999.1.2.3")
    assert b"MARTIN" not in bytes_after(made(sop_class="MARTIN"), *RESEARCH)


def test_a_sequence_that_may_not_be_empty_goes_or_keeps_its_items() -> None:
    references = [[Element(0x00081150, "UI", b"1.2.3"), Element(0x00081155, "UI", b"2.25.77")]]
    sequences = {tag: Element(tag, "SQ", items=references) for tag in (0x00081110, 0x00081111)}
    code = Element(0x00080082, "SQ", items=[[Element(0x00080104, "LO", b"Clinique du Lac")]])
    request = Element(0x0040A370, "SQ", items=[[sequences[0x00081110]]])
    found = dcmread(io.BytesIO(bytes_after(made(*sequences.values(), code, request), *RESEARCH)))
    assert ("InstitutionCodeSequence" in found, "ReferencedStudySequence" in found) == (False, False)
    assert len(found.ReferencedRequestSequence[0].ReferencedStudySequence) == 0, "type 2 there: PS3.3 table C.17-2"
    step = found.ReferencedPerformedProcedureStepSequence[0]
    assert step.ReferencedSOPInstanceUID.startswith("2.25.")
    assert step.ReferencedSOPInstanceUID != "2.25.77"


EVERYTHING = (
    Element(0x00080018, "UI", b"2.25.1234567"),
    Element(0x00080022, "DA", b"20190305"),
    Element(0x00080031, "TM", b"101112"),
    Element(0x00080080, "LO", b"Clinique du Lac"),
    Element(0x00080081, "ST", b"1 rue du Lac, Anne Lo"),
    Element(0x00081010, "SH", b"ROOM 7"),
    Element(0x00080055, "AE", b"CT_NORTH"),
    Element(0x00081030, "LO", b"Thorax, Anne Lo"),
    Element(0x00090010, "LO", b"ELSCINT1"),
    Element(0x00100040, "CS", b"F"),
    Element(0x00101010, "AS", b"056Y"),
    Element(0x00101030, "DS", b"61.5"),
    Element(0x00181000, "LO", b"SN 12345678"),
    Element(0x00E10010, "LO", b"ELSCINT1"),
    Element(0x00E11021, "DS", b"12.5"),
    Element(0x00E110FE, "LO", b"Anne Lo"),
    Element(
        0x00700001, "SQ", items=[[Element(0x00700008, "SQ", items=[[Element(0x00700006, "ST", b"Anne Lo, axial")]])]]
    ),
    Element(0x0040A730, "SQ", items=[[Element(0x0040A160, "UT", b"Nodule, Anne Lo")]]),
)
ALL = {
    "description": "StudyDescription", "date": "AcquisitionDate", "time": "SeriesTime", "sex": "PatientSex", "age": "PatientAge",
    "weight": "PatientWeight", "institution": "InstitutionName", "address": "InstitutionAddress", "station": "StationName",
    "title": "StationAETitle", "serial": "DeviceSerialNumber", "uid": "SOPInstanceUID",
}  # fmt: skip
KEPT = {
    Option.CLEAN_PIXELS: {}, Option.CLEAN_GRAPHICS: {"drawn": "***, axial"},
    Option.CLEAN_STRUCTURED: {"report": "Nodule, ***"}, Option.CLEAN_DESCRIPTORS: {"description": "Thorax, ***"},
    Option.FULL_DATES: {"date": "20190305", "time": "101112"}, Option.MODIFIED_DATES: {"date": "shifted", "time": "101112"},
    Option.CHARACTERISTICS: {"sex": "F", "age": "056Y", "weight": "61.5"},
    Option.DEVICE: {"station": "ROOM 7", "title": "CT_NORTH", "serial": "SN 12345678"},
    Option.UIDS: {"uid": "2.25.1234567"}, Option.SAFE_PRIVATE: {"safe": "12.5"},
    Option.INSTITUTION: {"institution": "Clinique du Lac", "address": "1 rue du Lac, ***"},
}  # fmt: skip


def told_by(found: Dataset) -> dict[str, str]:
    """What is left of everything, dummies and new UIDs left out."""
    values = {name: str(found.get(word, "")) for name, word in ALL.items()}
    values["safe"] = str(found[0x00E11021].value) if 0x00E11021 in found else ""
    graphics = found.get("GraphicAnnotationSequence")
    values["drawn"] = graphics[0].TextObjectSequence[0].UnformattedTextValue if graphics else ""
    values["report"] = found.ContentSequence[0].TextValue if "ContentSequence" in found else ""
    if values["date"] and values["date"] != "20190305":
        values["date"] = "shifted" if values["date"] < "20190305" and values["date"] > "2013" else ""
    if values["uid"] != "2.25.1234567":
        values["uid"] = ""
    return {name: value for name, value in values.items() if value.strip("0") and value != "REMOVED"}


@cache
def without_options() -> dict[str, str]:
    return told_by(dcmread(io.BytesIO(bytes_after(made(*EVERYTHING)))))


@pytest.mark.parametrize("option", KEPT)
@pytest.mark.parametrize("form", [EXPLICIT, Form(False)])
def test_an_option_keeps_what_it_says_and_nothing_more(option: Option, form: Form, tmp_path: Path) -> None:
    syntax = "1.2.840.10008.1.2.1" if form.explicit else IMPLICIT
    content = made(*EVERYTHING, form=form, syntax=syntax)
    after = bytes_after(content, option)
    found = dcmread(io.BytesIO(after))
    assert told_by(found) == {**without_options(), **KEPT[option]}
    assert b"Anne" not in after
    assert [item.CodeValue for item in found.DeidentificationMethodCodeSequence] == ["113100", CODES[option][0]]
    program = validator()
    if program is not None and form.explicit:
        (tmp_path / "before.dcm").write_bytes(content)
        (tmp_path / "after.dcm").write_bytes(after)
        assert errors_of(program, tmp_path / "after.dcm") <= errors_of(program, tmp_path / "before.dcm")


def test_every_option_but_the_one_that_is_refused_has_its_test() -> None:
    assert set(KEPT) == set(Option) - {Option.CLEAN_FACES}
    assert without_options() == {}


def test_the_method_names_both_editions_of_the_table() -> None:
    found = dcmread(io.BytesIO(bytes_after(made())))
    for part in ("basic", "options"):
        assert table()[part]["edition"] in found.DeidentificationMethod
    assert len(found.DeidentificationMethod) <= 64


@pytest.mark.slow
@pytest.mark.parametrize(("sop_class", "options", "claimed"), [
    (CT_IMAGE, [Option.CLEAN_PIXELS], True), (CT_IMAGE, [], False), (CAPTURE, [Option.CLEAN_PIXELS], True),
])  # fmt: skip
def test_only_pixels_that_were_looked_at_count_as_cleaned(sop_class: str, options: list[Option], claimed: bool) -> None:
    found = dcmread(io.BytesIO(bytes_after(made(*pixels(bytes(8192)), sop_class=sop_class), *options)))
    codes = [item.CodeValue for item in found.DeidentificationMethodCodeSequence]
    assert ("113101" in codes, found.get("BurnedInAnnotation") == "NO") == (claimed, claimed)


def test_float_pixels_are_not_looked_at_and_do_not_claim_it() -> None:
    head = file_head(CT_IMAGE, "2.25.1", "1.2.840.10008.1.2.1")
    assert head[:128] == bytes(128)
    found = dcmread(io.BytesIO(bytes_after(made(Element(0x7FE00008, "OF", bytes(16))), Option.CLEAN_PIXELS)))
    assert [item.CodeValue for item in found.DeidentificationMethodCodeSequence] == ["113100"]

"""Codes of public schemes stay what they are, and nobody is named in them."""

from __future__ import annotations

import io

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sr._concepts_dict import concepts

from lab.deid.codes import LONG_VALUE, MEANING, SCHEME, URN_VALUE, VALUE, VERSION, is_public
from lab.deid.elements import Element
from lab.deid.identities import Known
from lab.deid.options import PROFILES, RESEARCH
from lab.deid.text import Cleaner
from tests.deid.sets import WITHOUT_PIXELS, bytes_after, dicom_files, made, reason_for, small_set

NAME, CODE, CONTENT = 0x0040A043, 0x0040A168, 0x0040A730
VRS = {VALUE: "SH", SCHEME: "SH", VERSION: "SH", MEANING: "LO", LONG_VALUE: "UC", URN_VALUE: "UR"}
LONG = "621566751000087104"
PUBLIC = [
    {VALUE: "410668003", SCHEME: "SCT", MEANING: "Length"},
    {VALUE: "410668003", SCHEME: "SCT", VERSION: "20190131", MEANING: "Length"},
    {VALUE: "18748-4", SCHEME: "LN", VERSION: "2.61", MEANING: "Diagnostic Imaging Report"},
    {VALUE: "121071", SCHEME: "DCM", MEANING: "Finding"},
    {VALUE: "T-A0100", SCHEME: "SRT", MEANING: "Brain"},
    {VALUE: "mm", SCHEME: "UCUM", VERSION: "1.4", MEANING: "millimeter"},
    {LONG_VALUE: LONG, SCHEME: "SCT", MEANING: "Child of 2 years"},
    {URN_VALUE: "http://snomed.info/id/410668003", MEANING: "Length"},
]
NOT_PUBLIC = [
    {VALUE: "19630224", SCHEME: "99HOSP"},
    {VALUE: "410668004", SCHEME: "SCT"},
    {VALUE: "18748-5", SCHEME: "LN"},
    {VALUE: "19630224", SCHEME: "DCM"},
    {VALUE: "0612345678", SCHEME: ""},
    {VALUE: "121071", SCHEME: "DCM", VERSION: "24/02/1963"},
    {VALUE: "121071", LONG_VALUE: "0612345678", SCHEME: "DCM"},
    {URN_VALUE: "http://hospital.example/id/410668003"},
    {URN_VALUE: "http://snomed.info/id/0612345678"},
    {VALUE: "121071", URN_VALUE: "http://snomed.info/id/410668003", SCHEME: "DCM"},
]


def item(code: dict[int, str]) -> list[Element]:
    return [Element(tag, VRS[tag], value.encode()) for tag, value in sorted(code.items())]


def after(code: dict[int, str]) -> dict[int, str]:
    """What is left of a code that a report holds, as a concept and as a value."""
    told = made(
        Element(
            CONTENT, "SQ", items=[[Element(NAME, "SQ", items=[item(code)]), Element(CODE, "SQ", items=[item(code)])]]
        )
    )
    found = dcmread(io.BytesIO(bytes_after(told, *RESEARCH))).ContentSequence[0]
    name, value = ({int(e.tag): str(e.value) for e in one[0]} for one in (found[NAME].value, found[CODE].value))
    assert name == value
    return name


@pytest.mark.parametrize("code", PUBLIC)
def test_a_code_of_a_public_scheme_stays(code: dict[int, str]) -> None:
    assert after(code) == code


@pytest.mark.parametrize("code", NOT_PUBLIC)
def test_what_no_public_scheme_has_made_is_text(code: dict[int, str]) -> None:
    assert not is_public(item(code))
    numbers = [value for tag, value in code.items() if tag in (VALUE, LONG_VALUE, URN_VALUE) and len(value) > 7]
    assert [value for value in after(code).values() if value in numbers] == []


@pytest.mark.parametrize(("code", "left"), [
    ({VALUE: "121071", MEANING: "Finding of Anne Lo, 24/02/1963, tel. 06 12 34 56 78"}, {MEANING: "Finding of ***, ***, tel. ***"}),
    ({VALUE: "121071", MEANING: "as in Sylvie Goncalves, call a.b@example.org"}, {MEANING: "as in ***, call ***"}),
    ({VALUE: "LO", MEANING: "Anne"}, {VALUE: "***", MEANING: "***"}),
])  # fmt: skip
def test_nobody_is_named_in_a_public_code(code: dict[int, str], left: dict[int, str]) -> None:
    other = made(Element(0x00100010, "PN", b"Goncalves^Sylvie"), Element(0x00100020, "LO", b"P9"))
    told = made(Element(CONTENT, "SQ", items=[[Element(NAME, "SQ", items=[item({SCHEME: "DCM", **code})])]]))
    found = dcmread(io.BytesIO(bytes_after(told, *RESEARCH, others=(other,)))).ContentSequence[0][NAME][0]
    assert {int(e.tag): str(e.value) for e in found} == {SCHEME: "DCM", **code, **left}


def test_the_patient_s_own_number_is_no_code_whatever_scheme_it_is_said_to_be_of() -> None:
    number = {VALUE: "410668003", SCHEME: "SCT", MEANING: "Length"}
    told = made(Element(0x00100020, "LO", b"410668003"), Element(NAME, "SQ", items=[item(number)]))
    assert b"410668003" not in bytes_after(told, *RESEARCH)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_code_beside_no_sequence_is_text(profile: str) -> None:
    told = made(*item({VALUE: "410668003", SCHEME: "SCT"}))
    assert b"410668003" not in bytes_after(told, *PROFILES[profile])


def test_nearly_every_code_of_the_standard_s_context_groups_is_known_as_one() -> None:
    nobody = Cleaner(Known(), Known())
    for scheme in ("DCM", "SCT", "LN", "UCUM", "RADLEX", "NCIt", "UMLS", "MDC"):
        codes = [(code, told[0]) for named in concepts[scheme].values() for code, told in named.items()]
        known = [is_public(item({VALUE: code, SCHEME: scheme})) for code, _ in codes]
        kept = [nobody.without_people(meaning) == meaning for _, meaning in codes]
        assert (sum(known) / len(codes) > 0.98, sum(kept) / len(codes) > 0.97) == (True, True), scheme


def codes_of(dataset: Dataset) -> list[tuple[str, str, str]]:
    sequences = [e for e in dataset.iterall() if e.VR == "SQ" and e.keyword != "DeidentificationMethodCodeSequence"]
    items = [one for sequence in sequences for one in sequence.value if "CodeValue" in one]
    return [(str(one.CodingSchemeDesignator), str(one.CodeValue), str(one.CodeMeaning)) for one in items]


@pytest.mark.slow
def test_a_report_s_codes_are_what_they_were() -> None:
    seen = 0
    for path in dicom_files(small_set()):
        content = path.read_bytes()
        if reason_for(content, *WITHOUT_PIXELS.options) is None:
            before = codes_of(dcmread(io.BytesIO(content)))
            assert codes_of(dcmread(io.BytesIO(bytes_after(content, *WITHOUT_PIXELS.options)))) == before
            seen += len(before)
    assert seen > 50

"""A patient who is named in every attribute that DICOM has is named in none of them afterwards."""

from __future__ import annotations

import io

import pytest
from pydicom import dcmread
from pydicom.datadict import DicomDictionary

from lab.deid.elements import EXPLICIT, Element, Form
from lab.deid.options import PROFILES, Option
from tests.deid.sets import bytes_after, made

TOLD = {
    **dict.fromkeys(("LO", "LT", "ST", "UC", "UR", "UT"), b"Anne Lo 24/02/1963"),
    "SH": b"Anne 24/02/1963", "PN": b"Lo^Anne", "DA": b"20190304", "DT": b"20190304101112", "AE": b"ANNE_LO", "CS": b"ANNE LO",
    "UI": b"1.2.3.4.5.6.1234567", "OB": b"Anne Lo 24/02/1963", "UN": b"Anne Lo 24/02/1963",
}  # fmt: skip
SECRETS = (b"Anne", b"ANNE", b"24/02/1963", b"20190304", b"1.2.3.4.5.6.1234567")
BY_ITSELF = frozenset((0x00080005, 0x00080016, 0x0008001A, 0x0008001B, 0x00080062, 0x00081150, 0x0008115A, 0x00420012))
"""What makes it a file of its kind: character set, SOP classes, the kind of document."""
PICTURES = frozenset((0x0022, 0x0028, 0x0066, 0x0070, 0x3004, 0x5400, 0x7FE0))
"""Groups whose binary values are pictures, tables and waveforms."""


def everything() -> list[Element]:
    found = []
    for tag, (vr, *_) in DicomDictionary.items():
        picture = vr in ("OB", "UN") and tag >> 16 in PICTURES
        if vr in TOLD and tag >> 16 >= 8 and tag not in BY_ITSELF and not picture and tag >> 16 != 0xFFFE:
            found.append(Element(tag, vr, TOLD[vr]))
    return found


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("written", ["as it should be", "without representations", "as unknown"])
def test_a_patient_who_is_named_everywhere_is_named_nowhere(profile: str, written: str) -> None:
    elements, form, syntax = everything(), EXPLICIT, "1.2.840.10008.1.2.1"
    if written == "without representations":
        form, syntax = Form(False), "1.2.840.10008.1.2"
    elif written == "as unknown":
        elements = [Element(one.tag, "UN", one.value) for one in elements]
    nested = Element(0x0040A730, "SQ", items=[[one for one in elements if one.tag != 0x0040A730]])
    options = [option for option in PROFILES[profile] if option is not Option.CLEAN_PIXELS]
    after = bytes_after(made(*elements, nested, form=form, syntax=syntax), *options)
    left = [hex(one.tag) for one in dcmread(io.BytesIO(after)).iterall() if one.VR != "SQ" and _told(one.value)]
    assert len(elements) > 1500
    assert left == []
    assert [secret for secret in SECRETS if secret in after] == []


def _told(value: object) -> bool:
    text = value if isinstance(value, bytes) else str(value).encode()
    return any(secret in text for secret in SECRETS)

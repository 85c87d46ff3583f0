"""Codes for what was done: LOINC where one is known for sure, and the hospital's own for every examination."""

from __future__ import annotations

from synthetic_data.codes import Code

HOSPITAL_SCHEME = "99PACSLAB"
"""A private coding scheme, as PS3.16 section 8 names them."""

LOINC: dict[str, Code] = {
    "ct_head": Code("24725-4", "LN", "CT Head"),
    "ct_chest": Code("24627-2", "LN", "CT Chest"),
    "mr_head": Code("24590-2", "LN", "MR Brain"),
    "dx_chest": Code("36643-5", "LN", "XR Chest 2 Views"),
    "dx_chest_control": Code("36554-4", "LN", "XR Chest Single view"),
    "dx_hand": Code("28582-5", "LN", "XR Hand Views"),
    "cr_chest_bed": Code("36589-0", "LN", "Portable XR Chest AP single view"),
    "us_obstetric": Code("11525-3", "LN", "US Pelvis and Fetus for pregnancy"),
    "us_abdomen": Code("24558-9", "LN", "US Abdomen"),
    "mg_breast": Code("24606-6", "LN", "MG Breast Screening"),
}


def procedure_codes(exam: str, description: str) -> tuple[Code, ...]:
    """The codes of an examination for Procedure Code Sequence (0008,1032): LOINC's, if any, and the hospital's own."""
    own = Code(exam.upper().replace("_", "-")[:16], HOSPITAL_SCHEME, description)
    return (LOINC[exam], own) if exam in LOINC else (own,)

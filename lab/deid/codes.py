"""Coded entries (DICOM PS3.3 8.8): what a code of a public scheme says, it says of nobody.

To a pattern a code is a long number like any other, and a report without its codes is no report. So the code of an item
stays where its scheme is a public one (PS3.16 table 8-1) and made it: with the form and, where the scheme has them, the
check digit of its codes. All else, above all what a house numbers itself (99...), is text like any other text.
"""

from __future__ import annotations

import re

from lab.deid.elements import Element, text_of

VALUE, SCHEME, VERSION, MEANING, LONG_VALUE, URN_VALUE = (
    0x00080100, 0x00080102, 0x00080103, 0x00080104, 0x00080119, 0x00080120,
)  # fmt: skip
PARTS = frozenset((VALUE, SCHEME, VERSION, LONG_VALUE, URN_VALUE))
"""What is no text in an item that `is_public`; its meaning is text of a kind."""
_FORMS = {
    "C4": r"\d{4}[\dFTU]",
    "DCM": r"1[0-3]\d{4}|[A-Z]{1,4}",
    "FMA": r"\d{4,6}",
    "LN": r"(?:L[AGLP])?\d{1,7}-\d",
    "MDC": r"\d{1,2}:\d{1,6}|\d{1,6}",
    "MSH": r"[DC]\d{6,9}",
    "NCIt": r"C\d{3,7}",
    "NEU": r"\d{1,5}",
    "RADLEX": r"RP?ID\d{1,8}",
    "RXNORM": r"\d{3,7}",
    "SCT": r"\d{6,18}",
    "UCUM": r"(?!.*\d{5})[\w%'\[\]{}()*./^+-]{1,40}",
    "UMLS": r"C\d{7}",
    **dict.fromkeys(("SRT", "SNM3", "99SDM"), r"[A-Z]\d?-[0-9A-F]{4,6}"),
}
_PUBLIC = {scheme: re.compile(form, re.ASCII) for scheme, form in _FORMS.items()}
_NAMED = re.compile(r"https?://(snomed\.info/id|loinc\.org|radlex\.org/RID)/([\w-]{1,20})", re.ASCII)
_HOSTS = {"snomed.info/id": "SCT", "loinc.org": "LN", "radlex.org/RID": "RADLEX"}
_EDITION = re.compile(r"[0-9A-Za-z._-]{0,16}")
_TIMES_FIVE = "1576283094"
"""Verhoeff's permutation; the dihedral group of the pentagon is computed."""


def is_public(item: list[Element]) -> bool:
    """Whether an item of a sequence is a code that a public scheme has made, as far as one can see."""
    told = {element.tag: text_of((element,), element.tag) for element in item if element.tag in PARTS}
    scheme, version, urn = told.get(SCHEME, ""), told.get(VERSION, ""), told.get(URN_VALUE)
    codes = [told[tag] for tag in (VALUE, LONG_VALUE) if tag in told]
    if urn and (named := _NAMED.fullmatch(urn)) and not scheme:
        scheme, codes = _HOSTS[named[1]], [*codes, named[2]]
    elif urn:
        return False
    return len(codes) == 1 and _EDITION.fullmatch(version) is not None and _is_of(scheme, codes[0])


def _is_of(scheme: str, code: str) -> bool:
    form, check = _PUBLIC.get(scheme), _CHECKS.get(scheme)
    return form is not None and form.fullmatch(code) is not None and (check is None or check(code))


def _is_loinc(code: str) -> bool:
    """Whether the last digit is the sum of the others, every other one of them doubled."""
    digits = [int(digit) for digit in re.sub(r"\D", "", code)]
    doubled = [digit if at % 2 == 0 else digit * 2 - 9 * (digit > 4) for at, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _is_snomed(code: str) -> bool:
    """Whether the last digit is Verhoeff's for the others."""
    sum_ = 0
    for at, digit in enumerate(reversed(code)):
        turned = int(digit)
        for _ in range(at % 8):
            turned = int(_TIMES_FIVE[turned])
        sum_ = _times(sum_, turned)
    return sum_ == 0


def _times(one: int, other: int) -> int:
    """The product of two symmetries of the pentagon; from 5 on they are reflections."""
    turned = one + other if one < 5 else one - other
    return turned % 5 + 5 * ((one < 5) != (other < 5))


_CHECKS = {"LN": _is_loinc, "SCT": _is_snomed}

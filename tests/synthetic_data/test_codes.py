"""Codes are those of their schemes: a wrong digit is found by the check digit, a wrong meaning by pydicom's tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydicom import Dataset
from pydicom.sr._concepts_dict import concepts

from synthetic_data import generate

pytestmark = pytest.mark.slow


def codes(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Scheme and value of every code in a dataset, in items too."""
    for element in dataset.iterall():
        if element.VR == "SQ":
            for item in element.value:
                if "CodeValue" in item:
                    yield str(item.CodingSchemeDesignator), str(item.CodeValue)


@pytest.fixture(scope="module")
def used() -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for instance in generate(patients=15, objects="all").instances():
        if instance.number == 1:
            found.update(codes(instance.header))
    return found


def luhn(digits: str) -> bool:
    """LOINC's check digit (mod 10)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def test_every_snomed_and_dicom_code_is_in_the_standards_tables(used: set[tuple[str, str]]) -> None:
    for scheme in ("SCT", "DCM"):
        known = {value for values in concepts[scheme].values() for value in values}
        ours = {value for designator, value in used if designator == scheme}
        assert ours
        assert ours - known == set()


def test_every_loinc_code_has_its_check_digit(used: set[tuple[str, str]]) -> None:
    ours = {value for scheme, value in used if scheme == "LN"}
    assert len(ours) >= 8
    assert [value for value in ours if not luhn(value.replace("-", ""))] == []


def test_every_scheme_is_known(used: set[tuple[str, str]]) -> None:
    assert {scheme for scheme, _ in used} == {"SCT", "DCM", "LN", "UCUM", "MDC", "99PACSLAB"}

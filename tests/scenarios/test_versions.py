"""Which published flaws a version has."""

from __future__ import annotations

import pytest

from lab.probing.versions import flaws_of, version_of


@pytest.mark.parametrize(
    ("version", "flaws"),
    [
        ("1.5.7", ["CVE-2025-0896", "CVE-2023-33466", "CVE-2026-5437 … 5445", "CVE-2026-10528"]),
        ("1.10.1", ["CVE-2023-33466", "CVE-2026-5437 … 5445", "CVE-2026-10528"]),
        ("1.12.0", ["CVE-2026-5437 … 5445", "CVE-2026-10528"]),
        ("1.12.10", ["CVE-2026-5437 … 5445", "CVE-2026-10528"]),
        ("1.12.11", ["CVE-2026-10528"]),
        ("1.13.0", []),
    ],
)
def test_a_version_has_the_flaws_that_were_mended_after_it(version: str, flaws: list[str]) -> None:
    number = version_of(version)
    assert number is not None
    assert [flaw.cve for flaw in flaws_of(number)] == flaws


@pytest.mark.parametrize("text", ["mainline", "", "1.12"])
def test_what_is_no_release_has_no_number(text: str) -> None:
    assert version_of(text) is None

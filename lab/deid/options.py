"""The options of DICOM PS3.15 E.3 by name, and their codes."""

from __future__ import annotations

from enum import StrEnum


class Option(StrEnum):
    """The options of PS3.15 E.3, by the names that the command line takes."""

    CLEAN_PIXELS = "clean-pixels"
    CLEAN_FACES = "clean-recognizable-visual-features"
    CLEAN_GRAPHICS = "clean-graphics"
    CLEAN_STRUCTURED = "clean-structured-content"
    CLEAN_DESCRIPTORS = "clean-descriptors"
    FULL_DATES = "retain-full-dates"
    MODIFIED_DATES = "retain-modified-dates"
    CHARACTERISTICS = "retain-characteristics"
    DEVICE = "retain-device"
    UIDS = "retain-uids"
    SAFE_PRIVATE = "retain-safe-private"
    INSTITUTION = "retain-institution"


BASIC_CODE = ("113100", "Basic Application Confidentiality Profile")
CODES: dict[Option, tuple[str, str]] = {
    Option.CLEAN_PIXELS: ("113101", "Clean Pixel Data Option"),
    Option.CLEAN_GRAPHICS: ("113103", "Clean Graphics Option"),
    Option.CLEAN_STRUCTURED: ("113104", "Clean Structured Content Option"),
    Option.CLEAN_DESCRIPTORS: ("113105", "Clean Descriptors Option"),
    Option.FULL_DATES: ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    Option.MODIFIED_DATES: ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    Option.CHARACTERISTICS: ("113108", "Retain Patient Characteristics Option"),
    Option.DEVICE: ("113109", "Retain Device Identity Option"),
    Option.UIDS: ("113110", "Retain UIDs Option"),
    Option.SAFE_PRIVATE: ("113111", "Retain Safe Private Option"),
    Option.INSTITUTION: ("113112", "Retain Institution Identity Option"),
}
"""Context group 7050 (DICOM PS3.16)."""

RESEARCH = (
    Option.CLEAN_PIXELS,
    Option.CLEAN_GRAPHICS,
    Option.CLEAN_STRUCTURED,
    Option.CLEAN_DESCRIPTORS,
    Option.MODIFIED_DATES,
    Option.CHARACTERISTICS,
)
PROFILES: dict[str, tuple[Option, ...]] = {"basic": (Option.CLEAN_PIXELS,), "research": RESEARCH}
"""`basic`: as little as possible stays; `research`: what studies over time need stays, cleaned."""

"""Small synthetic sets, made once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from lab.deid.options import RESEARCH, Option
from lab.deid.profile import Profile
from synthetic_data import generate

LOCALES = ("fr_FR", "en_US", "de_DE", "ja_JP")
WITHOUT_PIXELS = Profile.of(option for option in RESEARCH if option is not Option.CLEAN_PIXELS)
DOCUMENTS = ("CT", "SR", "PR", "KO", "DOC", "ECG")


@cache
def small_set(locale: str = "fr_FR") -> Path:
    """Two patients with all that has no letters in its pixels, and what a CT sends besides."""
    folder = Path(mkdtemp(prefix="deid-set-"))
    generate(2019, 2, locale, "all", modalities=DOCUMENTS).write(folder)
    return folder


def dicom_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.dcm"))


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every cleaned file's name and content."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in dicom_files(folder)}

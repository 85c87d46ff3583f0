"""Small synthetic sets, made once for all tests."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from lab.deid.elements import EXPLICIT, Element, Form, read_bytes
from lab.deid.identities import Identities
from lab.deid.marking import file_head
from lab.deid.options import RESEARCH, Option
from lab.deid.problems import Reason, Unclean
from lab.deid.profile import Profile
from lab.deid.secret import Secret
from lab.deid.whole import Cleaned, FileCleaner
from lab.deid.writing import write_elements
from synthetic_data import generate

LOCALES = ("fr_FR", "en_US", "de_DE", "ja_JP")
WITHOUT_PIXELS = Profile.of(option for option in RESEARCH if option is not Option.CLEAN_PIXELS)
DOCUMENTS = ("CT", "SR", "PR", "KO", "DOC", "ECG")


@cache
def small_set(locale: str = "fr_FR") -> Path:
    """Two patients with all that has no letters in its pixels, and what a CT sends besides."""
    folder = Path(mkdtemp(prefix="deid-set-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    generate(2019, 2, locale, "all", modalities=DOCUMENTS).write(folder)
    return folder


def dicom_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.dcm"))


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every cleaned file's name and content."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in dicom_files(folder)}


REPORT, CT_IMAGE, CAPTURE = (f"1.2.840.10008.5.1.4.1.1.{kind}" for kind in ("88.11", "2", "7"))


def made(*more: Element, sop_class: str = REPORT, syntax: str = "1.2.840.10008.1.2.1", form: Form = EXPLICIT) -> bytes:
    """A file of Anne Lo, born on 24 February 1963, examined on 4 March 2019, with these elements more."""
    elements = [
        Element(0x00080016, "UI", sop_class.encode()), Element(0x00080018, "UI", b"2.25.1234567"),
        Element(0x00080020, "DA", b"20190304"), Element(0x00080060, "CS", b"SR"),
        Element(0x00100010, "PN", b"Lo^Anne"), Element(0x00100020, "LO", b"P1234567"),
        Element(0x00100030, "DA", b"19630224"), Element(0x0020000D, "UI", b"2.25.11"),
        Element(0x0020000E, "UI", b"2.25.12"), *more,
    ]  # fmt: skip
    by_tag = {element.tag: element for element in elements}
    body = write_elements([by_tag[tag] for tag in sorted(by_tag)], form)
    return b"".join((file_head(sop_class, "2.25.1234567", syntax), *body))


def cleaned(content: bytes, *options: Option, others: tuple[bytes, ...] = ()) -> Cleaned:
    """The file after cleaning with these options, in a set with others. Raises Unclean."""
    identities = Identities()
    for one in (content, *others):
        identities.learn(read_bytes(one))
    return FileCleaner(Profile.of(options), Secret(bytes(32)), identities).clean_read(read_bytes(content))


def bytes_after(content: bytes, *options: Option, others: tuple[bytes, ...] = ()) -> bytes:
    return b"".join(map(bytes, cleaned(content, *options, others=others).pieces))


def reason_for(content: bytes, *options: Option) -> Reason | None:
    """Why the file stays behind; None when it is cleaned."""
    try:
        cleaned(content, *options)
    except Unclean as problem:
        return problem.reason
    return None


def pixels(
    value: bytes, *more: Element, rows: int = 64, columns: int = 64, allocated: int = 16, stored: int = 12,
    modality: str = "CT", fragments: list[bytes] | None = None,
) -> tuple[Element, ...]:  # fmt: skip
    """The elements of a picture; `fragments` for a compressed one."""
    numbers = {
        0x00280002: 1, 0x00280010: rows, 0x00280011: columns, 0x00280100: allocated, 0x00280101: stored,
        0x00280102: stored - 1, 0x00280103: 0,
    }  # fmt: skip
    return (
        Element(0x00080008, "CS", b"ORIGINAL\\PRIMARY\\AXIAL"), Element(0x00080060, "CS", modality.encode()),
        Element(0x00280004, "CS", b"MONOCHROME2"),
        *(Element(tag, "US", number.to_bytes(2, "little")) for tag, number in numbers.items()),
        Element(0x7FE00010, "OW", value, fragments=None if fragments is None else list(fragments)), *more,
    )  # fmt: skip

"""Nothing is passed over in silence: whatever may hold a name is read, or said to be unread, within bounds."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from PIL import Image, ImageDraw, ImageFont
from pydicom.uid import DeflatedExplicitVRLittleEndian
from pypdf import PdfWriter
from pypdf.annotations import FreeText

from lab.inventory import inflating, packed
from lab.inventory.finding import Place
from lab.inventory.inventory import Inventory
from lab.inventory.scan import take_inventory
from lab.inventory.source import Files
from synthetic_data import generate

NAME, HEADER = "Bertille Quimperoux", "Quimperoux^Bertille"


@pytest.fixture(scope="module")
def image() -> bytes:
    """The header of somebody, from which the inventory learns whom to look for."""
    dataset = pydicom.dcmread(io.BytesIO(next(generate(patients=1, modalities=("CT",)).instances()).encode()))
    dataset.PatientName, dataset.PixelData, dataset.Rows, dataset.Columns = HEADER, b"\0\0", 1, 1
    return encoded(dataset)


def encoded(dataset: pydicom.Dataset) -> bytes:
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def searched(folder: Path, name: str, content: bytes, image: bytes, *, pictures: bool = False) -> Inventory:
    """The inventory of a file beside an image that names somebody."""
    (folder / "known.dcm").write_bytes(image)
    (folder / name).write_bytes(content)
    return take_inventory(Files([folder]), with_pictures=pictures, workers=1)


def places(taken: Inventory, name: str) -> set[Place]:
    """Where the name was found in the file of that name, or in what is packed in it."""
    return {one.place for one in taken.findings() if one.file.startswith(name) and one.kind == "name"}


def line() -> bytes:
    return f"call {NAME} back\n".encode()


def zipped(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as backup:
        backup.writestr(name, content)
    return file.getvalue()


def tarred(mode: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as backup:  # type: ignore[call-overload]
        entry = tarfile.TarInfo("notes.txt")
        entry.size = len(line())
        backup.addfile(entry, io.BytesIO(line()))
    return file.getvalue()


def orthanc() -> bytes:
    """An attachment as Orthanc stores it with StorageCompression."""
    return struct.pack("<Q", len(line())) + zlib.compress(line())


def document() -> bytes:
    writer, file = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.add_annotation(0, FreeText(text=f"for {NAME}", rect=(10, 10, 190, 60)))
    writer.write(file)
    return file.getvalue()


READ: dict[str, tuple[Callable[[], bytes], Place]] = {
    "letter.pdf": (document, Place.PDF),
    "inner.zip": (lambda: zipped("a/inner.zip", zipped("notes.txt", line())), Place.LOG),
    "site.tar.xz": (lambda: tarred("w:xz"), Place.LOG),
    "site.tar.bz2": (lambda: tarred("w:bz2"), Place.LOG),
    "site.tar.gz": (lambda: tarred("w:gz"), Place.LOG),
    "site.zip": (lambda: zipped("site.tar.gz", tarred("w:gz")), Place.LOG),
    "notes.txt.xz": (lambda: lzma.compress(line()), Place.LOG),
    "notes.txt.bz2": (lambda: bz2.compress(line()), Place.LOG),
    "notes.txt.gz": (lambda: gzip.compress(line()), Place.LOG),
    "attachment": (orthanc, Place.LOG),
    "windows.log": (lambda: ("\ufeff" + line().decode()).encode("utf-16-le"), Place.LOG),
    "unmarked.log": (lambda: line().decode().encode("utf-16-le") * 3, Place.LOG),
    "big-endian.log": (lambda: ("\ufeff" + line().decode()).encode("utf-16-be"), Place.LOG),
    "old.doc": (lambda: b"\xd0\xcf\x11\xe0" + bytes(60) + line().decode().encode("utf-16-le") + bytes(9), Place.ARCHIVE),
    "one-line.json": (lambda: b"x" * 150_000 + b" " + line(), Place.LOG),
    "large.bin": (lambda: b"\0" * 999_993 + line(), Place.ARCHIVE),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_a_name_is_found_however_it_is_written_and_packed(name: str, image: bytes, tmp_path: Path) -> None:
    make, place = READ[name]
    taken = searched(tmp_path, name, make(), image)
    assert places(taken, name) == {place}
    assert taken.troubles == []


def deep() -> bytes:
    content = line()
    for _ in range(packed.DEEPEST + 1):
        content = zipped("inner.zip", content)
    return content


def many_pictures() -> bytes:
    file = io.BytesIO()
    Image.new("1", (7000, 6000)).save(file, "PDF")
    return file.getvalue()


def with_attachment() -> bytes:
    writer, file = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.add_attachment("list.csv", line())
    writer.write(file)
    return file.getvalue()


UNREAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "a.7z": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(90), "7-Zip"),
    "a.rar": (lambda: b"Rar!\x1a\x07\x01\x00" + bytes(90), "RAR"),
    "a.tar.zst": (lambda: b"\x28\xb5\x2f\xfd" + bytes(90), "Zstandard"),
    "backup.tar.cms": (lambda: bytes.fromhex("308006092a864886f70d010703a080") + bytes(90), "encrypted"),
    "cut.tar.xz": (lambda: lzma.compress(line() * 999)[:60], "ends before its end"),
    "deep.zip": (deep, "deep"),
    "photo.heic": (lambda: b"\0\0\0\x18ftypheic" + bytes(90), "UnidentifiedImageError"),
    "broken.png": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(90), "UnidentifiedImageError"),
    "scan.pdf": (many_pictures, "42000000 pixels"),
    "attached.pdf": (with_attachment, "1 attached files are not read"),
    "broken.pdf": (lambda: b"%PDF-1.7\n" + bytes(90), "PDF: "),
    "often.log": (lambda: line() * 501, "only the first 500"),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_read_is_said(name: str, image: bytes, tmp_path: Path) -> None:
    make, reason = UNREAD[name]
    taken = searched(tmp_path, name, make(), image, pictures=name.endswith((".pdf", ".heic", ".png")))
    assert [one.file.startswith(name) and reason in one.reason for one in taken.troubles] == [True], taken.troubles


@pytest.mark.slow
def test_a_screenshot_is_read_in_whatever_format(image: bytes, tmp_path: Path) -> None:
    picture = Image.new("RGB", (500, 80), "black")
    ImageDraw.Draw(picture).text((20, 20), NAME, fill="white", font=ImageFont.load_default(28))
    for kind in ("PNG", "JPEG", "BMP"):
        picture.save(tmp_path / f"screenshot-{kind}", kind)
    pages = [Image.new("RGB", picture.size), picture]
    pages[0].save(tmp_path / "fax", "TIFF", save_all=True, append_images=pages[1:])
    taken = searched(tmp_path, "nothing.png", b"", image, pictures=True)
    found = {one.file: (one.place, one.pages) for one in taken.findings() if one.kind == "name" and one.box}
    assert found == {
        "fax": (Place.PIXELS, (2, 2)),
        **{f"screenshot-{kind}": (Place.PIXELS, None) for kind in ("PNG", "JPEG", "BMP")},
    }
    assert taken.troubles == []


def deflated(dataset: pydicom.Dataset) -> bytes:
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    return encoded(dataset)


@pytest.mark.slow
def test_the_pixels_of_a_deflated_image_are_read(image: bytes, tmp_path: Path) -> None:
    picture = Image.new("L", (500, 80))
    ImageDraw.Draw(picture).text((20, 20), NAME, fill=255, font=ImageFont.load_default(28))
    dataset = pydicom.dcmread(io.BytesIO(image))
    dataset.Rows, dataset.Columns, dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 80, 500, 8, 8, 7
    dataset.PixelRepresentation, dataset.PixelData = 0, picture.tobytes()
    taken = searched(tmp_path, "deflated.dcm", deflated(dataset), image, pictures=True)
    assert Place.PIXELS in places(taken, "deflated.dcm")
    assert taken.troubles == []
    assert [one.file for one in taken.thumbnails] == ["deflated.dcm"]


def test_a_deflate_bomb_is_left(image: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflating, "MOST_INFLATED", 1_000_000)
    dataset = pydicom.dcmread(io.BytesIO(image))
    dataset.add_new((0x0041, 0x0010), "LO", "PADDING")
    dataset.add_new((0x0041, 0x1001), "OB", bytes(2_000_000))
    taken = searched(tmp_path, "bomb.dcm", deflated(dataset), image)
    assert [(one.file, one.reason) for one in taken.troubles] == [
        ("bomb.dcm", "it inflates to more than 1000000 bytes")
    ]


@pytest.mark.parametrize("pack", ["zip", "gz", "tar.gz"])
def test_no_more_is_unpacked_of_a_backup_than_it_may_hold(
    pack: str, image: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "MOST_MEMBER_BYTES", 1_000_000)
    monkeypatch.setattr(packed, "MOST_RATIO", 100)
    read = []
    monkeypatch.setattr(packed.Budget, "spend", lambda self, size: read.append(size) or spend(self, size))
    file = io.BytesIO()
    if pack == "zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as backup:
            for number in range(40):
                backup.writestr(f"{number}.bin", bytes(900_000))
    elif pack == "gz":
        file.write(gzip.compress(bytes(30_000_000)))
    else:
        with tarfile.open(fileobj=file, mode="w:gz") as tar:
            entry = tarfile.TarInfo("zeros")
            entry.size = 36_000_000
            tar.addfile(entry, io.BytesIO(bytes(entry.size)))
    bomb = file.getvalue()
    taken = searched(tmp_path, f"bomb.{pack}", bomb, image)
    assert "more" in taken.troubles[-1].reason
    assert sum(read) <= 2 * (max(1_000_000, 100 * len(bomb)) + 2)  # the file is gone through twice


spend = packed.Budget.spend


def test_a_tar_header_of_megabytes_is_not_read(image: bytes, tmp_path: Path) -> None:
    entry = tarfile.TarInfo("header")
    entry.type, entry.size = tarfile.XHDTYPE, 200_000_000
    taken = searched(tmp_path, "a.tar.gz", gzip.compress(entry.tobuf() + bytes(2048)), image)
    assert ["a header of" in one.reason for one in taken.troubles] == [True]

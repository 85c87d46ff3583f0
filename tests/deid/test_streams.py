"""Compressed pictures keep what decoding needs; what stands beside or behind the picture goes."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from lab.deid.elements import Element
from lab.deid.options import Option
from lab.deid.problems import Reason
from tests.deid.sets import CT_IMAGE, bytes_after, made, pixels, reason_for

NAME = b"MARTIN^ANNE 24/02/1963"
JPEG, LOSSLESS, WAVELET, RLE = (
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.5",
)
SLICE = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def encoded(kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(SLICE).save(out, kind, **how)
    return out.getvalue()


def file_of(syntax: str, *fragments: bytes, rows: int = 64) -> bytes:
    picture = pixels(b"", allocated=8, stored=8, rows=rows, fragments=[b"", *fragments])
    return made(*picture, sop_class=CT_IMAGE, syntax=syntax)


def rle(*segments: bytes) -> bytes:
    places, at = [], 64
    for one in segments:
        places.append(at)
        at += len(one)
    return struct.pack("<16I", len(segments), *places, *[0] * (15 - len(segments))) + b"".join(segments)


PLANE = b"".join(bytes((127,)) + SLICE.tobytes()[at : at + 128] for at in range(0, 4096, 128))
PICTURE = encoded("JPEG", quality=90, progressive=True)
WAVES = encoded("JPEG2000", no_jp2=True, irreversible=False)
TILE = WAVES.index(b"\xff\x90\x00\x0a")


def with_tile_comment() -> bytes:
    comment = segment(0x64, b"\0\1" + NAME)
    length = int.from_bytes(WAVES[TILE + 6 : TILE + 10], "big")
    head = WAVES[TILE : TILE + 6] + (length + len(comment)).to_bytes(4, "big") + WAVES[TILE + 10 : TILE + 12]
    return WAVES[:TILE] + head + comment + WAVES[TILE + 12 :]


LAST_SCAN = PICTURE.rindex(b"\xff\xda")
HIDDEN = {
    "a comment before the picture": (JPEG, [PICTURE[:2] + segment(0xFE, NAME) + PICTURE[2:]]),
    "EXIF": (JPEG, [PICTURE[:2] + segment(0xE1, b"Exif\0\0" + NAME) + PICTURE[2:]]),
    "a thumbnail": (JPEG, [PICTURE[:2] + segment(0xE0, b"JFIF\0" + bytes(9) + NAME) + PICTURE[2:]]),
    "a comment between scans": (JPEG, [PICTURE[:LAST_SCAN] + segment(0xFE, NAME) + PICTURE[LAST_SCAN:]]),
    "bytes behind the end": (JPEG, [PICTURE + NAME]),
    "a second fragment": (JPEG, [PICTURE[:400], PICTURE[400:] + NAME]),
    "a comment in a codestream": (WAVELET, [WAVES[:TILE] + segment(0x64, b"\0\1" + NAME) + WAVES[TILE:]]),
    "a comment in a tile": (WAVELET, [with_tile_comment()]),
    "bytes behind a codestream": (WAVELET, [WAVES + NAME]),
    "bytes behind a segment": (RLE, [rle(PLANE + NAME)]),
}


@pytest.mark.parametrize("where", HIDDEN)
def test_what_is_hidden_in_a_stream_goes_and_the_picture_stays(where: str) -> None:
    syntax, fragments = HIDDEN[where]
    after = bytes_after(file_of(syntax, *fragments))
    assert NAME not in after
    plain = dcmread(io.BytesIO(file_of(syntax, {JPEG: PICTURE, WAVELET: WAVES, RLE: rle(PLANE)}[syntax])))
    assert np.array_equal(dcmread(io.BytesIO(after)).pixel_array, plain.pixel_array)


def test_a_stream_that_has_nothing_to_hide_stays_as_it_is() -> None:
    plain = PICTURE[:2] + PICTURE[PICTURE.index(b"\xff\xdb") :]
    plain += b"\0" * (len(plain) % 2)
    assert plain.rstrip(b"\0") in bytes_after(file_of(JPEG, plain))
    assert rle(PLANE) in bytes_after(file_of(RLE, rle(PLANE)))


BAD = {
    "no stream": (file_of(JPEG, NAME), Reason.PIXELS_UNDECODABLE),
    "a stream without an end": (file_of(JPEG, PICTURE[:-2]), Reason.PIXELS_UNDECODABLE),
    "a picture in a picture": (file_of(JPEG, PICTURE[:2] + PICTURE), Reason.PIXELS_UNDECODABLE),
    "larger than described": (file_of(JPEG, PICTURE, rows=32), Reason.PIXELS_MISFIT),
    "a codestream larger than described": (file_of(WAVELET, WAVES, rows=32), Reason.PIXELS_MISFIT),
    "two frames instead of one": (file_of(JPEG, PICTURE, PICTURE), Reason.PIXELS_MISFIT),
    "too few bytes": (file_of(RLE, rle(PLANE[:-129])), Reason.PIXELS_MISFIT),
    "a film": (file_of("1.2.840.10008.1.2.4.102", b"\0\0\1\xb3" + NAME), Reason.PIXELS_UNDECODABLE),
}


@pytest.mark.parametrize("what", BAD)
def test_a_stream_that_is_not_understood_stays_behind(what: str) -> None:
    content, reason = BAD[what]
    assert reason_for(content) is reason


def test_tables_of_offsets_go_with_the_lengths_that_they_tell() -> None:
    tables = (Element(0x7FE00001, "OV", bytes(8)), Element(0x7FE00002, "OV", len(PICTURE).to_bytes(8, "little")))
    commented = PICTURE[:2] + segment(0xFE, NAME) + PICTURE[2:]
    picture = pixels(b"", *tables, allocated=8, stored=8, fragments=[b"", commented])
    found = dcmread(io.BytesIO(bytes_after(made(*picture, sop_class=CT_IMAGE, syntax=JPEG))))
    assert [word for word in found.dir() if word.startswith("Extended")] == []


def test_bits_that_are_not_stored_go() -> None:
    drawn = np.zeros((64, 64), "<u2")
    drawn[10:20, 10:50] = 0x8123
    after = dcmread(io.BytesIO(bytes_after(made(*pixels(drawn.tobytes()), sop_class=CT_IMAGE))))
    assert np.array_equal(np.frombuffer(after.PixelData, "<u2").reshape(64, 64), drawn & 0xFFF)


def test_bits_that_are_not_stored_go_from_compressed_pictures_too() -> None:
    high, low = np.zeros(4096, np.uint8), SLICE.ravel()
    high[:50] = 0xC1
    planes = [
        b"".join(bytes((127,)) + plane.tobytes()[at : at + 128] for at in range(0, 4096, 128)) for plane in (high, low)
    ]
    picture = pixels(b"", fragments=[b"", rle(*planes)])
    after = dcmread(io.BytesIO(bytes_after(made(*picture, sop_class=CT_IMAGE, syntax=RLE))))
    assert after.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert np.frombuffer(after.PixelData, "<u2").max() == 0x100 + 49


def test_a_sheet_of_one_bit_a_pixel_stays_one() -> None:
    sheet = pixels(bytes(range(256)) * 2, Element(0x00080064, "CS", b"SD"), allocated=1, stored=1, modality="OT")
    found = dcmread(io.BytesIO(bytes_after(made(*sheet, sop_class="1.2.840.10008.5.1.4.1.1.7.1"), Option.CLEAN_PIXELS)))
    assert (len(found.PixelData), found.pixel_array.shape) == (512, (64, 64))

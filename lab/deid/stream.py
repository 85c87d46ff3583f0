"""Remarks inside of compressed pictures: JPEG and JPEG-LS streams may hold comments and application data (EXIF, names)."""

from __future__ import annotations

from pydicom import uid

from lab.deid.elements import Buffer

_JPEG = frozenset((*uid.JPEGTransferSyntaxes, *uid.JPEGLSTransferSyntaxes))
_SOI, _SOS, _COM = 0xD8, 0xDA, 0xFE
_APPLICATION = range(0xE0, 0xF0)
_NEEDED = (0xE0, 0xEE)
"""JFIF and Adobe say how the colours are meant (ITU-T T.871, T.872); EXIF and all others say where the picture is from."""
_J2K_SOC, _J2K_COM, _J2K_SOT = b"\xff\x4f", 0x64, 0x90


def without_comments(fragments: list[Buffer], syntax: str) -> list[Buffer]:
    """The fragments without comments; the offset table is emptied when lengths changed."""
    if syntax in _JPEG:
        cleaned = [_jpeg(fragment) for fragment in fragments[1:]]
    elif syntax in uid.JPEG2000TransferSyntaxes:
        cleaned = [_jpeg2000(fragment) for fragment in fragments[1:]]
    else:
        return fragments
    same = all(len(new) == len(old) for new, old in zip(cleaned, fragments[1:], strict=True))
    return [fragments[0] if same and fragments else b"", *cleaned]


def _jpeg(fragment: Buffer) -> Buffer:
    data = bytes(fragment)
    if data[:2] != b"\xff\xd8":
        return fragment
    out, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != _SOS:
        size = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        marker = data[at + 1]
        if marker != _COM and (marker not in _APPLICATION or marker in _NEEDED):
            out.append(data[at : at + size])
        at += size
    return b"".join((*out, data[at:]))


def _jpeg2000(fragment: Buffer) -> Buffer:
    data = bytes(fragment)
    if data[:2] != _J2K_SOC:
        return fragment
    out, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != _J2K_SOT:
        size = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] != _J2K_COM:
            out.append(data[at : at + size])
        at += size
    return b"".join((*out, data[at:]))

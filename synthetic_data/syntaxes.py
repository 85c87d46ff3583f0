"""Transfer syntaxes by name, and which of them an object can have (DICOM PS3.5 section 10 and annex A)."""

from __future__ import annotations

from typing import Literal, get_args

from pydicom import uid
from pydicom.pixels.encoders.base import get_encoder

from synthetic_data.errors import SyntheticDataError
from synthetic_data.protocols import SeriesProtocol

Syntax = Literal["device", "explicit", "implicit", "rle", "jpeg", "jpeg-lossless", "jpeg-ls", "jpeg-2000"]
SYNTAXES: tuple[Syntax, ...] = get_args(Syntax)
"""`device` leaves each device its own; the others are little endian, compressed without loss but for `jpeg`."""

_UIDS: dict[str, str] = {
    "explicit": uid.ExplicitVRLittleEndian,
    "implicit": uid.ImplicitVRLittleEndian,
    "rle": uid.RLELossless,
    "jpeg": uid.JPEGBaseline8Bit,
    "jpeg-lossless": uid.JPEGLosslessSV1,
    "jpeg-ls": uid.JPEGLSLossless,
    "jpeg-2000": uid.JPEG2000Lossless,
}
_PACKAGES = {"jpeg-ls": "pyjpegls", "jpeg-2000": "pylibjpeg-openjpeg"}
_BYTES_PER_PIXEL = {"US": 3, "USMF": 1, "SC": 1, "SCAN": 1, "XA": 1}
_DOCUMENTS = frozenset({"SRBASIC", "SRFULL", "PDF", "KO", "PR", "ECG"})


def check_syntax(name: str) -> None:
    """Raise SyntheticDataError for a name that there is not, and for a syntax that nothing installed can write."""
    if name not in SYNTAXES:
        raise SyntheticDataError(f"unknown syntax {name!r}; accepted are {', '.join(SYNTAXES)}.")
    if name in _PACKAGES and not get_encoder(uid.UID(_UIDS[name])).is_available:
        raise SyntheticDataError(f"the syntax {name!r} needs the package {_PACKAGES[name]}; install it with pip.")


def syntax_of(protocol: SeriesProtocol, content: str, name: Syntax) -> str:
    """The UID of a series' transfer syntax when `name` was asked for.

    JPEG Baseline holds 8 bits only, JPEG Lossless (as it is written here) one sample a pixel, and documents are never
    compressed: these stay explicit little endian.
    """
    if name == "device":
        return protocol.transfer_syntax_uid
    deep, colour = content not in _BYTES_PER_PIXEL, content == "US"
    if (
        (content in _DOCUMENTS and name != "implicit")
        or (name == "jpeg" and deep)
        or (name == "jpeg-lossless" and colour)
    ):
        return uid.ExplicitVRLittleEndian
    return _UIDS[name]


def weight_of(protocol: SeriesProtocol, content: str, transfer_syntax_uid: str) -> int:
    """About how many bytes an instance takes besides its header; for lossless compression what it took before."""
    if transfer_syntax_uid == protocol.transfer_syntax_uid or content in _DOCUMENTS:
        return protocol.bytes_each
    return protocol.rows * protocol.columns * protocol.frames * _BYTES_PER_PIXEL.get(content, 2)

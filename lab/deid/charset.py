"""Text in the character set of its dataset (DICOM PS3.5 6.1), strictly: what cannot be read is not guessed."""

from __future__ import annotations

import warnings
from functools import lru_cache

from pydicom.charset import convert_encodings, decode_bytes, encode_string

from lab.deid.problems import Reason, Unclean

DELIMITERS = {0x0A, 0x0D, 0x09, 0x0C, 0x5E, 0x3D, 0x5C}
"""Line ends, tab, form feed, ^, = and backslash: each goes back to the first character set (PS3.5 6.1.2.5.3)."""
_DEFAULT = ("iso8859",)


@lru_cache(maxsize=256)
def encodings_of(specific: bytes) -> tuple[str, ...]:
    """Python's names for the value of Specific Character Set (0008,0005). Raises Unclean for one that is not known."""
    names = [part.strip() for part in specific.decode("ascii", "replace").strip("\0 ").split("\\")]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return tuple(convert_encodings(names if any(names) else ""))
    except (LookupError, UserWarning) as error:
        raise Unclean(Reason.BAD_TEXT) from error


@lru_cache(maxsize=8192)
def decoded(value: bytes, encodings: tuple[str, ...]) -> str:
    """The text without its padding. Raises Unclean when it is not in this character set."""
    value = value.rstrip(b"\0 ")
    if value.isascii() and b"\x1b" not in value:
        return value.decode("ascii")
    if encodings == _DEFAULT:  # the default repertoire has ASCII only
        raise Unclean(Reason.BAD_TEXT)
    try:
        if len(encodings) == 1:
            return value.decode(encodings[0])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = decode_bytes(value, list(encodings), DELIMITERS)
    except (UnicodeError, LookupError) as error:
        raise Unclean(Reason.BAD_TEXT) from error
    if "\ufffd" in text:
        raise Unclean(Reason.BAD_TEXT)
    return text


def encoded(text: str, encodings: tuple[str, ...]) -> bytes:
    """The text in this character set; what it lacks becomes a question mark."""
    if text.isascii():
        return text.encode("ascii")
    if len(encodings) == 1:
        return text.encode(encodings[0], "replace")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return encode_string(text, list(encodings))

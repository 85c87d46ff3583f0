"""Elements as bytes (DICOM PS3.5 section 7)."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from lab.deid.dictionary import LONG_VRS
from lab.deid.elements import Buffer, Element, Form
from lab.deid.problems import Reason, Unclean


def write_elements(elements: Iterable[Element], form: Form) -> list[Buffer]:
    """The elements encoded, in pieces; large values are not copied. Sequences have defined lengths."""
    pieces: list[Buffer] = []
    order = form.order
    for element in elements:
        tag = struct.pack(order + "HH", element.tag >> 16, element.tag & 0xFFFF)
        if element.fragments is not None:
            pieces += [tag + element.vr.encode() + b"\0\0\xff\xff\xff\xff"]
            for fragment in element.fragments:
                size = len(fragment) + len(fragment) % 2
                pieces += [struct.pack("<HHI", 0xFFFE, 0xE000, size), fragment, b"\0" * (len(fragment) % 2)]
            pieces.append(struct.pack("<HHI", 0xFFFE, 0xE0DD, 0))
            continue
        if element.items is not None:
            inner = [b"".join(write_elements(item, form)) for item in element.items]
            value: Buffer = b"".join(struct.pack(order + "HHI", 0xFFFE, 0xE000, len(one)) + one for one in inner)
        else:
            value = element.value
        size, padding = len(value), b""
        if size % 2:
            padding = b"\0" if element.vr in ("UI", "OB", "UN") else b" "
            size += 1
        pieces += [_head(tag, element.vr, size, form), value, padding]
    return pieces


def _head(tag: bytes, vr: str, size: int, form: Form) -> bytes:
    if not form.explicit:
        return tag + struct.pack("<I", size)
    if vr in LONG_VRS:
        return tag + vr.encode() + b"\0\0" + struct.pack(form.order + "I", size)
    if size > 0xFFFF:
        raise Unclean(Reason.BROKEN_STRUCTURE)
    return tag + vr.encode() + struct.pack(form.order + "H", size)

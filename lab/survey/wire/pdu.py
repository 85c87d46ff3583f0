"""Protocol data units of the DICOM upper layer (PS3.8 9.3), written and read without trusting a single length.

Whatever arrives, reading raises ``Malformed`` or gives a value, and keeps at most ``limit`` bytes while it waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from struct import Struct, pack

ASSOCIATE_RQ, ASSOCIATE_AC, ASSOCIATE_RJ, P_DATA, RELEASE_RQ, RELEASE_RP, ABORT = range(1, 8)
APPLICATION_CONTEXT = b"1.2.840.10008.3.1.1.1"
MAX_PDU = 16_384
LIMIT = 32_768
"""The longest PDU that is read. Nobody in the lab needs a longer one."""
MAX_CONTEXTS = 128
_HEADER = Struct(">BxI")
_ITEM = Struct(">BxH")
_FIXED = 68  # protocol version, reserved, two AE titles, 32 reserved bytes
ACCEPTED, USER_REJECTION, NO_REASON, ABSTRACT_SYNTAX_UNKNOWN, TRANSFER_SYNTAX_UNKNOWN = range(5)

RELEASE_REQUEST = _HEADER.pack(RELEASE_RQ, 4) + bytes(4)
RELEASE_RESPONSE = _HEADER.pack(RELEASE_RP, 4) + bytes(4)


class Malformed(Exception):
    """Bytes that are not what the standard says. The message says what is wrong, for evidence."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A presentation context that the caller proposes (PS3.8 9.3.2.2)."""

    id: int
    abstract: bytes
    transfers: tuple[bytes, ...]


@dataclass(slots=True)
class Associate:
    """What an A-ASSOCIATE-RQ or -AC says. ``results`` (of an -AC): context id to (result, transfer syntax)."""

    called: str = ""
    calling: str = ""
    proposed: list[Proposed] = field(default_factory=list)
    results: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    max_pdu: int = 0
    implementation_uid: str = ""
    implementation_name: str = ""


class PduReader:
    """Cuts a stream into PDUs. Raises Malformed as soon as a header is wrong or too long; buffers one PDU at most."""

    __slots__ = ("_buffer", "_limit")

    def __init__(self, limit: int = LIMIT) -> None:
        self._buffer = bytearray()
        self._limit = limit

    def __len__(self) -> int:
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The PDUs that are complete now, as (type, body)."""
        buffer = self._buffer
        buffer += data
        start, end = 0, len(buffer)
        try:
            while end - start >= 6:
                kind, length = _HEADER.unpack_from(buffer, start)
                if not ASSOCIATE_RQ <= kind <= ABORT:
                    raise Malformed(f"PDU type 0x{kind:02x} does not exist")
                if length > self._limit:
                    raise Malformed(f"a PDU of {length} bytes, more than {self._limit}")
                if end - start < 6 + length:
                    break
                body = bytes(buffer[start + 6 : start + 6 + length])
                start += 6 + length
                yield kind, body
        finally:
            del buffer[:start]


def pdu(kind: int, body: bytes) -> bytes:
    """A PDU of this type."""
    return _HEADER.pack(kind, len(body)) + body


def item(kind: int, body: bytes) -> bytes:
    """An item or sub-item of an A-ASSOCIATE PDU."""
    return _ITEM.pack(kind, len(body)) + body


def associate_request(
    called: str,
    calling: str,
    contexts: Sequence[tuple[int, bytes, Sequence[bytes]]],
    implementation: tuple[str, str],
    max_pdu: int = MAX_PDU,
) -> bytes:
    """An A-ASSOCIATE-RQ (PS3.8 9.3.2); contexts are (odd id, abstract syntax, transfer syntaxes)."""
    parts = [_titles(called, calling), item(0x10, APPLICATION_CONTEXT)]
    for number, abstract, transfers in contexts:
        syntaxes = b"".join(item(0x40, transfer) for transfer in transfers)
        parts.append(item(0x20, bytes((number, 0, 0, 0)) + item(0x30, abstract) + syntaxes))
    parts.append(_user_information(implementation, max_pdu))
    return pdu(ASSOCIATE_RQ, b"".join(parts))


def associate_accept(
    request: Associate,
    results: Sequence[tuple[int, int, bytes]],
    implementation: tuple[str, str],
    max_pdu: int = MAX_PDU,
) -> bytes:
    """An A-ASSOCIATE-AC (PS3.8 9.3.3); results are (context id, result, transfer syntax)."""
    parts = [_titles(request.called, request.calling), item(0x10, APPLICATION_CONTEXT)]
    for number, result, transfer in results:
        parts.append(item(0x21, bytes((number, 0, result, 0)) + item(0x40, transfer)))
    parts.append(_user_information(implementation, max_pdu))
    return pdu(ASSOCIATE_AC, b"".join(parts))


def associate_reject(result: int, source: int, reason: int) -> bytes:
    """An A-ASSOCIATE-RJ (PS3.8 9.3.4)."""
    return pdu(ASSOCIATE_RJ, bytes((0, result, source, reason)))


def abort(source: int = 2, reason: int = 0) -> bytes:
    """An A-ABORT (PS3.8 9.3.8); source 2 is the service provider."""
    return pdu(ABORT, bytes((0, 0, source, reason)))


def p_data(context: int, data: bytes, command: bool, max_pdu: int) -> bytes:
    """The P-DATA-TF PDUs of one command or data set, cut to what the receiver takes (PS3.8 9.3.5, annex E)."""
    flag = 1 if command else 0
    if len(data) + 6 <= max_pdu or not max_pdu:
        return pack(">BxIIBB", P_DATA, len(data) + 6, len(data) + 2, context, flag | 2) + data
    size = max(max_pdu - 6, 64)
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(
        pack(">BxIIBB", P_DATA, len(piece) + 6, len(piece) + 2, context, flag | (2 if number == len(pieces) - 1 else 0))
        + piece
        for number, piece in enumerate(pieces)
    )


def data_values(body: bytes) -> Iterator[tuple[int, bool, bool, bytes]]:
    """The fragments of a P-DATA-TF: (context id, is command, is last, bytes). Raises Malformed."""
    start, end = 0, len(body)
    if end < 6:
        raise Malformed("a P-DATA-TF without a presentation data value")
    while start < end:
        if end - start < 6:
            raise Malformed("a presentation data value is cut off")
        length = int.from_bytes(body[start : start + 4], "big")
        if length < 2 or start + 4 + length > end:
            raise Malformed(f"a presentation data value of {length} bytes in a PDU of {end}")
        flags = body[start + 5]
        yield body[start + 4], bool(flags & 1), bool(flags & 2), body[start + 6 : start + 4 + length]
        start += 4 + length


def read_associate(body: bytes) -> Associate:
    """The contents of an A-ASSOCIATE-RQ or -AC. Unknown items are passed over (PS3.8 9.3.1). Raises Malformed."""
    if len(body) < _FIXED:
        raise Malformed(f"an A-ASSOCIATE of {len(body)} bytes")
    if not body[1] & 1:
        raise Malformed("protocol version 1 is not offered")
    found = Associate(_title(body[4:20]), _title(body[20:36]))
    for kind, value in _items(body, _FIXED):
        if kind == 0x20:
            if len(found.proposed) >= MAX_CONTEXTS:
                raise Malformed("more than 128 presentation contexts")
            found.proposed.append(_proposed(value))
        elif kind == 0x21:
            if len(value) < 4:
                raise Malformed("a presentation context is cut off")
            transfer = next((inner for sub, inner in _items(value, 4) if sub == 0x40), b"")
            found.results[value[0]] = value[2], transfer.rstrip(b"\0")
        elif kind == 0x50:
            _read_user_information(found, value)
    return found


def _proposed(value: bytes) -> Proposed:
    if len(value) < 4:
        raise Malformed("a presentation context is cut off")
    abstract, transfers = b"", []
    for kind, inner in _items(value, 4):
        if kind == 0x30:
            abstract = inner.rstrip(b"\0")
        elif kind == 0x40:
            transfers.append(inner.rstrip(b"\0"))
    return Proposed(value[0], abstract, tuple(transfers))


def _read_user_information(found: Associate, value: bytes) -> None:
    for kind, inner in _items(value, 0):
        if kind == 0x51:
            if len(inner) != 4:
                raise Malformed("a maximum length of other than 4 bytes")
            found.max_pdu = int.from_bytes(inner, "big")
        elif kind == 0x52:
            found.implementation_uid = _text(inner)
        elif kind == 0x55:
            found.implementation_name = _text(inner)


def _items(data: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    end = len(data)
    while start < end:
        if end - start < 4:
            raise Malformed("an item is cut off")
        kind, length = _ITEM.unpack_from(data, start)
        start += 4
        if start + length > end:
            raise Malformed(f"an item of {length} bytes where {end - start} are left")
        yield kind, data[start : start + length]
        start += length


def _titles(called: str, calling: str) -> bytes:
    return b"\0\1\0\0" + _padded(called) + _padded(calling) + bytes(32)


def _padded(title: str) -> bytes:
    return title.encode("ascii", "replace")[:16].ljust(16)


def _title(raw: bytes) -> str:
    return _text(raw).strip()


def _text(raw: bytes) -> str:
    """Bytes of a stranger as printable ASCII, so that they can be shown and stored."""
    text = raw.rstrip(b"\0 ").decode("ascii", "replace")[:64]
    return text if text.isprintable() else "".join(char if char.isprintable() else "�" for char in text)


def _user_information(implementation: tuple[str, str], max_pdu: int) -> bytes:
    uid, name = implementation
    parts = item(0x51, max_pdu.to_bytes(4, "big")) + item(0x52, uid.encode("ascii"))
    return item(0x50, parts + (item(0x55, name.encode("ascii")[:16]) if name else b""))

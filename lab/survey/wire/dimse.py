"""DIMSE command sets (PS3.7 E.1) and the messages of verification and query, ready for a P-DATA-TF."""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from typing import Any

from lab.survey.wire.elements import read_elements
from lab.survey.wire.pdu import Malformed, p_data

VERIFICATION = b"1.2.840.10008.1.1"
PATIENT_FIND, STUDY_FIND = b"1.2.840.10008.5.1.4.1.2.1.1", b"1.2.840.10008.5.1.4.1.2.2.1"
PATIENT_MOVE, STUDY_MOVE = b"1.2.840.10008.5.1.4.1.2.1.2", b"1.2.840.10008.5.1.4.1.2.2.2"
PATIENT_GET, STUDY_GET = b"1.2.840.10008.5.1.4.1.2.1.3", b"1.2.840.10008.5.1.4.1.2.2.3"

C_STORE_RQ, C_GET_RQ, C_FIND_RQ, C_MOVE_RQ, C_ECHO_RQ = 0x0001, 0x0010, 0x0020, 0x0021, 0x0030
C_CANCEL_RQ, RESPONSE = 0x0FFF, 0x8000
SUCCESS, CANCELLED, PENDING = 0x0000, 0xFE00, 0xFF00
NOT_AUTHORIZED, UNABLE, UNRECOGNIZED, UNKNOWN_CONTEXT = 0x0124, 0xA702, 0x0211, 0x0122
IDENTIFIER_MISMATCH = 0xA900
NO_DATA_SET, WITH_DATA_SET = 0x0101, 0x0001

AFFECTED_CLASS, COMMAND, MESSAGE, ANSWERED = 0x00000002, 0x00000100, 0x00000110, 0x00000120
PRIORITY, DATA_SET_TYPE, STATUS, COMMENT = 0x00000700, 0x00000800, 0x00000900, 0x00000902
_GROUP_LENGTH = Struct("<HHII")
_ELEMENT = Struct("<HHI")
_US = Struct("<HHIH")
_NUMBERS = frozenset((COMMAND, MESSAGE, ANSWERED, PRIORITY, DATA_SET_TYPE, STATUS))
Command = Mapping[int, Any]


def write_command(fields: Mapping[int, int | bytes]) -> bytes:
    """A command set: implicit VR little endian, with its group length, in ascending order of tags."""
    parts = []
    for tag, value in fields.items():
        if isinstance(value, int):
            parts.append(_US.pack(0, tag, 2, value))
        else:
            padded = value + b"\0" if len(value) & 1 else value
            parts.append(_ELEMENT.pack(0, tag, len(padded)) + padded)
    body = b"".join(parts)
    return _GROUP_LENGTH.pack(0, 0, 4, len(body)) + body


def read_command(data: bytes) -> dict[int, Any]:
    """Tag to number or bytes of a command set. Raises Malformed when it is none."""
    fields: dict[int, Any] = {}
    for tag, value in read_elements(data, explicit=False).items():
        if tag >> 16:
            raise Malformed(f"a command set with group {tag >> 16:04x}")
        if tag in _NUMBERS:
            if len(value) != 2:
                raise Malformed(f"command element {tag:04x} of {len(value)} bytes")
            fields[tag] = int.from_bytes(value, "little")
        else:
            fields[tag] = value.rstrip(b"\0 ")
    if COMMAND not in fields:
        raise Malformed("a command set without a command field")
    return fields


def echo_request(context: int, message: int) -> bytes:
    """C-ECHO-RQ (PS3.7 9.3.5.1)."""
    fields: dict[int, int | bytes] = {
        AFFECTED_CLASS: VERIFICATION,
        COMMAND: C_ECHO_RQ,
        MESSAGE: message,
        DATA_SET_TYPE: NO_DATA_SET,
    }
    return p_data(context, write_command(fields), True, 0)


def find_request(context: int, message: int, model: bytes, identifier: bytes, max_pdu: int) -> bytes:
    """C-FIND-RQ with its identifier (PS3.7 9.3.2.1)."""
    fields: dict[int, int | bytes] = {
        AFFECTED_CLASS: model,
        COMMAND: C_FIND_RQ,
        MESSAGE: message,
        PRIORITY: 0,
        DATA_SET_TYPE: WITH_DATA_SET,
    }
    return p_data(context, write_command(fields), True, max_pdu) + p_data(context, identifier, False, max_pdu)


def cancel_request(context: int, message: int) -> bytes:
    """C-CANCEL-RQ (PS3.7 9.3.2.3)."""
    fields = {COMMAND: C_CANCEL_RQ, ANSWERED: message, DATA_SET_TYPE: NO_DATA_SET}
    return p_data(context, write_command(fields), True, 0)


def response(
    context: int, request: Command, status: int, identifier: bytes | None = None, max_pdu: int = 0, comment: bytes = b""
) -> bytes:
    """The response to a request, with an identifier where it has one (PS3.7 9.3)."""
    fields: dict[int, int | bytes] = {
        AFFECTED_CLASS: request.get(AFFECTED_CLASS, b""),
        COMMAND: request[COMMAND] | RESPONSE,
        ANSWERED: request.get(MESSAGE, 0),
        DATA_SET_TYPE: NO_DATA_SET if identifier is None else WITH_DATA_SET,
        STATUS: status,
    }
    if comment:
        fields[COMMENT] = comment[:64]
    out = p_data(context, write_command(fields), True, max_pdu)
    return out if identifier is None else out + p_data(context, identifier, False, max_pdu)

"""A message of the DICOM upper layer taken apart: which byte says what (PS3.8 9.3, PS3.7 E.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.datadict import dictionary_description
from pydicom.uid import UID

from lab.course.cards import Card, Paragraph, Shown, Table
from lab.i18n import Text, t, tn
from lab.survey.wire import pdu
from lab.survey.wire.pdu import Malformed

_SHOWN = 16  # bytes of a field shown in hexadecimal
_NAMES = {
    pdu.ASSOCIATE_RQ: "A-ASSOCIATE-RQ",
    pdu.ASSOCIATE_AC: "A-ASSOCIATE-AC",
    pdu.ASSOCIATE_RJ: "A-ASSOCIATE-RJ",
    pdu.P_DATA: "P-DATA-TF",
    pdu.RELEASE_RQ: "A-RELEASE-RQ",
    pdu.RELEASE_RP: "A-RELEASE-RP",
    pdu.ABORT: "A-ABORT",
}
_ITEMS: dict[int, Text] = {
    0x10: t("application context"),
    0x20: t("presentation context, proposed"),
    0x21: t("presentation context, answered"),
    0x30: t("abstract syntax: what for"),
    0x40: t("transfer syntax: how encoded"),
    0x50: t("user information"),
    0x51: t("longest message that is accepted"),
    0x52: t("implementation class UID"),
    0x55: t("implementation version name"),
}
_NESTED = {0x20: 4, 0x21: 4, 0x50: 0}  # items that hold others, and the bytes before these
_COMMANDS = {
    0x0020: "C-FIND-RQ",
    0x0030: "C-ECHO-RQ",
    0x8020: "C-FIND-RSP",
    0x8030: "C-ECHO-RSP",
    0x0FFF: "C-CANCEL-RQ",
}


@dataclass(frozen=True)
class Field:
    """Some bytes of a message: where they begin, what they are for, what they say."""

    start: int
    data: bytes
    name: Text | str
    says: Text | str = ""

    @property
    def hexadecimal(self) -> str:
        return self.data[:_SHOWN].hex(" ") + (" …" if len(self.data) > _SHOWN else "")


@dataclass(frozen=True, repr=False)
class Dissected(Shown):
    """One message, field by field. ``fields`` for code; together they are the whole message."""

    message: bytes

    @property
    def fields(self) -> tuple[Field, ...]:
        found: list[Field] = []
        try:
            for field in _fields(self.message):  # one by one: what was read before a fault is kept
                found.append(field)
        except (Malformed, IndexError):
            start = found[-1].start + len(found[-1].data)
            found.append(Field(start, self.message[start:], t("not readable: the message is cut off")))
        return tuple(found)

    def card(self) -> Card:
        if not self.message:
            return Card(t("One message, byte by byte"), "warning", t("nothing"), [Paragraph(t("No bytes came."))])
        rows = [(str(field.start), field.hexadecimal, field.name, field.says) for field in self.fields]
        title = t("{name}, byte by byte", name=_NAMES.get(self.message[0], "?"))
        badge = tn("{n} byte", "{n} bytes", len(self.message))
        return Card(title, "neutral", badge, [Table([t("byte"), t("hexadecimal"), t("field"), t("says")], rows)])


def _fields(message: bytes) -> Iterator[Field]:
    kind = message[0] if message else 0
    if kind not in _NAMES or len(message) < 6:
        yield Field(0, message, t("no DICOM message"), repr(message[:24]))
        return
    yield Field(0, message[:1], t("type"), _NAMES[kind])
    yield Field(1, message[1:2], t("reserved"))
    yield Field(2, message[2:6], t("length of what follows"), str(int.from_bytes(message[2:6], "big")))
    if kind in (pdu.ASSOCIATE_RQ, pdu.ASSOCIATE_AC):
        yield from _associate(message)
    elif kind == pdu.ASSOCIATE_RJ:
        yield from _reject(message)
    elif kind == pdu.P_DATA:
        yield from _p_data(message)
    else:
        yield Field(6, message[6:], t("reserved"))


def _associate(message: bytes) -> Iterator[Field]:
    yield Field(6, message[6:8], t("protocol version"), "1")
    yield Field(8, message[8:10], t("reserved"))
    yield Field(10, message[10:26], t("called AE title: who is wanted"), _ascii(message[10:26]))
    yield Field(26, message[26:42], t("calling AE title: who asks"), _ascii(message[26:42]))
    yield Field(42, message[42:74], t("reserved"))
    yield from _items(message, 74, len(message))


def _items(message: bytes, start: int, end: int) -> Iterator[Field]:
    while start + 4 <= end:
        kind, length = message[start], int.from_bytes(message[start + 2 : start + 4], "big")
        yield Field(
            start,
            message[start : start + 4],
            _ITEMS.get(kind, t("another item")),
            t("type {kind}, {n} bytes", kind=f"0x{kind:02X}", n=length),
        )
        start += 4
        body = message[start : start + length]
        if kind in _NESTED:
            if before := _NESTED[kind]:
                yield Field(
                    start,
                    body[:before],
                    t("context number, and the result") if kind == 0x21 else t("context number"),
                    _context(kind, body),
                )
            yield from _items(message, start + before, start + length)
        else:
            yield Field(start, body, "", _item(kind, body))
        start += length


def _context(kind: int, body: bytes) -> Text:
    if kind == 0x20 or not body[2]:
        return t("number {number}", number=body[0]) if kind == 0x20 else t("number {number}: accepted", number=body[0])
    return t("number {number}: refused, reason {reason}", number=body[0], reason=body[2])


def _item(kind: int, body: bytes) -> str:
    if kind == 0x51:
        return str(int.from_bytes(body, "big"))
    words = _ascii(body)
    name = UID(words).name if kind in (0x10, 0x30, 0x40) and words else words
    return words if name == words else f"{words} ({name})"


def _reject(message: bytes) -> Iterator[Field]:
    names = (t("reserved"), t("result"), t("source"), t("reason"))
    for number, name in enumerate(names):
        said = {
            3: {
                1: t("no reason given"),
                3: t("calling AE title not recognized"),
                7: t("called AE title not recognized"),
            }
        }
        value = message[6 + number]
        yield Field(6 + number, message[6 + number : 7 + number], name, said.get(number, {}).get(value, str(value)))


def _p_data(message: bytes) -> Iterator[Field]:
    start = 6
    for context, is_command, is_last, data in pdu.data_values(message[6:]):
        yield Field(start, message[start : start + 4], t("length of what follows"), str(len(data) + 2))
        yield Field(start + 4, message[start + 4 : start + 5], t("presentation context"), str(context))
        what = t("command") if is_command else t("data set")
        yield Field(
            start + 5,
            message[start + 5 : start + 6],
            t("control header"),
            t("{what}, last part", what=what) if is_last else what,
        )
        start += 6
        yield from _command(data, start) if is_command else [Field(start, data, t("data set"))]
        start += len(data)


def _command(data: bytes, start: int) -> Iterator[Field]:
    place = 0
    while place + 8 <= len(data):
        group, element = (
            int.from_bytes(data[place : place + 2], "little"),
            int.from_bytes(data[place + 2 : place + 4], "little"),
        )
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        whole = data[place : place + 8 + length]
        value = whole[8:]
        yield Field(
            start + place, whole, f"({group:04X},{element:04X}) {_description(group, element)}", _value(element, value)
        )
        place += 8 + length


def _description(group: int, element: int) -> str:
    try:
        return dictionary_description(group << 16 | element)
    except KeyError:
        return ""


def _value(element: int, value: bytes) -> str:
    if element in (0x0002, 0x0902):
        words = _ascii(value)
        return f"{words} ({UID(words).name})" if element == 0x0002 else words
    number = int.from_bytes(value, "little")
    shown = f"0x{number:04X}"
    return (
        f"{shown} {_COMMANDS[number]}"
        if element == 0x0100 and number in _COMMANDS
        else shown
        if len(value) == 2
        else str(number)
    )


def _ascii(data: bytes) -> str:
    return data.decode("ascii", "replace").strip(" \0")

"""One association by hand: every message is kept as it crossed, so that it can be looked at byte by byte."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

from lab.errors import LabError
from lab.i18n import t
from lab.survey.tool.question import CALLED, CALLING, IMPLEMENTATION
from lab.survey.tool.target import Target
from lab.survey.wire import dimse, pdu
from lab.survey.wire.elements import ATTRIBUTES, EXPLICIT, IMPLICIT, read_elements, text, write_elements

SECONDS = 5.0
MOST_ANSWERS = 20
"""A query is cancelled after this many answers."""
LEFT_AFTER = 200
"""Somebody who goes on after the C-CANCEL is not listened to any longer."""
_ECHO, _FIND = 1, 3


@dataclass(frozen=True)
class Message:
    """One PDU as it crossed, header included. ``sent`` by us, or received; ``by_hand`` when the caller made its bytes."""

    sent: bool
    data: bytes
    by_hand: bool = False


class Call:
    """A TCP connection to one listed system. A context manager; ``transcript`` has all that crossed.

    ``send`` takes any bytes; ``associate``, ``echo``, ``find`` and ``release`` make them. Raises LabError when nothing listens.
    """

    def __init__(self, target: Target) -> None:
        self.target = target  # its address was checked when it was made
        self.transcript: list[Message] = []
        self._transfer = IMPLICIT
        self._number = 0
        self._waiting: list[tuple[int, bytes]] = []
        self._reader = pdu.PduReader()
        try:
            self._socket = socket.create_connection((target.address, target.port), SECONDS)
        except OSError as error:
            raise LabError(
                t(
                    "{address}:{port}: {reason}.",
                    address=target.address,
                    port=target.port,
                    reason=error.strerror or error,
                ),
                t("Choose another system: search for has:dicom."),
            ) from error

    def send(self, data: bytes) -> bytes:
        """Send bytes as they are and return the next message, header included; empty when the other side hangs up."""
        if data:
            self._write(data, by_hand=True)
        return self._read()

    def associate(self, called: str = CALLED, calling: str = CALLING) -> bytes:
        """Ask for an association for C-ECHO and C-FIND (PS3.8 9.3.2). Returns the answer."""
        answer = self._turn(request(called, calling))
        if answer[:1] == bytes((pdu.ASSOCIATE_AC,)):
            with suppress(pdu.Malformed):  # whoever reads the answer sees it
                results = pdu.read_associate(answer[6:]).results
                self._transfer = results.get(_FIND, (0, IMPLICIT))[1] or IMPLICIT
        return answer

    def echo(self) -> int | None:
        """C-ECHO (PS3.7 9.3.5). Returns the status; None when there was no answer to it."""
        self._number += 1
        return _status(self._turn(dimse.echo_request(_ECHO, self._number)))

    def find(self, keys: Mapping[str, str]) -> tuple[int | None, list[dict[str, str]]]:
        """C-FIND at study level (PS3.4 C.4.1). Returns the last status and the answers, ``MOST_ANSWERS`` at most.

        Raises LabError for a key that the simulated archives do not know.
        """
        unknown = [name for name in keys if name not in ATTRIBUTES]
        if unknown:
            raise LabError(
                t("The archives here do not know {keyword!r}.", keyword=unknown[0]),
                t("There are: {known}.", known=", ".join(ATTRIBUTES)),
            )
        self._number += 1
        wanted = sorted(
            (*ATTRIBUTES[name], value.encode()) for name, value in {**keys, "QueryRetrieveLevel": "STUDY"}.items()
        )
        identifier = write_elements(wanted, self._transfer == EXPLICIT)
        self._write(dimse.find_request(_FIND, self._number, dimse.STUDY_FIND, identifier, pdu.MAX_PDU))
        return self._answers(tuple(keys))

    def release(self) -> bytes:
        """End the association politely (PS3.8 9.3.6). Returns the answer."""
        return self._turn(pdu.RELEASE_REQUEST)

    def __enter__(self) -> Call:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def _turn(self, data: bytes) -> bytes:
        self._write(data)
        return self._read()

    def _write(self, data: bytes, by_hand: bool = False) -> None:
        try:
            self._socket.sendall(data)
        except OSError:
            return  # what the other side has said before it hung up is read next
        finally:
            self.transcript.append(Message(True, data, by_hand))

    def _read(self) -> bytes:
        while not self._waiting:
            try:
                data = self._socket.recv(65_536)
                self._waiting += self._reader.feed(data)
            except (OSError, pdu.Malformed):
                return b""
            if not data:
                return b""
        message = pdu.pdu(*self._waiting.pop(0))
        self.transcript.append(Message(False, message))
        return message

    def _answers(self, asked: tuple[str, ...]) -> tuple[int | None, list[dict[str, str]]]:
        found: list[dict[str, str]] = []
        cancelled = False
        while len(found) < LEFT_AFTER and (message := self._read())[:1] == bytes((pdu.P_DATA,)):
            try:
                status = self._take(message, asked, found)
            except pdu.Malformed:
                break
            if status is not None:
                return status, found[:MOST_ANSWERS]
            if len(found) >= MOST_ANSWERS and not cancelled:
                cancelled = True
                self._write(dimse.cancel_request(_FIND, self._number))
        return None, found[:MOST_ANSWERS]

    def _take(self, message: bytes, asked: tuple[str, ...], found: list[dict[str, str]]) -> int | None:
        """Add the matches of a message to those that were found. Returns the last status, None until it comes."""
        for _, is_command, _, data in pdu.data_values(message[6:]):
            if not is_command:
                found.append(_readable(data, asked, self._transfer == EXPLICIT))
                continue
            status = dimse.read_command(data).get(dimse.STATUS)
            if status not in (dimse.PENDING, dimse.PENDING + 1):
                return status
        return None


def request(called: str, calling: str) -> bytes:
    """The A-ASSOCIATE-RQ of a call by hand."""
    contexts = [(_ECHO, dimse.VERIFICATION, [IMPLICIT]), (_FIND, dimse.STUDY_FIND, [EXPLICIT, IMPLICIT])]
    return pdu.associate_request(called, calling, contexts, IMPLEMENTATION)


def _status(message: bytes) -> int | None:
    if message[:1] != bytes((pdu.P_DATA,)):
        return None
    with suppress(pdu.Malformed):
        for _, is_command, _, data in pdu.data_values(message[6:]):
            if is_command:
                return dimse.read_command(data).get(dimse.STATUS)
    return None


def _readable(data: bytes, asked: tuple[str, ...], explicit: bool) -> dict[str, str]:
    elements = read_elements(data, explicit)
    return {name: text(elements.get(ATTRIBUTES[name][0], b"")) for name in asked}

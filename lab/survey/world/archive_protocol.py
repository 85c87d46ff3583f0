"""One association with a simulated archive: the acceptor of PS3.8 9.2, verification and query as SCP (PS3.4 A, C)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from lab.survey.archive import Archive
from lab.survey.system import System
from lab.survey.wire import dimse, pdu
from lab.survey.wire.pdu import Malformed
from lab.survey.world import policy
from lab.survey.world.finder import Mismatch, answers
from lab.survey.world.limits import (
    ASSOCIATION_SECONDS,
    IDLE_SECONDS,
    MAX_MESSAGE,
    REFUSED_SECONDS,
    WRITE_BUFFER,
    Connections,
)

FIRST_BATCH, LARGEST_BATCH = 4, 64
PAUSE_SECONDS = 0.005
"""Between two batches of answers, as a real database takes its time: a C-CANCEL comes through after few answers."""
_ABORT_UNRECOGNIZED, _ABORT_UNEXPECTED, _ABORT_INVALID = 1, 2, 6


class ArchiveProtocol(asyncio.Protocol):
    """The archive's side of one connection. Whatever the peer sends, it ends in an answer, an A-ABORT or a time-out."""

    __slots__ = (
        "_answers", "_asked", "_batch", "_command", "_connections", "_context", "_contexts", "_identifier",
        "_max_pdu", "_paused", "_reader", "_system", "_timer", "_transport", "deadline",
    )  # fmt: skip

    def __init__(self, system: System, connections: Connections) -> None:
        self._system = system
        self._connections = connections
        self._reader = pdu.PduReader()
        self._contexts: dict[int, tuple[bytes, bytes]] | None = None  # id -> abstract syntax, transfer syntax
        self._command, self._identifier = bytearray(), bytearray()
        self._asked: dict[int, Any] | None = None  # a command that waits for its data set
        self._context = 0
        self._answers: tuple[Iterator[bytes | None], int, dict[int, Any]] | None = None
        self._batch = FIRST_BATCH
        self._max_pdu = 0
        self._paused = False
        self._timer: asyncio.TimerHandle | None = None
        self.deadline = 0.0

    # -- the connection --------------------------------------------------------------------------------------------

    @property
    def address(self) -> str:
        return self._system.address

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(WRITE_BUFFER)
        self.deadline = asyncio.get_running_loop().time() + ASSOCIATION_SECONDS
        if not self._connections.admit(self):
            transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.leave(self)
        self._answered()

    def expire(self) -> None:
        """The time of this connection is up."""
        self._transport.abort()

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._pump_soon(0)

    def data_received(self, data: bytes) -> None:
        try:
            for kind, body in self._reader.feed(data):
                self._take(kind, body)
                if self._transport.is_closing():
                    return
        except Malformed:
            self._abort(_ABORT_INVALID)

    def _abort(self, reason: int) -> None:
        self._transport.write(pdu.abort(2, reason))
        self._transport.close()

    def _take(self, kind: int, body: bytes) -> None:
        if kind == pdu.ASSOCIATE_RQ and self._contexts is None:
            self._associate(body)
        elif kind == pdu.P_DATA and self._contexts is not None:
            self._data(body)
        elif kind == pdu.RELEASE_RQ and self._contexts is not None:
            self._answered()
            self._transport.write(pdu.RELEASE_RESPONSE)
            self._transport.close()
        elif kind == pdu.ABORT:
            self._transport.close()
        else:
            self._abort(_ABORT_UNEXPECTED)

    # -- association -----------------------------------------------------------------------------------------------

    def _associate(self, body: bytes) -> None:
        request = pdu.read_associate(body)
        refusal = policy.rejection(self._system, request)
        if refusal is not None:
            # the requestor closes, so that it reads the refusal first (PS3.8 9.2.3, state 13); but not for ever
            self._transport.write(refusal)
            asyncio.get_running_loop().call_later(REFUSED_SECONDS, self._transport.close)
            self._contexts = {}
            return
        results = policy.negotiate(self._system, request.proposed)
        abstract = {context.id: context.abstract for context in request.proposed}
        self._contexts = {
            number: (abstract[number], transfer) for number, result, transfer in results if result == pdu.ACCEPTED
        }
        self._max_pdu = request.max_pdu
        self._transport.write(pdu.associate_accept(request, results, policy.implementation(self._system)))
        self._still_there()

    def _still_there(self) -> None:
        self.deadline = asyncio.get_running_loop().time() + IDLE_SECONDS

    # -- messages --------------------------------------------------------------------------------------------------

    def _data(self, body: bytes) -> None:
        self._still_there()
        for context, is_command, is_last, fragment in pdu.data_values(body):
            if context not in (self._contexts or ()):
                raise Malformed(f"presentation context {context} was not accepted")
            collected = self._command if is_command else self._identifier
            collected += fragment
            if len(collected) > MAX_MESSAGE:
                raise Malformed("a message that never ends")
            if not is_last:
                continue
            whole = bytes(collected)
            collected.clear()
            if is_command:
                self._commanded(context, dimse.read_command(whole))
            elif self._asked is not None and context == self._context:
                request, self._asked = self._asked, None
                self._find(context, request, whole)
            else:
                raise Malformed("a data set without its command")
            if self._transport.is_closing():
                return

    def _commanded(self, context: int, command: dict[int, Any]) -> None:
        field = command[dimse.COMMAND]
        if self._asked is not None:
            raise Malformed("a command where a data set was announced")
        if field == dimse.C_CANCEL_RQ:
            self._cancel(command)
        elif field & dimse.RESPONSE:
            raise Malformed("a response to nothing")
        elif field == dimse.C_ECHO_RQ:
            self._transport.write(dimse.response(context, command, dimse.SUCCESS))
        elif command.get(dimse.DATA_SET_TYPE) == dimse.NO_DATA_SET:
            self._transport.write(dimse.response(context, command, dimse.UNRECOGNIZED))
        else:
            self._asked, self._context = command, context

    def _cancel(self, command: dict[int, Any]) -> None:
        if self._answers is None or command.get(dimse.ANSWERED) != self._answers[2].get(dimse.MESSAGE):
            return  # it crossed the last answer on its way (PS3.7 9.3.2.3)
        _, context, request = self._answers
        self._answered()
        self._transport.write(dimse.response(context, request, dimse.CANCELLED))

    def _find(self, context: int, request: dict[int, Any], identifier: bytes) -> None:
        assert self._contexts is not None
        abstract, transfer = self._contexts[context]
        if request[dimse.COMMAND] != dimse.C_FIND_RQ or abstract not in policy.FINDS:
            # Nothing can be stored here, and there are no pixels to send.
            status = dimse.UNABLE if abstract in policy.RETRIEVES else dimse.UNRECOGNIZED
            self._transport.write(dimse.response(context, request, status, comment=b"pacslab holds no images"))
            return
        if not policy.may_find(self._system):
            self._transport.write(dimse.response(context, request, dimse.NOT_AUTHORIZED, comment=b"not authorized"))
            return
        if self._answers is not None:
            raise Malformed("a second query while the first is answered")
        try:
            found = answers(Archive(self._system), context, transfer, request, identifier, self._max_pdu)
        except Mismatch:
            self._transport.write(dimse.response(context, request, dimse.IDENTIFIER_MISMATCH))
            return
        self._answers, self._batch = (found, context, request), FIRST_BATCH
        self._pump()

    def _answered(self) -> None:
        """The query is over, one way or another."""
        self._answers = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _pump_soon(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._answers is not None and not self._paused:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._pump)

    def _pump(self) -> None:
        """Send one batch of answers, and come back for the next."""
        if self._answers is None or self._paused or self._transport.is_closing():
            return
        found, context, request = self._answers
        out: list[bytes] = []
        room = WRITE_BUFFER  # many keys make long answers
        while len(out) < self._batch and room > 0:
            part = next(found, b"")
            if part == b"":
                self._answered()
                out.append(dimse.response(context, request, dimse.SUCCESS))
                break
            if part is None:
                break  # a stretch without a match: let the others in
            out.append(part)
            room -= len(part)
        self._still_there()
        self._transport.write(b"".join(out))
        self._batch = min(LARGEST_BATCH, self._batch * 2)
        self._pump_soon(PAUSE_SECONDS if out else 0)

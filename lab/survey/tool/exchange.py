"""One system asked once: association, C-ECHO, one bounded C-FIND, release. Every answer is a stranger's and may be anything.

A state machine on asyncio's callbacks, without a task for each step: with thousands of systems that is what time goes to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from lab.survey.tool import question
from lab.survey.tool.finding import Finding, Outcome
from lab.survey.tool.suspicion import ENOUGH, suspicion
from lab.survey.tool.target import Target
from lab.survey.wire import dimse, pdu
from lab.survey.wire.elements import EXPLICIT, read_elements
from lab.survey.wire.pdu import Malformed

ANSWERS = 3
"""A C-CANCEL follows this many answers of a C-FIND."""
MOST_ANSWERS = 200
"""An archive that goes on after the C-CANCEL is left."""
_MAX_MESSAGE = 65_536


class Exchange(asyncio.Protocol):
    """The survey's side of one connection. ``done`` is called once, with the finding, when the connection is over."""

    __slots__ = (
        "_accepts_nonsense", "_answers", "_cancelled", "_collected", "_dates", "_done", "_ended", "_got", "_queries",
        "_reader",        "_state", "_transfer", "_transport", "finding",
    )  # fmt: skip

    def __init__(self, target: Target, done: Callable[[], None], queries: bool = True) -> None:
        self.finding = Finding(target.address, target.port, target.country, tls=target.tls)
        self._done, self._queries = done, queries
        self._reader = pdu.PduReader()
        self._state = "associating"
        self._got = self._answers = 0
        self._cancelled = self._accepts_nonsense = self._ended = False
        self._transfer = EXPLICIT
        self._collected = (bytearray(), bytearray())  # data set, command
        self._dates: list[str] = []
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self._ended:  # it came after the time was up
            transport.abort()
            return
        self._transport = transport
        self.finding.outcome = Outcome.DROPPED
        transport.write(question.ASSOCIATE)

    def connection_lost(self, error: Exception | None) -> None:
        finding = self.finding
        if self._state == "associating" and not self._ended:
            if finding.tls and not self._got:
                finding.outcome = Outcome.TLS_CERTIFICATE
                self._say("TLS: closed after the handshake without a client certificate")
            else:
                self._say("connection reset" if error is not None else "connection closed")
        elif not self._ended:
            self._broke_off("connection lost")
        self._finish()

    def give_up(self) -> None:
        """The time is up."""
        if self._transport is None:
            self.not_connected(Outcome.SILENT, "no connection in time")
            return
        if self._ended:
            return
        if self._state == "associating":
            self.finding.outcome = Outcome.SILENT
        self._broke_off("no answer in time")
        self._finish()

    def not_connected(self, outcome: Outcome, step: str) -> None:
        """There is no connection, and this is why. Has no effect when the exchange is over."""
        if not self._ended:
            self.finding.outcome = outcome
            self._say(step)
            self._finish()

    def data_received(self, data: bytes) -> None:
        self._got += len(data)
        try:
            for kind, body in self._reader.feed(data):
                if not self._ended:
                    self._take(kind, body)
        except Malformed as error:
            if self._state == "associating":
                self.finding.outcome = Outcome.NOT_DICOM
                self._say(f"no DICOM: {data[:24]!r}")
            else:
                self._broke_off("malformed", f": {error}")
            self._finish()

    # -- inside ----------------------------------------------------------------------------------------------------

    def _say(self, step: str) -> None:
        self.finding.steps.append(step)

    def _broke_off(self, what: str, detail: str = "") -> None:
        """Say how the exchange ended before its end, and what had been answered until then."""
        if self._state == "finding" and self._answers:
            self._say(f"C-FIND, {self._answers} answers, then {what}{detail}")
        else:
            self._say(f"{what} while {self._state}{detail}")

    def _finish(self) -> None:
        if self._ended:
            return
        self._ended = True
        weight, signs = suspicion(
            accepts_nonsense=self._accepts_nonsense,
            implementation=self.finding.implementation,
            dates=self._dates,
            records=self.finding.records,
        )
        self.finding.suspicion = signs
        if weight >= ENOUGH:
            self.finding.outcome = Outcome.HONEYPOT
        if self._transport is not None:
            self._transport.abort() if self._state != "releasing" else self._transport.close()
        self._done()

    def _take(self, kind: int, body: bytes) -> None:
        if kind == pdu.P_DATA and self._state in ("echoing", "finding"):
            self._data(body)
        elif kind == pdu.ASSOCIATE_AC and self._state == "associating":
            self._associated(pdu.read_associate(body))
        elif kind == pdu.ASSOCIATE_RJ and self._state == "associating":
            if len(body) != 4:
                raise Malformed("an A-ASSOCIATE-RJ of other than 4 bytes")
            self.finding.outcome = Outcome.REJECTS
            self._say(f"A-ASSOCIATE-RJ: {_REASONS.get((body[2], body[3]), f'source {body[2]}, reason {body[3]}')}")
            self._finish()
        elif kind == pdu.RELEASE_RP and self._state == "releasing":
            self._finish()
        elif kind == pdu.ABORT:
            self._broke_off("A-ABORT")
            self._finish()
        else:
            raise Malformed(f"PDU type {kind} while {self._state}")

    def _associated(self, accepted: pdu.Associate) -> None:
        finding = self.finding
        finding.outcome = Outcome.REFUSES_QUERIES
        finding.implementation = accepted.implementation_name
        finding.implementation_uid = accepted.implementation_uid
        results = {number: result for number, (result, _) in accepted.results.items()}
        offered = [name for number, name in _OFFERS if results.get(number) == pdu.ACCEPTED]
        self._say(f"A-ASSOCIATE-AC, offers {', '.join(offered) or 'nothing'}")
        self._accepts_nonsense = results.get(question.NONSENSE) == pdu.ACCEPTED
        if results.get(question.FIND) == pdu.ACCEPTED:
            self._transfer = accepted.results[question.FIND][1]
        if results.get(question.GET) != pdu.ACCEPTED:
            finding.downloadable = 0
        if not self._queries:
            self._release()
        elif results.get(question.ECHO) == pdu.ACCEPTED:
            self._state = "echoing"
            self._write(question.ECHO_REQUEST)
        else:
            self._ask_or_release(offered)

    def _ask_or_release(self, offered: object) -> None:
        request = question.FIND_REQUESTS.get(self._transfer)
        if offered and request is not None:
            self._state = "finding"
            self._write(request)
        else:
            self._release()

    def _release(self) -> None:
        self._state = "releasing"
        self._write(pdu.RELEASE_REQUEST)

    def _write(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)

    def _data(self, body: bytes) -> None:
        for _, is_command, is_last, fragment in pdu.data_values(body):
            if self._ended or self._state == "releasing":
                return
            collected = self._collected[is_command]
            collected += fragment
            if len(collected) > _MAX_MESSAGE:
                raise Malformed("a message that never ends")
            if is_last:
                whole = bytes(collected)
                collected.clear()
                if is_command:
                    self._responded(dimse.read_command(whole))
                else:
                    self._answered(whole)

    def _responded(self, command: dict[int, object]) -> None:
        status = command.get(dimse.STATUS)
        if not isinstance(status, int):
            raise Malformed("a response without a status")
        if self._state == "echoing":
            self._say(f"C-ECHO 0x{status:04X}")
            self._ask_or_release("C-FIND" in self.finding.steps[0])
        elif status not in (dimse.PENDING, dimse.PENDING + 1):
            self._found(status)

    def _found(self, status: int) -> None:
        if status == dimse.SUCCESS:  # also without an answer: it would list patients if it had any
            self.finding.outcome = Outcome.ACCESSIBLE
        cancelled = ", then C-CANCEL" if self._cancelled else ""
        self._say(f"C-FIND 0x{status:04X}, {self._answers} answers{cancelled}")
        self._release()

    def _answered(self, identifier: bytes) -> None:
        if self._answers < ANSWERS:
            elements = read_elements(identifier, self._transfer == EXPLICIT)
            self._dates.append(question.study_date(elements))
            if not self._answers:  # whatever comes of the rest: it has shown a patient to a stranger
                self.finding.outcome = Outcome.ACCESSIBLE
                self._first(elements)
        self._answers += 1
        if self._answers >= ANSWERS and not self._cancelled:
            self._cancelled = True
            self._write(question.CANCEL)
        if self._answers >= MOST_ANSWERS:
            self._say(f"C-FIND goes on after C-CANCEL; left after {self._answers} answers")
            self._finish()

    def _first(self, elements: dict[int, bytes]) -> None:
        finding, totals = self.finding, question.totals(elements)
        finding.attributes = question.leaked(elements)
        finding.records, finding.studies = totals.get("records"), totals.get("studies")
        finding.images = totals.get("images")
        if finding.downloadable is None:
            finding.downloadable = totals.get("downloadable")


_OFFERS = (
    (question.ECHO, "C-ECHO"),
    (question.FIND, "C-FIND"),
    (question.GET, "C-GET"),
    (question.NONSENSE, "nonsense"),
)
_REASONS = {
    (1, 1): "no reason given",
    (1, 2): "application context name not supported",
    (1, 3): "calling AE title not recognized",
    (1, 7): "called AE title not recognized",
    (2, 2): "protocol version not supported",
    (3, 1): "temporary congestion",
    (3, 2): "local limit exceeded",
}

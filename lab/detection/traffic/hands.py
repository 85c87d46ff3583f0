"""How anybody of the day talks to the archive: real clients, whose every request is entered in the truth ledger."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from pydicom import Dataset
from pynetdicom import build_context, build_role, evt
from pynetdicom.association import Association
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from lab.clients.dimse import NoAssociation, associate
from lab.clients.live import LiveSite
from lab.detection.clock import Clock
from lab.detection.traffic.cast import Member
from lab.detection.traffic.effects import WHOLE, found_in, http_touches, sum_up
from lab.detection.traffic.stock import Stock
from lab.detection.truth import Effect, Request, Touch, Truth
from lab.site.zones import Door
from synthetic_data.instance import storage_kinds

PENDING = (0xFF00, 0xFF01)
ATTEMPTS = 3
"""pynetdicom's reactor now and then takes the answer that its sender waits for."""


@dataclass
class Scribe:
    """Collects the requests of a day. Safe to use from several threads."""

    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _requests: list[Request] = field(default_factory=list)
    _connections: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def connection(self) -> int:
        """A number for a new association or HTTP client."""
        with self._lock:
            return next(self._connections)

    def enter(
        self,
        member: Member,
        protocol: str,
        verb: str,
        target: str,
        *,
        began: float,
        status: int | None,
        connection: int,
        touches: tuple[Touch, ...] = (),
    ) -> None:
        """Enter a request that has just ended."""
        now = time.time()
        account = member.account[0] if member.account and protocol == "http" else None
        with self._lock:
            self._requests.append(
                Request(
                    number=len(self._requests) + 1,
                    began=began,
                    ended=now,
                    day_seconds=self.clock.seconds(began),
                    who=member.who,
                    role=member.role,
                    zone=member.station.zone.value,
                    address=member.station.address,
                    aet=member.aet if protocol == "dicom" else None,
                    account=account,
                    protocol=protocol,
                    verb=verb,
                    target=target,
                    status=status,
                    connection=connection,
                    label=member.label,
                    intrusion=member.intrusion,
                    incident=member.incident,
                    touches=touches,
                )
            )

    @property
    def truth(self) -> Truth:
        """What has been entered so far, in the order in which it began."""
        with self._lock:
            return Truth(tuple(sorted(self._requests, key=lambda request: (request.began, request.number))))


@dataclass(frozen=True)
class Hands:
    """The running site, the stock and the ledger: what everybody of the day acts with."""

    site: LiveSite
    stock: Stock
    scribe: Scribe

    @contextmanager
    def web(self, member: Member, door: Door = Door.HTTPS) -> Iterator[Web]:
        """A browser or a program of a member's at a web door, as a context."""
        user = member.account
        with self.site.web(member.station, door, user, trusting=True) as client:
            client.headers["User-Agent"] = member.agent
            client.timeout = httpx.Timeout(20.0)
            yield Web(self, member, client, self.scribe.connection())

    @contextmanager
    def dicom(self, member: Member, *services: str, called: str | None = None) -> Iterator[Dicom | None]:
        """An association of a member's for some services (``echo``, ``find``, ``get``, ``move``, ``store``), as a context.

        It is None when the archive refused it, which is entered too.
        """
        assert member.aet is not None
        peer = self.site.dicom(member.station, member.aet, called)
        connection, began = self.scribe.connection(), time.time()
        dicom = Dicom(self, member, connection)
        contexts = [context for service in services for context in _CONTEXTS[service]]
        roles = _ROLES if "get" in services else ()
        handlers = [(evt.EVT_C_STORE, dicom.receive)]
        try:
            with associate(peer, contexts, roles=roles, handlers=handlers) as dicom.association:
                yield dicom
        except NoAssociation as refusal:
            if dicom.association is not None:
                raise
            verb = "TCP" if refusal.kind == "unreachable" else "A-ASSOCIATE"
            self.scribe.enter(
                member, "dicom", verb, f"called {peer.called}", began=began, status=None, connection=connection
            )
            yield None

    def store_all(self, member: Member, datasets: Sequence[Dataset]) -> list[Dataset]:
        """C-STORE these images over one association; those that were accepted.

        Where an answer is lost, what is left is sent over a new association, as equipment does.
        """
        left, stored = list(datasets), []
        for _ in range(ATTEMPTS):
            with self.dicom(member, "store") as link:
                while left and link is not None:
                    status = link.store(left[0])
                    if status is None:
                        break
                    stored += [left[0]] if status == 0 else []
                    left.pop(0)
            if not left or link is None:
                break
        return stored


@dataclass
class Web:
    """An HTTP client of a member's."""

    hands: Hands
    member: Member
    client: httpx.Client
    connection: int

    def ask(
        self, method: str, path: str, content: object = None, *, data: bytes | None = None
    ) -> httpx.Response | None:
        """One request; None when no answer came."""
        began = time.time()
        try:
            answer = self.client.request(method, path, **({"content": data} if data else {"json": content}))
        except httpx.HTTPError:
            answer = None
        touches = http_touches(self.hands.stock, method, path, answer) if answer is not None else ()
        status = answer.status_code if answer is not None else None
        self.hands.scribe.enter(
            self.member,
            "http",
            method,
            path,
            began=began,
            status=status,
            connection=self.connection,
            touches=touches,
        )
        return answer

    def get(self, path: str) -> httpx.Response | None:
        """GET a path."""
        return self.ask("GET", path)


@dataclass
class Dicom:
    """An association of a member's. Every method is one DIMSE request (PS3.7) and answers with its status."""

    hands: Hands
    member: Member
    connection: int
    association: Association | None = None
    received: list[Dataset] = field(default_factory=list)

    def receive(self, event: evt.Event) -> int:
        """What the archive sends over this association after a C-GET."""
        dataset = event.dataset
        dataset.file_meta = event.file_meta
        self.received.append(dataset)
        return 0x0000

    def echo(self) -> int | None:
        """C-ECHO."""
        return self._entered("C-ECHO", "", lambda link: (_code(link.send_c_echo()), ()))

    def find(self, level: str = "STUDY", **keys: str) -> list[Dataset]:
        """C-FIND in the study root; the matches."""
        identifier = Dataset()
        identifier.QueryRetrieveLevel = level
        for keyword, value in keys.items():
            setattr(identifier, keyword, value or (None if keyword.startswith("Number") else ""))
        matches: list[Dataset] = []

        def act(link: Association) -> tuple[int | None, tuple[Touch, ...]]:
            code = None
            for status, answer in link.send_c_find(identifier, StudyRootQueryRetrieveInformationModelFind):
                code = _code(status)
                if code in PENDING and answer is not None:
                    matches.append(answer)
            return code, self._of_people(found_in(match) for match in matches)

        keyed = [f"{keyword}={value}" for keyword, value in keys.items() if value]
        self._entered("C-FIND", " ".join([level, *keyed]), act)
        return matches

    def get(self, study: str) -> list[Dataset]:
        """C-GET of a study; the instances that came."""
        self.received.clear()

        def act(link: Association) -> tuple[int | None, tuple[Touch, ...]]:
            code = None
            for status, _ in link.send_c_get(_study(study), StudyRootQueryRetrieveInformationModelGet):
                code = _code(status)
            return code, self._of_people(found_in(dataset, Effect.COPIED) for dataset in self.received)

        self._entered("C-GET", f"STUDY {study}", act)
        return list(self.received)

    def move(self, study: str, destination: str) -> int:
        """C-MOVE of a study to a destination that the archive knows; how many instances it says it sent."""
        sent = 0

        def act(link: Association) -> tuple[int | None, tuple[Touch, ...]]:
            nonlocal sent
            code = None
            for status, _ in link.send_c_move(_study(study), destination, StudyRootQueryRetrieveInformationModelMove):
                code = _code(status)
                sent = int(status.get("NumberOfCompletedSuboperations", 0) or 0) if "Status" in status else sent
            held = next((held for held in self.hands.stock.studies if held.uid == study), None)
            if not sent or held is None:
                return code, ()
            return code, (Touch(Effect.COPIED, held.patient, study, sent, WHOLE),)

        self._entered("C-MOVE", f"STUDY {study} to {destination}", act)
        return sent

    def store(self, dataset: Dataset) -> int | None:
        """C-STORE of an instance."""

        def act(link: Association) -> tuple[int | None, tuple[Touch, ...]]:
            code = _code(link.send_c_store(dataset))
            return code, sum_up([found_in(dataset, Effect.CHANGED)]) if code == 0 else ()

        return self._entered("C-STORE", str(dataset.SOPInstanceUID), act)

    def _of_people(self, touches: Iterable[Touch]) -> tuple[Touch, ...]:
        """What touches a person, summed up."""
        return sum_up(touch for touch in touches if self.hands.stock.knows(touch.patient))

    def _entered(self, verb: str, target: str, act: object) -> int | None:
        began = time.time()
        status, touches = None, ()
        if self.association is not None and self.association.is_established:
            try:
                status, touches = act(self.association)  # type: ignore[operator]
            except (RuntimeError, ValueError):  # the association ended, or the archive took no such context
                status = None
        self.hands.scribe.enter(
            self.member,
            "dicom",
            verb,
            target,
            began=began,
            status=status,
            connection=self.connection,
            touches=touches,
        )
        return status


def _study(uid: str) -> Dataset:
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    identifier.StudyInstanceUID = uid
    return identifier


def _code(status: Dataset) -> int | None:
    return int(status.Status) if "Status" in status else None


_STORED = sorted({sop_class for sop_class, _ in storage_kinds()})
_STORAGE = [
    build_context(sop_class, [syntax for known, syntax in storage_kinds() if known == sop_class])
    for sop_class in _STORED
]
_CONTEXTS = {
    "echo": [build_context(Verification)],
    "find": [build_context(StudyRootQueryRetrieveInformationModelFind)],
    "get": [build_context(StudyRootQueryRetrieveInformationModelGet), *_STORAGE],
    "move": [build_context(StudyRootQueryRetrieveInformationModelMove)],
    "store": _STORAGE,
}
_ROLES = [build_role(sop_class, scp_role=True) for sop_class in _STORED]

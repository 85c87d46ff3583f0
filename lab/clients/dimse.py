"""Talking DICOM (DIMSE services, PS3.7) to the archive over real associations, in the clear or over TLS.

Every function opens one association from a station's address, does one thing and releases it. They raise AddressRefused
for an address outside the sandbox, and NoAssociation when the archive cannot be reached or refuses.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, _config, build_context, build_role, evt
from pynetdicom.association import Association
from pynetdicom.pdu_primitives import A_ASSOCIATE
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    ModalityWorklistInformationFind,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from lab.clients.guard import require_inside
from lab.clients.patience import is_left, left
from lab.clients.tls import Tls, refusal
from lab.site.zones import Network, Station
from synthetic_data.instance import storage_kinds

NO_ANSWER = 0xFFFF
"""Stands for the status where the archive broke off instead of answering: so Orthanc refuses a service."""
TIMEOUT_SECONDS = 4.0
ATTEMPTS, QUICK_SECONDS = 3, 3.0
SYNTAXES: list[str | UID] = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]

# Nobody reads pynetdicom's log here, and to write out each message for it takes a fifth of the time of a query.
_config.LOG_HANDLER_LEVEL = "none"
_config.LOG_REQUEST_IDENTIFIERS = _config.LOG_RESPONSE_IDENTIFIERS = False


class NoAssociation(Exception):
    """The association was not established. ``kind`` is ``unreachable``, ``rejected``, ``no-context`` or ``tls``.

    ``tls`` is an archive that lives and turned the caller away for want of a certificate that it trusts.
    """

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True)
class Peer:
    """Whom to call, from where and under which titles. ``ways`` are tried in turn; None stands for no TLS."""

    network: Network
    station: Station
    address: str
    port: int
    calling: str
    called: str
    ways: tuple[Tls | None, ...] = (None,)


def echo(peer: Peer) -> int:
    """C-ECHO (PS3.7 9.1.5). Returns the DIMSE status; 0x0000 is success."""
    with associate(peer, [build_context(Verification)]) as association:
        return _code(association.send_c_echo())


def find(
    peer: Peer, identifier: Dataset, limit: int | None = None, model: str = StudyRootQueryRetrieveInformationModelFind
) -> tuple[int, list[Dataset]]:
    """C-FIND in the study root (PS3.4 C.4.1) or another model: the final status and the matches, at most ``limit`` of them.

    Status 0x0000 is success, 0xFE00 says that there were more, 0xC000 and above is a refusal or failure.
    """
    matches: list[Dataset] = []
    with associate(peer, [build_context(model)]) as association:
        for status, answer in association.send_c_find(identifier, model):
            code = _code(status)
            if code in (0xFF00, 0xFF01) and answer is not None:
                matches.append(answer)
                if limit is not None and len(matches) >= limit:
                    return 0, matches
        return code, matches


def worklist(peer: Peer, identifier: Dataset) -> tuple[int, list[Dataset]]:
    """C-FIND in the modality worklist (PS3.4 K.4.1): the final status and the scheduled examinations."""
    return find(peer, identifier, model=ModalityWorklistInformationFind)


def move(peer: Peer, identifier: Dataset, destination: str) -> tuple[int, Dataset]:
    """C-MOVE in the study root (PS3.4 C.4.2) to an AE title: the final status and the last response's command set.

    The response counts the sub-operations (0000,1021) to (0000,1023): what the archive set out to send.
    """
    model = StudyRootQueryRetrieveInformationModelMove
    last = Dataset()
    with associate(peer, [build_context(model)]) as association:
        for status, _ in association.send_c_move(identifier, destination, model):
            last = status
    return _code(last), last


def get_study(peer: Peer, study_uid: str) -> tuple[int, list[Dataset]]:
    """C-GET of a study (PS3.4 C.4.3): the final status and the instances that came back over the same association."""
    model = StudyRootQueryRetrieveInformationModelGet
    received: list[Dataset] = []

    def keep(event: evt.Event) -> int:
        received.append(event.dataset)
        return 0x0000

    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    identifier.StudyInstanceUID = study_uid
    kinds = sorted(storage_kinds())
    contexts = [build_context(model), *(build_context(*kind) for kind in kinds)]
    roles = [build_role(UID(uid), scp_role=True) for uid in sorted({uid for uid, _ in kinds})]
    code = NO_ANSWER
    with associate(peer, contexts, roles=roles, handlers=[(evt.EVT_C_STORE, keep)]) as association:
        for status, _ in association.send_c_get(identifier, model):
            code = _code(status)
    return code, received


def store(peer: Peer, datasets: Sequence[Dataset]) -> list[int]:
    """C-STORE (PS3.7 9.1.1) of each dataset: their statuses.

    An archive that refuses breaks off. So does now and then a connection whose answer is lost under load: what got no answer
    is sent once more over a new association before that counts.
    """
    require_inside(peer.address, peer.network)
    statuses = dict.fromkeys(range(len(datasets)), NO_ANSWER)
    contexts = [build_context(uid, SYNTAXES) for uid in sorted({UID(str(dataset.SOPClassUID)) for dataset in datasets})]
    for _ in range(2):
        waiting = [number for number, status in statuses.items() if status == NO_ANSWER]
        if not waiting:
            break
        with associate(peer, contexts) as association:
            for number in waiting:
                if association.is_established:
                    statuses[number] = _code(association.send_c_store(datasets[number]))
    return list(statuses.values())


@contextmanager
def associate(
    peer: Peer,
    contexts: Sequence[PresentationContext],
    *,
    roles: Sequence[object] = (),
    handlers: Sequence[tuple[object, object]] = (),
) -> Iterator[Association]:
    """An association with the peer, released at the end. Raises NoAssociation when there is none.

    A peer that closes the connection right behind its refusal (A-ASSOCIATE-RJ) may take the refusal along before it is
    read; an end without any answer is therefore asked again before it counts as one.
    """
    require_inside(peer.address, peer.network)
    asked = peer.ways * ATTEMPTS
    for number, way in enumerate(asked, 1):
        began = time.monotonic()
        association = _request(peer, way, contexts, roles, handlers)
        if association.is_established:
            break
        reason = _why(association, peer, way)
        if (
            reason.kind != "unreachable"
            or not is_left(0)
            or time.monotonic() - began > QUICK_SECONDS
            or number == len(asked)
        ):
            raise reason
        if number % len(peer.ways) == 0:
            time.sleep(0.05)
    try:
        with _parked(association):
            yield association
    finally:
        if association.is_established:
            association.release()


class _Barrier(threading.Event):
    """Holds a thread until `open`, whatever `set` is called meanwhile; `reached` says that it is held."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.reached.set()
        return super().wait(timeout)

    def set(self) -> None:
        pass

    def open(self) -> None:
        super().set()


@contextmanager
def _parked(association: Association) -> Iterator[None]:
    """Keep the association's reactor still. It serves requests of a peer, which a requestor's peer has none of.

    pynetdicom stops it for each message and lets it run in between; stopped while it looks for messages, as happens on
    a busy machine, it takes the answer that the sender then waits for until the time is out.
    """
    barrier, before = _Barrier(), association._reactor_checkpoint
    association._reactor_checkpoint = barrier
    barrier.reached.wait(TIMEOUT_SECONDS)
    try:
        yield
    finally:
        association._reactor_checkpoint = before
        barrier.open()


def _request(
    peer: Peer,
    way: Tls | None,
    contexts: Sequence[PresentationContext],
    roles: Sequence[object],
    handlers: Sequence[tuple[object, object]],
) -> Association:
    entity = AE(ae_title=peer.calling)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = entity.connection_timeout = left(
        TIMEOUT_SECONDS
    )
    return entity.associate(
        peer.address,
        peer.port,
        contexts=list(contexts),
        ae_title=peer.called,
        ext_neg=list(roles) or None,  # type: ignore[arg-type]
        bind_address=(peer.station.address, 0),
        evt_handlers=[*handlers, (evt.EVT_CONN_OPEN, _no_delay)],  # type: ignore[list-item]
        tls_args=(way.context(), peer.address) if way else None,
    )


def _no_delay(event: evt.Event) -> None:
    """Without it, Nagle's algorithm and delayed acknowledgements make a C-STORE on loopback ten times slower."""
    wire = event.assoc.dul.socket
    if wire is not None and wire.socket is not None:
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _why(association: Association, peer: Peer, way: Tls | None) -> NoAssociation:
    # pynetdicom takes the connection for failed, and leaves the answer unread in its queue, where a peer had refused and closed
    # before the thread that asked was told that it was connected
    answer = association.acceptor.primitive or association.dul.peek_next_pdu()
    if isinstance(answer, A_ASSOCIATE) and answer.result:
        return NoAssociation("rejected", answer.reason_str)
    if association.acceptor.primitive is not None:
        return NoAssociation("no-context", "no presentation context was accepted")
    if way and (reason := refusal((peer.address, peer.port), peer.station.address, way)):
        return NoAssociation("tls", reason.lower().replace("_", " "))
    return NoAssociation("unreachable", "no connection, or it was closed without an answer")


def _code(status: Dataset) -> int:
    return int(status.Status) if "Status" in status else NO_ANSWER

"""Sending many objects over one association, each in one piece."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from threading import Lock
from typing import cast

from pydicom.dataset import Dataset
from pynetdicom import build_context
from pynetdicom.association import Association
from pynetdicom.dsutils import encode

from lab.clients.dimse import NO_ANSWER, TIMEOUT_SECONDS, NoAssociation, Peer, associate

Object = tuple[str, str, str, bytes]
"""SOP class, SOP instance and transfer syntax, and the file."""
_PDU = struct.Struct(">BxLLB")
_P_DATA_TF = 0x04
_COMMAND, _LAST = 0x01, 0x02
_GROUP_LENGTH = struct.Struct("<HHLL")
_META_LENGTH = struct.Struct("<L")
_META_LENGTH_AT, _META_AT = 140, 144
"""Where a file says how long its meta information is from there on (DICOM PS3.10 7.1)."""
_NO_LIMIT_BYTES = 1 << 20


class BulkSender:
    """C-STORE requests (PS3.7 9.1.1) over an association that pynetdicom has made, sent from the caller's thread.

    pynetdicom hands each P-DATA-TF PDU to another thread, takes it through the state machine and copies it several times; an
    archive that takes 16 kB at once gets more than thirty for an image. What comes back is still its part. A peer that takes
    no more for `patience` seconds, or closes, ends the association.
    """

    def __init__(self, association: Association, patience: float) -> None:
        self._association, dul = association, association.dul
        self._contexts = {
            (str(context.abstract_syntax), str(syntax)): context.context_id
            for context in association.accepted_contexts
            for syntax in context.transfer_syntax
        }
        self._most = association.acceptor.maximum_length or _NO_LIMIT_BYTES
        self._wire, self._look = Lock(), dul._is_transport_event
        dul._is_transport_event = self._look_when_free  # type: ignore[method-assign]
        if dul.socket is not None and dul.socket.socket is not None:
            dul.socket.socket.settimeout(patience)

    def _look_when_free(self) -> bool:
        """What pynetdicom's own thread does to read; not while a request goes out, as TLS bears one thread at a time."""
        if not self._wire.acquire(blocking=False):
            return False
        try:
            return self._look()
        finally:
            self._wire.release()

    def store(self, sop_class: str, sop_instance: str, syntax: str, file: bytes) -> int | None:
        """Send a DICOM file's dataset. Returns the status, None where no answer came and the association is over.

        Raises NoAssociation when the archive has not accepted such objects.
        """
        context = self._contexts.get((sop_class, syntax))
        if context is None:
            raise NoAssociation("no-context", "no presentation context was accepted")
        command = Dataset()
        command.AffectedSOPClassUID = sop_class
        command.CommandField = 0x0001
        command.MessageID = 1
        command.Priority = 2
        command.CommandDataSetType = 0x0001
        command.AffectedSOPInstanceUID = sop_instance
        elements = encode(command, True, True) or b""
        length = _GROUP_LENGTH.pack(0x0000, 0x0000, 4, len(elements))
        (meta,) = _META_LENGTH.unpack_from(file, _META_LENGTH_AT)
        pieces = self._pdus(context, _COMMAND, memoryview(length + elements))
        pieces += self._pdus(context, 0, memoryview(file)[_META_AT + meta :])
        return self._exchange(b"".join(pieces))

    def _pdus(self, context: int, kind: int, message: memoryview) -> list[bytes | memoryview]:
        """A message's fragments, each a P-DATA-TF PDU with one presentation data value (PS3.8 9.3.5 and annex E)."""
        pieces: list[bytes | memoryview] = []
        most = self._most - 6
        for start in range(0, len(message), most):
            part = message[start : start + most]
            last = _LAST if start + most >= len(message) else 0
            pieces += (_PDU.pack(_P_DATA_TF, len(part) + 6, len(part) + 2, context) + bytes((kind | last,)), part)
        return pieces

    def _exchange(self, request: bytes) -> int | None:
        association = self._association
        if association.dul.socket is None:
            return None
        with self._wire:
            # pynetdicom sends on from where a full buffer stopped it: of bytes that would be a copy each time
            association.dul.socket.send(cast(bytes, memoryview(request)))
        _, answer = association.dimse.get_msg(block=True)
        if answer is None:
            association._handle_no_response()
            return None
        return cast(int | None, association._check_received_status(answer).get("Status"))


def store_all(peer: Peer, objects: Iterable[Object]) -> list[int]:
    """C-STORE of files, one after the other: their statuses. As `lab.clients.dimse.store`, for many."""
    files = list(objects)
    statuses = [NO_ANSWER] * len(files)
    contexts = [build_context(sop_class, syntax) for sop_class, syntax in sorted({(one[0], one[2]) for one in files})]
    for _ in range(2):
        waiting = [number for number, status in enumerate(statuses) if status == NO_ANSWER]
        if not waiting:
            break
        with associate(peer, contexts) as association:
            sender = BulkSender(association, TIMEOUT_SECONDS)
            for number in waiting:
                status = sender.store(*files[number])
                if status is None:
                    break
                statuses[number] = status
    return statuses

"""An association of somebody's, whose every DIMSE request is entered in the truth ledger."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pydicom import Dataset
from pydicom.uid import UID
from pynetdicom import build_context, build_role, evt
from pynetdicom.association import Association
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    ModalityWorklistInformationFind,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from lab.detection.traffic.cast import Member
from lab.detection.traffic.effects import WHOLE, found_in, sum_up
from lab.detection.traffic.scribe import Scribe
from lab.detection.traffic.stock import Stock
from lab.detection.truth import Effect, Touch
from synthetic_data.instance import storage_kinds

PENDING = (0xFF00, 0xFF01)
_STORED = sorted({sop_class for sop_class, _ in storage_kinds()})
_STORAGE = [
    build_context(sop_class, [syntax for known, syntax in storage_kinds() if known == sop_class])
    for sop_class in _STORED
]
CONTEXTS = {  # what an association offers for a service
    "echo": [build_context(Verification)],
    "find": [build_context(StudyRootQueryRetrieveInformationModelFind)],
    "worklist": [build_context(ModalityWorklistInformationFind)],
    "get": [build_context(StudyRootQueryRetrieveInformationModelGet), *_STORAGE],
    "move": [build_context(StudyRootQueryRetrieveInformationModelMove)],
    "store": _STORAGE,
}
ROLES = [build_role(sop_class, scp_role=True) for sop_class in _STORED]


@dataclass
class Dicom:
    """An association of a member's. Every method is one DIMSE request (PS3.7) and answers with its status."""

    stock: Stock
    scribe: Scribe
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
        keyed = [f"{keyword}={value}" for keyword, value in keys.items() if value]
        return self._asked(identifier, StudyRootQueryRetrieveInformationModelFind, " ".join([level, *keyed]))

    def worklist(self) -> list[Dataset]:
        """C-FIND in the modality worklist (PS3.4 K.6.1.2): who is expected."""
        step, identifier = Dataset(), Dataset()
        step.ScheduledProcedureStepStartDate = step.Modality = ""
        identifier.PatientName = identifier.PatientID = ""
        identifier.ScheduledProcedureStepSequence = [step]
        return self._asked(identifier, ModalityWorklistInformationFind, "WORKLIST")

    def _asked(self, identifier: Dataset, model: UID, target: str) -> list[Dataset]:
        """A C-FIND in an information model; the matches."""
        matches: list[Dataset] = []

        def act(link: Association) -> tuple[int | None, tuple[Touch, ...]]:
            code = None
            for status, answer in link.send_c_find(identifier, model):
                code = _code(status)
                if code in PENDING and answer is not None:
                    matches.append(answer)
            return code, self._of_people(found_in(match) for match in matches)

        self._entered("C-FIND", target, act)
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
            held = next((held for held in self.stock.studies if held.uid == study), None)
            if not sent or held is None:
                return code, ()
            return code, (Touch(Effect.COPIED, held.patient, study, sent, WHOLE),)

        self._entered("C-MOVE", f"STUDY {study} to {destination}", act)
        return sent

    def store(self, dataset: Dataset) -> int | None:
        """C-STORE of an instance."""
        self.stock.meet(str(dataset.PatientID))

        def act(link: Association) -> tuple[int | None, tuple[Touch, ...]]:
            code = _code(link.send_c_store(dataset))
            return code, sum_up([found_in(dataset, Effect.CHANGED)]) if code == 0 else ()

        return self._entered("C-STORE", str(dataset.SOPInstanceUID), act)

    def _of_people(self, touches: Iterable[Touch]) -> tuple[Touch, ...]:
        """What touches a person, summed up."""
        return sum_up(touch for touch in touches if self.stock.knows(touch.patient))

    def _entered(
        self, verb: str, target: str, act: Callable[[Association], tuple[int | None, tuple[Touch, ...]]]
    ) -> int | None:
        began = time.time()
        status: int | None = None
        touches: tuple[Touch, ...] = ()
        if self.association is not None and self.association.is_established:
            try:
                status, touches = act(self.association)
            except (RuntimeError, ValueError):  # the association ended, or the archive took no such context
                status = None
        self.scribe.enter(
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

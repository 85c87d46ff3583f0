"""The others that survey_speed.py measures: nmap's dicom-ping, and a pool of threads with pynetdicom."""

from __future__ import annotations

import socket
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pydicom.dataset import Dataset
from pynetdicom import AE, build_context, evt
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelFind as StudyFind,
)
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from lab.survey.tool.question import LEAKED
from lab.survey.tool.target import Target

PORT = 11112


def dicom_ping(targets: Sequence[Target]) -> int:
    """nmap's dicom-ping over these addresses; returns how many it found."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
        names.write("\n".join(target.address for target in targets))
        names.flush()
        command = ["nmap", "-n", "-Pn", "-sT", "-T4", "--min-hostgroup", "2300", "--min-parallelism", "256"]
        command += ["-p", str(PORT), "--script", "dicom-ping", "-iL", names.name]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return answer.stdout.count("DICOM Service Provider discovered!")


def one_with_pynetdicom(target: Target) -> bool:
    """The survey's exchange with pynetdicom: echo, find with a cancel after three answers, release."""
    entity = AE("PACSLAB")
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 2
    association = entity.associate(
        target.address,
        target.port,
        contexts=[build_context(Verification), build_context(StudyFind)],
        evt_handlers=[(evt.EVT_CONN_OPEN, _no_delay)],
    )
    if not association.is_established:
        return False
    echoed = association.send_c_echo()
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    for name in LEAKED:
        setattr(identifier, name, "" if not name.startswith("Number") else None)
    answers = 0
    for _, match in association.send_c_find(identifier, StudyFind, msg_id=2):
        answers += match is not None
        if answers == 3 and match is not None:
            association.send_c_cancel(2, query_model=StudyFind)
    association.release()
    return bool(echoed.get("Status") == 0 and answers)


def _no_delay(event: evt.Event) -> None:
    event.assoc.dul.socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def pool(targets: Sequence[Target], size: int) -> None:
    with ThreadPoolExecutor(size) as threads:
        done = sum(threads.map(one_with_pynetdicom, targets))
    assert done == len(targets), f"the pool of {size} got through with {done} of {len(targets)}"

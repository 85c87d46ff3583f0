"""The Lua filters of a site, in a real archive (lab/site/lua.py)."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from pydicom import dcmwrite
from pydicom.dataset import Dataset

from lab.api import Lab
from lab.clients import dimse
from lab.clients.clinic import emergency_study
from lab.detection.events.table import rows
from lab.probing.own import invented, own_hand
from lab.sandbox.protocol import Log
from lab.site.baseline import DOCTOR, DOCTOR_PASSWORD, baseline
from lab.site.lua import filters_lua


def audit_lines(lab: Lab, since: int) -> list[dict[str, object]]:
    lines = lab.sandbox.log(Log.ORTHANC).read_bytes()[since:].decode().splitlines()
    return [json.loads(line.split("AUDIT ", 1)[1]) for line in lines if "AUDIT {" in line]


def test_an_audit_line_says_who_asked_for_what_and_whether_it_was_allowed(lab: Lab) -> None:
    lab.sandbox.apply(baseline().changed({"filters": {"audit": True}, "log_level": "default"}))
    size = lab.sandbox.log(Log.ORTHANC).stat().st_size
    live = lab.live()
    with live.web(live.station("doctor"), live.web_doors(live.station("doctor"))[-1], (DOCTOR, DOCTOR_PASSWORD)) as web:
        web.get("/patients")
        web.delete('/patients/x%0Ay"z')
    dimse.store(live.dicom(live.station("ct"), "CT1"), [emergency_study()])
    question = Dataset()
    question.QueryRetrieveLevel, question.PatientID = "STUDY", "NOBODY"
    question.StudyInstanceUID = ""
    dimse.find(live.dicom(live.station("workstation"), "WORKST1"), question)
    http, refused, received, find = audit_lines(lab, size)
    doctor = live.station("doctor").address if live.network.transparent else http["ip"]
    assert http == {"event": "http", "method": "GET", "uri": "/patients", "ip": doctor, "user": DOCTOR, "allowed": True}
    assert (refused["method"], refused["allowed"], "\n" in str(refused["uri"])) == ("DELETE", False, True)
    study = emergency_study()
    assert (received["event"], received["origin"], received["aet"]) == ("received", "DicomProtocol", "CT1")
    assert (received["study"], received["instance"]) == (study.StudyInstanceUID, study.SOPInstanceUID)
    assert (find["event"], find["aet"], find["called"]) == ("find", "WORKST1", "PACSLAB")
    assert "NOBODY" in json.dumps(find["query"])
    with closing(lab.event_table()) as table:  # what pacslab events lists of a running sandbox
        told = rows(table, "\"event.dataset\" = 'orthanc.audit' AND \"url.path\" = '/patients'")[-1]
    assert (told["user.name"], told["source.ip"]) == (DOCTOR, doctor)
    assert abs(datetime.fromisoformat(told["timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)


def test_without_roles_a_doctors_account_may_do_everything(lab: Lab) -> None:
    live = lab.live()
    for roles, status in ((True, 403), (False, 404)):
        lab.sandbox.apply(baseline().changed({"filters": {"roles": roles}}))
        doctor = live.station("doctor")
        with live.web(doctor, live.web_doors(doctor)[-1], (DOCTOR, DOCTOR_PASSWORD)) as web:
            assert web.delete("/patients/nothing").status_code == status


def real_looking() -> Dataset:
    """An object without any mark, as a real machine would send it. Nobody's."""
    plain = invented("Thorax")
    plain.Manufacturer, plain.IssuerOfPatientID, plain.PatientID = "ACME", "CHU", "0017"
    del plain.ImageComments
    return plain


def encoded(dataset: Dataset) -> bytes:
    file = BytesIO()
    dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()


def zipped(content: bytes) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("image.dcm", content)
    return file.getvalue()


def by_rest(lab: Lab, dataset: Dataset) -> None:
    with lab.live().console(lab.live().account("administrator")) as archive:
        archive.post("/instances", content=encoded(dataset))


def by_zip(lab: Lab, dataset: Dataset) -> None:
    with lab.live().console(lab.live().account("administrator")) as archive:
        archive.post("/instances", content=zipped(encoded(dataset)))


def by_store(lab: Lab, dataset: Dataset) -> None:
    dimse.store(lab.live().equipment("ct"), [dataset])


@pytest.mark.parametrize("send", [by_rest, by_zip, by_store])
def test_an_object_without_the_synthetic_marks_is_not_stored_whichever_way_it_comes(
    lab: Lab, send: Callable[[Lab, Dataset], None]
) -> None:
    marked, unmarked = invented("Thorax"), real_looking()
    with own_hand(lab.live()) as hand:
        send(lab, marked)
        send(lab, unmarked)
        found = [hand.find(str(sent.SOPInstanceUID)) is not None for sent in (marked, unmarked)]
        hand.remove([str(marked.PatientID)])
    assert found == [True, False]


def test_no_site_switches_the_look_at_the_marks_off() -> None:
    site = baseline().changed({"filters": {"roles": False, "audit": False, "known_senders": False}})
    assert "local allowed = synthetic(dicom) and welcome(origin)" in filters_lua(site)


def test_known_senders_are_the_modalities_that_may_store(lab: Lab) -> None:
    anybody = {"DicomAlwaysAllowStore": True, "DicomTlsEnabled": False}
    lab.change({"orthanc": anybody, "filters": {"known_senders": True}})
    site = lab.live()
    found = []
    with own_hand(site) as hand:
        for peer in (
            site.equipment("ct"),
            site.equipment("workstation"),
            site.dicom(site.station("visitor"), "INTRUDER"),
        ):
            sent = invented("Thorax")
            dimse.store(peer, [sent])
            found.append(hand.find(str(sent.SOPInstanceUID)) is not None)
            hand.remove([str(sent.PatientID)])
    assert found == [True, False, False]

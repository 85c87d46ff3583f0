"""The Lua filters of a site, in a real archive (lab/site/lua.py)."""

from __future__ import annotations

import json

from pydicom.dataset import Dataset

from lab.api import Lab
from lab.clients import dimse
from lab.clients.clinic import emergency_study
from lab.sandbox.protocol import Log
from lab.site.baseline import DOCTOR, DOCTOR_PASSWORD, baseline


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


def test_without_roles_a_doctors_account_may_do_everything(lab: Lab) -> None:
    live = lab.live()
    for roles, status in ((True, 403), (False, 404)):
        lab.sandbox.apply(baseline().changed({"filters": {"roles": roles}}))
        doctor = live.station("doctor")
        with live.web(doctor, live.web_doors(doctor)[-1], (DOCTOR, DOCTOR_PASSWORD)) as web:
            assert web.delete("/patients/nothing").status_code == status

"""What a trainee does by hand: query over DICOM, listen on the way, and read in a card why a repair fails."""

from __future__ import annotations

import dataclasses

import pytest

from lab.api import Lab
from lab.course.query import SURVEY
from lab.errors import LabError
from lab.site.baseline import DOCTOR, DOCTOR_PASSWORD, baseline
from tests.conftest import FEW

ACCOUNT = (DOCTOR, DOCTOR_PASSWORD)
PATIENTS = {"expand": "", "since": "0", "limit": "2"}


def test_a_declared_workstation_finds_what_it_asks_for(lab: Lab) -> None:
    found = lab.find("workstation", calling="WORKST1", PatientID="", StudyDate="19000101-")
    assert not found.refusal
    assert len({match.PatientID for match in found.matches}) == FEW
    assert f"{len(found)} matches" in str(found)


def test_without_keys_a_query_asks_what_the_survey_asked(lab: Lab) -> None:
    found = lab.find("workstation", calling="WORKST1")
    assert all(keyword in found.matches[0] for keyword in SURVEY)


def test_a_key_with_a_value_must_match(lab: Lab) -> None:
    anybody = lab.find("workstation", calling="WORKST1", PatientID="").matches[0].PatientID
    found = lab.find("workstation", calling="WORKST1", PatientID=anybody)
    assert {match.PatientID for match in found.matches} == {anybody}
    assert len(lab.find("workstation", calling="WORKST1", PatientID="NOBODY")) == 0


def test_a_refusal_is_an_answer_that_says_why(lab: Lab) -> None:
    assert "no DICOM port is open in this zone" in str(lab.find("intruder").refusal)
    assert "certificate required" in str(lab.find("visitor").refusal)
    assert "Called AE title not recognised" in str(lab.find("workstation", "WORKST1", "ORTHANC").refusal)
    assert str(lab.find("ct", calling="CT1").refusal)
    lab.change({"orthanc": {"DicomTlsEnabled": False}})
    assert "Calling AE title not recognised" in str(lab.find("visitor").refusal)


def test_a_key_that_dicom_does_not_know_is_named_with_the_nearest_one(lab: Lab) -> None:
    with pytest.raises(LabError, match=r"PatientNam.*\n→ Did you mean PatientName"):
        lab.find("workstation", calling="WORKST1", PatientNam="")


def test_a_listener_reads_password_and_names_on_the_plain_way(lab: Lab) -> None:
    lab.misconfigure("http-plaintext")
    with lab.listen("doctor", "http", user=ACCOUNT) as (client, wire):
        names = [patient["MainDicomTags"]["PatientName"] for patient in client.get("/patients", params=PATIENTS).json()]
    assert wire.capture.credentials() == (ACCOUNT,)
    assert b"Authorization: Basic" in wire.sent
    assert names
    assert all(name in wire.text for name in names)
    assert "Authorization: Basic" in str(wire)
    assert names[0] in str(wire)


def test_a_listener_reads_nothing_of_a_tls_connection(lab: Lab) -> None:
    with lab.listen("doctor", "https", user=ACCOUNT) as (client, wire):
        assert client.get("/patients", params=PATIENTS).status_code == 200
    assert wire.capture.is_tls
    assert "Authorization" not in wire.text
    assert "PatientName" not in wire.text


def test_there_is_nobody_to_listen_to_at_a_closed_door(lab: Lab) -> None:
    with pytest.raises(LabError, match="this door is closed"), lab.listen("doctor", "http"):
        pass


@pytest.mark.slow
def test_the_check_says_why_a_proposed_repair_fails(lab: Lab) -> None:
    lab.misconfigure("http-no-auth")
    assert lab.check("http-no-auth").made is None
    lab.fix("http-no-auth", 1)
    result = lab.check("http-no-auth")
    assert result.made is result.scenario.fixes[0]
    assert "Encryption keeps others from listening in" in str(result)


@pytest.mark.slow
def test_the_same_repair_written_by_hand_is_recognised(lab: Lab) -> None:
    lab.misconfigure("http-no-auth")
    lab.change({"orthanc": {"AuthenticationEnabled": True}})
    assert lab.check("http-no-auth").made is lab.check("http-no-auth").scenario.right_fix
    assert lab.site != baseline()


def test_a_notebook_does_not_keep_the_key_to_jupyterlab(lab: Lab) -> None:
    status = dataclasses.replace(lab.status(), url="http://127.0.0.1:8888/lab?token=secret")
    assert status.json()["url"].endswith("secret")
    assert "secret" not in status._repr_html_() + str(status)

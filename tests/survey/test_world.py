"""Real clients talk to the simulated archives: dcmtk, pynetdicom, nmap, a plain HTTP client."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, build_context
from pynetdicom.association import Association
from pynetdicom.pdu_primitives import A_ASSOCIATE
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    CTImageStorage,
    PatientRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    Verification,
)

from lab.survey.addresses import bindable
from lab.survey.archive import Archive
from lab.survey.query import answer
from lab.survey.system import Behaviour, Holdings, System, Viewer
from lab.survey.world.serve import World
from synthetic_data.marks import is_synthetic
from tests.survey.running import door, one, renamed, serving

STUDY_FIND = StudyRootQueryRetrieveInformationModelFind
OPEN = renamed(
    replace(
        one(Behaviour.OPEN, lambda s: s.country == "FR" and not s.tls),
        port=11112,
        holdings=Holdings(150, 220, 2200, 2200),
        viewer=Viewer.OPEN,
        web_port=8042,
    ),
    1,
)
CALLED = renamed(replace(one(Behaviour.CALLED_TITLE), port=11112), 2)
CALLING = renamed(replace(one(Behaviour.CALLING_TITLE), port=4242), 3)
ECHO_CONTEXT = renamed(one(Behaviour.ECHO_ONLY, lambda s: s.index % 2 == 1), 4)
ECHO_STATUS = renamed(one(Behaviour.ECHO_ONLY, lambda s: s.index % 2 == 0), 5)
TLS_OPEN = renamed(one(Behaviour.OPEN, lambda s: s.tls), 6)
TLS_ONLY = renamed(one(Behaviour.TLS_ONLY), 7)
LOGIN = renamed(replace(one(Behaviour.ECHO_ONLY), viewer=Viewer.LOGIN, web_port=8080), 8)
SYSTEMS = (OPEN, CALLED, CALLING, ECHO_CONTEXT, ECHO_STATUS, TLS_OPEN, TLS_ONLY, LOGIN)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with serving(SYSTEMS) as running:
        yield running


pytestmark = pytest.mark.usefixtures("world")


def program(*command: str) -> str:
    # the system's: pynetdicom brings programs of the same names into the environment's folder
    found = shutil.which(command[0], path="/usr/local/bin:/usr/bin")
    if found is None:
        pytest.skip(f"{command[0]} is not installed")
    answer = subprocess.run([found, *command[1:]], capture_output=True, text=True, timeout=20)
    return answer.stdout + answer.stderr


def query(level: str, **keys: str) -> Dataset:
    identifier = Dataset()
    identifier.QueryRetrieveLevel = level
    for name, value in keys.items():
        setattr(identifier, name, value)
    return identifier


def find(system: System, identifier: Dataset, model: str = STUDY_FIND, **how: object) -> tuple[int, list[Dataset]]:
    entity = AE("TESTS")
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 5
    association = entity.associate(*door(system), contexts=[build_context(model)], **how)  # type: ignore[arg-type]
    assert association.is_established
    found = [(status.Status, match) for status, match in association.send_c_find(identifier, model)]
    association.release()
    return found[-1][0], [match for _, match in found if match is not None]


def test_dcmtks_echoscu_gets_its_echo() -> None:
    address, port = door(OPEN)
    said = program("echoscu", "-v", address, str(port))
    assert "Received Echo Response (Success)" in said


def test_dcmtks_findscu_finds_by_wildcard_and_date() -> None:
    address, port = door(OPEN)
    keys = ("QueryRetrieveLevel=STUDY", "PatientName=M*", "StudyDate=20120101-20181231", "StudyInstanceUID")
    said = program("findscu", "-S", *(part for key in keys for part in ("-k", key)), address, str(port))
    expected = list(
        filter(None, answer(Archive(OPEN), "STUDY", {"PatientName": "M*", "StudyDate": "20120101-20181231"}))
    )
    assert said.count("(Pending)") == len(expected) > 3
    assert all(match["StudyInstanceUID"] in said for match in expected)


def test_nmaps_dicom_ping_discovers_an_open_archive_and_one_that_checks_titles() -> None:
    said = program("nmap", "-Pn", "-n", "-sT", "-p", "11112", "--script", "dicom-ping", OPEN.address, CALLED.address)
    assert said.count("DICOM Service Provider discovered!") == 2
    assert ("Any AET is accepted (Insecure)" in said, "Called AET check enabled" in said) == (True, True)


def test_pynetdicom_walks_down_from_a_patient_to_an_image() -> None:
    _, (patient, *_) = find(
        OPEN, query("PATIENT", PatientName="*", PatientID=""), PatientRootQueryRetrieveInformationModelFind
    )
    _, studies = find(
        OPEN, query("STUDY", PatientID=patient.PatientID, StudyInstanceUID="", NumberOfStudyRelatedSeries="")
    )
    _, series = find(
        OPEN, query("SERIES", StudyInstanceUID=studies[0].StudyInstanceUID, SeriesInstanceUID="", Modality="")
    )
    assert len(series) == studies[0].NumberOfStudyRelatedSeries
    status, images = find(
        OPEN, query("IMAGE", SeriesInstanceUID=series[0].SeriesInstanceUID, SOPInstanceUID="", PatientID="")
    )
    assert status == 0
    assert len({image.SOPInstanceUID for image in images}) == len(images) > 0
    assert all(is_synthetic(image) for image in images)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_both_transfer_syntaxes_carry_names_with_accents(syntax: str) -> None:
    entity = AE("TESTS")
    association = entity.associate(*door(OPEN), contexts=[build_context(STUDY_FIND, syntax)])
    names = {
        str(match.PatientName)
        for _, match in association.send_c_find(query("STUDY", PatientName="", PatientID=""), STUDY_FIND)
        if match is not None
    }
    association.release()
    assert names == {match["PatientName"] for match in answer(Archive(OPEN), "STUDY", {}) if match}
    assert any(not name.isascii() for name in names)


def test_a_cancel_ends_a_query_after_few_answers() -> None:
    entity = AE("TESTS")
    association = entity.associate(*door(OPEN), contexts=[build_context(STUDY_FIND)])
    statuses = []
    for status, _ in association.send_c_find(query("STUDY", PatientName=""), STUDY_FIND, msg_id=9):
        statuses.append(status.Status)
        if len(statuses) == 3:
            association.send_c_cancel(9, query_model=STUDY_FIND)
    association.release()
    assert statuses[-1] == 0xFE00
    assert len(statuses) < 200


def answered(system: System, **more: str) -> Association:
    """An association of Verification that was accepted or refused; one that ended without an answer is asked for again.

    Test processes hold each other up, and a connection whose first words come late is closed.
    """
    for _ in range(3):
        association = AE("TESTS").associate(*door(system), contexts=[build_context(Verification)], **more)  # type: ignore[arg-type]
        # a refusal that was read before this thread was woken lies in the queue still
        association.acceptor.primitive = association.acceptor.primitive or association.dul.peek_next_pdu()  # type: ignore[assignment]
        if isinstance(association.acceptor.primitive, A_ASSOCIATE):
            break
    return association


def test_titles_are_checked_where_the_archive_checks_them() -> None:
    refused = answered(CALLED)
    assert (refused.is_established, refused.acceptor.primitive.reason_str) == (False, "Called AE title not recognised")  # type: ignore[union-attr]
    welcome = answered(CALLED, ae_title=CALLED.ae_title)
    assert welcome.send_c_echo().Status == 0
    welcome.release()
    refused = answered(CALLING)
    assert refused.acceptor.primitive.reason_str == "Calling AE title not recognised"  # type: ignore[union-attr]


def test_an_archive_may_answer_echo_and_refuse_find_in_two_ways() -> None:
    assert find(ECHO_STATUS, query("STUDY"))[0] == 0x0124
    association = AE("TESTS").associate(
        *door(ECHO_CONTEXT), contexts=[build_context(Verification), build_context(STUDY_FIND)]
    )
    assert association.send_c_echo().Status == 0
    assert [context.result for context in association.rejected_contexts] == [3]
    association.release()


def test_what_an_archive_cannot_do_it_says() -> None:
    assert find(OPEN, query("PATIENT", PatientName=""))[0] == 0xA900  # the study root has no patient level
    assert find(OPEN, query("GALAXY"))[0] == 0xA900
    association = AE("TESTS").associate(
        *door(OPEN), contexts=[build_context(CTImageStorage), build_context(StudyRootQueryRetrieveInformationModelGet)]
    )
    assert [context.result for context in association.rejected_contexts] == [3]
    model = StudyRootQueryRetrieveInformationModelGet
    assert [status.Status for status, _ in association.send_c_get(query("STUDY", StudyInstanceUID="1.2"), model)] == [
        0xA702
    ]
    association.release()


def test_the_totals_are_given_to_those_who_ask_for_the_labs_private_element() -> None:
    identifier = query("STUDY", PatientName="")
    block = identifier.private_block(0x0099, "PACSLAB TOTALS", create=True)
    for element in (0x01, 0x03):
        block.add_new(element, "LO", "")
    _, matches = find(OPEN, identifier)
    given = [matches[0][0x0099, tag].value for tag in (0x1001, 0x1003)]
    assert [(value.decode() if isinstance(value, bytes) else value).strip() for value in given] == ["150", "2200"]
    assert all(element.tag.group != 0x0099 for element in find(OPEN, query("STUDY", PatientName=""))[1][0])


def test_dicom_over_tls_with_and_without_a_client_certificate() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    small = query("STUDY", StudyDate="20190829", PatientID="")
    status, matches = find(TLS_OPEN, small, tls_args=(context, None))
    assert (status, bool(matches)) == (0, True)
    association = AE("TESTS").associate(
        *door(TLS_ONLY), contexts=[build_context(Verification)], tls_args=(context, None)
    )
    assert not association.is_established


def test_the_web_viewer_shows_patients_to_anybody_or_asks_for_a_password() -> None:
    base = f"http://{OPEN.address}:{bindable(OPEN.web_port)}"
    page = httpx.get(base).text
    first = next(filter(None, answer(Archive(OPEN), "STUDY", {})))
    assert first["PatientName"] in page
    assert "SYNTHETIC - NOT A PERSON" in page
    assert first["PatientName"] in httpx.get(f"{base}/study/{first['StudyInstanceUID']}").text
    assert httpx.get(f"{base}/study/1.2.3").status_code == 404
    assert httpx.get(f"http://{LOGIN.address}:{LOGIN.web_port}").status_code == 401


def test_qido_searches_pages_and_refuses_what_it_does_not_know() -> None:
    base = f"http://{OPEN.address}:{bindable(OPEN.web_port)}/dicom-web"
    rows = httpx.get(f"{base}/studies", params={"PatientName": "M*", "limit": 2, "offset": 1}).json()
    expected = list(filter(None, answer(Archive(OPEN), "STUDY", {"PatientName": "M*"})))[1:3]
    assert [row["0020000D"]["Value"][0] for row in rows] == [match["StudyInstanceUID"] for match in expected]
    uid = expected[0]["StudyInstanceUID"]
    series = httpx.get(f"{base}/studies/{uid}/series").json()
    assert len(series) == int(expected[0]["NumberOfStudyRelatedSeries"])
    dataset = Dataset.from_json(json.dumps(rows[0]))
    assert is_synthetic(dataset)
    assert httpx.get(f"{base}/studies?limit=x").status_code == 400
    assert httpx.get(f"{base}/studies?NoSuch=1").status_code == 400
    assert httpx.get(f"{base}/nothing").status_code == 400


def test_nothing_is_bound_outside_the_simulated_internet(world: World) -> None:
    addresses = {sock.getsockname()[0] for server in world._servers for sock in server.sockets}
    assert addresses == {system.address for system in SYSTEMS}


@pytest.mark.browser
def test_a_browser_walks_through_the_viewer_without_a_password() -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    patient = list(filter(None, answer(Archive(OPEN), "STUDY", {})))[40]
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://{OPEN.address}:{bindable(OPEN.web_port)}/")
        assert "150 patients, 2200 images" in page.inner_text("#totals")
        page.get_by_label("Patient name").fill(patient["PatientName"])
        page.keyboard.press("Enter")
        page.get_by_role("link", name=patient["PatientName"]).first.click()
        page.wait_for_selector("h2")
        assert page.inner_text("h2") == patient["PatientName"]
        browser.close()

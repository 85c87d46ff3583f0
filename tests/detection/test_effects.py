"""Whom a request touched: worked out from what really came back."""

from __future__ import annotations

import json
import subprocess
import sys
from random import Random
from typing import Any

import httpx
import pytest
from pydicom import Dataset

from lab.detection.traffic.effects import WHOLE, found_in, http_touches, sum_up
from lab.detection.traffic.stock import Held, NothingLeft, Stock, held_from, orthanc_id
from lab.detection.truth import Effect, Touch

STUDY, SERIES, IMAGES = (
    orthanc_id("P1", "2.25.1"),
    orthanc_id("P1", "2.25.1", "2.25.2"),
    ("2.25.31", "2.25.32", "2.25.33"),
)
PATIENT = orthanc_id("P1")
IDENTIFIED = [orthanc_id("P1", "2.25.1", "2.25.2", name) for name in IMAGES]
STOCK = Stock([Held(STUDY, "2.25.1", "P1", PATIENT, "CT", "20180905", ((SERIES, tuple(IDENTIFIED)),))])
DESCRIBED = {"ID": STUDY, "MainDicomTags": {"StudyDate": "20180905"}, "PatientMainDicomTags": {"PatientName": "A^B"}}


def touches(method: str, path: str, content: Any = None, status: int = 200) -> tuple[Touch, ...]:
    return http_touches(STOCK, method, path, httpx.Response(status, json=content))


@pytest.mark.parametrize(
    ("method", "path", "content", "expected"),
    [
        ("GET", "/studies", [STUDY], ()),
        ("GET", "/studies?expand", [DESCRIBED], (Touch(Effect.LISTED, "P1", "2.25.1", 0, ("name", "study_date")),)),
        ("POST", "/tools/find", [DESCRIBED], (Touch(Effect.LISTED, "P1", "2.25.1", 0, ("name", "study_date")),)),
        ("GET", f"/studies/{STUDY}", DESCRIBED, (Touch(Effect.LISTED, "P1", "2.25.1", 0, ("name", "study_date")),)),
        ("GET", f"/studies/{STUDY}/archive", None, (Touch(Effect.COPIED, "P1", "2.25.1", 3, WHOLE),)),
        ("GET", f"/instances/{IDENTIFIED[0]}/file", None, (Touch(Effect.COPIED, "P1", "2.25.1", 1, WHOLE),)),
        ("GET", f"/instances/{IDENTIFIED[0]}/preview", None, (Touch(Effect.COPIED, "P1", "2.25.1", 1, ("image",)),)),
        ("DELETE", f"/studies/{STUDY}", None, (Touch(Effect.DELETED, "P1", "2.25.1", 3),)),
        ("PUT", f"/studies/{STUDY}/metadata/1024", None, (Touch(Effect.CHANGED, "P1", "2.25.1", 3),)),
        ("POST", f"/studies/{STUDY}/anonymize", {"ID": "x"}, ()),
        ("GET", f"/studies/{orthanc_id('nobody', '2.25.9')}", DESCRIBED, ()),
        ("GET", "/system", {"Name": "archive"}, ()),
    ],
)
def test_a_web_request_touches_those_whose_data_crossed(
    method: str, path: str, content: Any, expected: tuple[Touch, ...]
) -> None:
    assert touches(method, path, content) == expected


PIXELS = {"content-type": "multipart/related; type=application/dicom"}
LISTED = {"content-type": "application/dicom+json"}
TOLD = json.dumps(
    [{"00100010": {"vr": "PN", "Value": [{"Alphabetic": "A^B"}]}, "0020000D": {"vr": "UI", "Value": ["2.25.1"]}}]
)


@pytest.mark.parametrize(
    ("path", "headers", "text", "expected"),
    [
        ("/dicom-web/studies/2.25.1", PIXELS, "", (Touch(Effect.COPIED, "P1", "2.25.1", 3, WHOLE),)),
        ("/dicom-web/studies/2.25.1/series/2.25.2/instances/2.25.31", PIXELS, "", (Touch(Effect.COPIED, "P1", "2.25.1", 1, WHOLE),)),
        ("/dicom-web/studies?limit=9", LISTED, TOLD, (Touch(Effect.LISTED, "P1", "2.25.1", 0, ("name",)),)),
        ("/dicom-web/studies/2.25.1/instances?limit=1", LISTED, '[{"00080018": {"vr": "UI", "Value": ["2.25.31"]}}]', ()),
        ("/dicom-web/studies/2.25.9", PIXELS, "", ()),
        (
            "/wado?requestType=WADO&studyUID=2.25.1&objectUID=2.25.31&contentType=application/dicom",
            {"content-type": "application/dicom"}, "", (Touch(Effect.COPIED, "P1", "2.25.1", 1, WHOLE),),
        ),
    ],
)  # fmt: skip
def test_dicomweb_and_wado_touch_those_whose_images_and_data_crossed(
    path: str, headers: dict[str, str], text: str, expected: tuple[Touch, ...]
) -> None:
    assert http_touches(STOCK, "GET", path, httpx.Response(200, headers=headers, text=text)) == expected


def test_where_nothing_fits_nothing_is_chosen_and_what_somebody_writes_to_is_not_deleted() -> None:
    stock = Stock([STOCK.studies[0]])
    assert stock.choose(Random(1), ["P1"]) == stock.choose_to_delete(Random(1)) == STOCK.studies[0]
    stock.keep(STUDY)
    for choose in (
        lambda: stock.choose(Random(1), ["P2"]),
        lambda: stock.choose_of(Random(1), ("MR",)),
        lambda: stock.choose_to_delete(Random(1)),
        lambda: Stock([]).choose(Random(1)),
    ):
        with pytest.raises(NothingLeft):
            choose()


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_refused_request_touches_nobody(status: int) -> None:
    assert touches("DELETE", f"/studies/{STUDY}", None, status) == ()


def test_touches_of_the_same_study_are_one() -> None:
    one, other = Touch(Effect.COPIED, "P1", "2.25.1", 1, ("name",)), Touch(Effect.COPIED, "P1", "2.25.1", 2, ("image",))
    listed = Touch(Effect.LISTED, "P1", "2.25.1", 0, ("name",))
    assert sum_up([one, listed, other]) == (Touch(Effect.COPIED, "P1", "2.25.1", 3, ("name", "image")), listed)


def test_an_answer_to_a_query_gives_away_what_is_filled_in() -> None:
    answer = Dataset()
    answer.PatientID, answer.PatientName, answer.StudyInstanceUID, answer.StudyDate = "P1", "A^B", "2.25.1", ""
    assert found_in(answer) == Touch(Effect.LISTED, "P1", "2.25.1", 0, ("name", "patient_id"))


def test_what_is_stored_has_the_identifiers_that_orthanc_will_give_it() -> None:
    images = []
    for name in IMAGES:
        image = Dataset()
        image.PatientID, image.StudyInstanceUID, image.SeriesInstanceUID = "P1", "2.25.1", "2.25.2"
        image.SOPInstanceUID, image.Modality, image.StudyDate = name, "CT", "20180905"
        images.append(image)
    assert held_from(images) == STOCK.studies[0]


@pytest.mark.slow
def test_the_receiver_listens_nowhere_but_in_the_sandbox() -> None:
    command = [sys.executable, "-m", "lab.detection.traffic.receiver", "192.0.2.1", "11112", "EVIL"]
    answer = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert (answer.returncode, answer.stderr.strip()) == (1, "192.0.2.1 is not an address of the sandbox")

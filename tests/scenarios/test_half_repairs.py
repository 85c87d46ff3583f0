"""Repairs that close the one path that a probe tries first, and leave the archive as open as it was beside it."""

from __future__ import annotations

from typing import Any

import pytest

from lab.api import Lab
from lab.clients.clinic import clinic_day
from lab.model import NotChecked, Vulnerable

pytestmark = [pytest.mark.slow, pytest.mark.native]
EVERYWHERE = ("internet", "clinic")


def deny(*paths: str, zones: tuple[str, ...] = ("internet",)) -> dict[str, Any]:
    return {"gateway": {"deny": {zone: list(paths) for zone in zones}}}


def origin(*origins: str) -> dict[str, Any]:
    return {"gateway": {"cors": {"origins": list(origins)}}}


HALF: list[tuple[str, dict[str, Any]]] = [
    ("open-viewer", deny("/statistics", "/patients", "/series", "/app/")),
    ("cors-wildcard", deny("/statistics", "/patients")),
    ("cors-wildcard", origin("https://*viewer.hospital.example")),
    ("cors-wildcard", origin("http://viewer.hospital.example")),
    ("authz-overbroad", deny("/patients")),
    ("authz-overbroad", deny("/patients", "/series", "/statistics")),
    ("authz-overbroad", deny("/")),
    ("http-no-ratelimit", deny("/system")),
    ("rest-exfil", deny("/modalities", zones=EVERYWHERE)),
    ("dicomweb-open", deny("/dicom-web/studies", zones=EVERYWHERE)),
    ("dicomweb-open", deny("/dicom-web/studies", "/dicom-web/series", zones=EVERYWHERE)),
    (
        "dicomweb-open",
        {"dicomweb": {"wado": True}, "gateway": {"lends": {"/dicom-web/": None, "/wado": "dr.moreau"}}},
    ),
    ("webdav-open", deny("/webdav/by-patients", zones=EVERYWHERE)),
    ("webdav-open", deny("/webdav/by-patients", "/webdav/by-studies", zones=EVERYWHERE)),
    ("webdav-open", deny("/webdav/by-patients", "/webdav/by-studies", "/webdav/by-dates", zones=EVERYWHERE)),
    ("bind-all", {"users": {"dr.moreau": None}}),
    ("store-evict", {"orthanc": {"MaximumPatientCount": 50}}),
]
# Repairs after which the probe is turned away, because somebody cannot work any more: who, and at which step of the day.
STOPPING: list[tuple[str, dict[str, Any], str]] = [
    ("polyglot-preamble", deny("/instances", zones=("office",)), "administrator-works"),
    ("deid-incomplete", deny("/series", zones=("office",)), "administrator-works"),
    ("http-no-ratelimit", {"gateway": {"deny_agents": ["mozilla"]}}, "doctor-views"),
]


def test_what_is_closed_in_one_place_only_is_found_open_in_another(lab: Lab) -> None:
    fooled = []
    for scenario, overlay in HALF:
        lab.misconfigure(scenario)
        lab.change(overlay)
        verdict = lab.probe(scenario).verdict
        if not isinstance(verdict, Vulnerable):
            fooled.append((scenario, overlay, verdict))
    assert fooled == []


def test_a_limit_in_megabytes_deletes_the_oldest_as_well(lab: Lab) -> None:
    site = lab.live()
    with site.console(site.account("administrator")) as console:
        size = int(console.get("/statistics").json()["TotalDiskSizeMB"])
    lab.misconfigure("store-evict")
    lab.change({"orthanc": {"MaximumPatientCount": 0, "MaximumStorageSize": size + 8}})
    assert isinstance(lab.probe("store-evict").verdict, Vulnerable)


def test_a_repair_that_stops_somebodys_work_stops_the_day(lab: Lab) -> None:
    stopped = []
    for scenario, overlay, _ in STOPPING:
        lab.misconfigure(scenario)
        lab.change(overlay)
        stopped.append([step.id for step in clinic_day(lab.live()).stopped])
    assert stopped == [[step] for *_, step in STOPPING]


def test_a_study_that_nobody_could_remove_is_not_found_instead_of_the_next_days(lab: Lab) -> None:
    lab.change({"users": {"admin": {"role": "doctor"}}})
    assert [step.id for step in clinic_day(lab.live()).stopped] == ["administrator-works"]
    lab.harden()
    lab.change({"modalities": {"ct": {"store": False}}})
    stopped = [step.id for step in clinic_day(lab.live()).stopped]
    assert stopped == ["ct-stores", "workstation-retrieves", "doctor-views"]


def test_a_log_in_which_nothing_was_written_meanwhile_is_not_called_clean(lab: Lab) -> None:
    lab.misconfigure("phi-in-logs")
    lab.change({"log_level": "default", "gateway": {"publish": {"dicom": []}}})
    assert isinstance(lab.probe("phi-in-logs").verdict, NotChecked)

"""What holds across scenarios on a live sandbox, and two of them from end to end as the quick look at the matrix."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from lab.api import Lab
from lab.catalogue import catalogue, probe_each, weakness
from lab.i18n import t
from lab.model import NotChecked, Safe, Severity, Vulnerable
from lab.scenario import Outcome
from tests.scenarios.matrix import CURRENT_ORTHANC, MAY_LACK
from tests.support.chaos import Chaos

SCENARIOS = ["http-no-auth", "dimse-find-open"]
PROBE_AT_MOST, ALL_AT_MOST = 5, 30  # seconds
# The worst hospital: which weakness cannot be seen there, and the graver one (or one as grave) that hides it.
HIDDEN = {
    "authz-overbroad": "http-no-auth",
    "http-default-creds": "http-no-auth",
    "http-no-ratelimit": "http-no-auth",
    "aet-spoof": "dimse-find-open",
    "dicom-tls-no-client-cert": "dicom-no-tls",
    "dimse-default-aet": "dimse-any-called-aet",
}
OFF = {"gateway": {"publish": {"http": [], "https": [], "dicom": []}}}


def test_a_weakness_is_found_and_its_right_repair_passes(lab: Lab, scenario: str) -> None:
    assert isinstance(lab.probe(scenario).verdict, Safe), lab.probe(scenario)
    lab.misconfigure(scenario)
    assert isinstance(lab.probe(scenario).verdict, Vulnerable)
    lab.fix(scenario)
    assert lab.check(scenario).passed


def test_switching_everything_off_stops_the_hospital(lab: Lab, scenario: str) -> None:
    lab.misconfigure(scenario)
    lab.change(OFF)
    result = lab.check(scenario)
    assert result.grade.outcome is Outcome.STOPS_HOSPITAL
    assert [step.id for step in result.grade.day.stopped] == [
        "ct-stores", "workstation-retrieves", "doctor-views", "administrator-works",
    ]  # fmt: skip


def test_a_dead_archive_is_not_checked_and_does_not_pass(lab: Lab, scenario: str) -> None:
    lab.misconfigure(scenario)
    lab.sandbox.stop()
    try:
        assert {type(part.verdict) for part in lab.probe_all().probed} == {NotChecked}
        result = lab.check(scenario)
        assert (result.passed, result.grade.outcome) == (False, None)
    finally:
        lab.start(with_parent=True)


@pytest.mark.slow
def test_an_archive_that_hangs_is_not_checked(lab: Lab, chaos: Chaos, scenario: str) -> None:
    lab.misconfigure(scenario)
    chaos.kill("orthanc-stop")
    try:
        assert isinstance(lab.probe(scenario).verdict, NotChecked)
    finally:
        chaos.kill("orthanc")


@pytest.mark.native  # a test in the notebooks' container cannot say what is installed in the archive's
def test_without_the_plugin_dicomweb_is_not_checked_and_says_what_to_install(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lab.site.render.DICOMWEB_PLUGIN", "/usr/share/orthanc/plugins/not-there.so")
    lab.misconfigure("dicomweb-open")
    verdict = lab.probe("dicomweb-open").verdict
    assert verdict == NotChecked(
        t("The DICOMweb plugin is not installed here. Debian, Ubuntu: apt-get install orthanc-dicomweb.")
    )


def test_what_looked_safe_is_not_checked_when_the_archive_is_dead_afterwards(lab: Lab) -> None:
    troubles = iter([None, "archive: stopped"])
    site = replace(lab.live(), troubles=lambda: next(troubles))
    verdicts = probe_each(site, map(weakness, SCENARIOS))
    assert list(verdicts) == SCENARIOS
    assert {type(verdict) for verdict in verdicts.values()} == {NotChecked}


@pytest.mark.slow
def test_probes_side_by_side_find_what_each_finds_alone(lab: Lab) -> None:
    lab.misconfigure()
    site = lab.live()
    alone, seconds = {}, {}
    for name, part in catalogue().items():
        began = time.monotonic()
        alone[name] = type(part.probe(site))
        seconds[name] = time.monotonic() - began
    assert {name: round(took, 1) for name, took in seconds.items() if took > PROBE_AT_MOST} == {}
    began = time.monotonic()
    together = probe_each(site, catalogue().values())
    assert time.monotonic() - began < ALL_AT_MOST
    assert {name: type(verdict) for name, verdict in together.items()} == alone


@pytest.mark.slow
def test_the_worst_hospital_is_found_in_all_of_them_but_where_a_graver_one_stands(lab: Lab) -> None:
    lab.misconfigure()
    verdicts = {part.scenario.id: part.verdict for part in lab.probe_all().probed}
    assert set(verdicts) == set(catalogue())
    assert {name for name, verdict in verdicts.items() if isinstance(verdict, Safe)} <= CURRENT_ORTHANC
    stands = {name for name, verdict in verdicts.items() if isinstance(verdict, Vulnerable)}
    behind = {}
    for name, verdict in verdicts.items():
        if isinstance(verdict, NotChecked) and name not in MAY_LACK.keys() - HIDDEN.keys():
            named = set(re.findall(r"[a-z]+(?:-[a-z]+)+", str(verdict.reason)))
            behind[name] = named & stands
    assert {name: {other} for name, other in HIDDEN.items() if name in behind} == behind
    assert set(HIDDEN) - set(behind) <= MAY_LACK.keys()
    assert all(gravity(other) >= gravity(name) for name, other in HIDDEN.items())


def gravity(scenario: str) -> int:
    return -list(Severity).index(weakness(scenario).scenario.severity)


def test_the_clinics_day_leaves_the_archive_as_it_was(lab: Lab) -> None:
    lab.misconfigure("http-no-auth")
    before = lab.probe("http-no-auth").verdict
    lab.check("http-no-auth")
    assert lab.probe("http-no-auth").verdict == before


def test_a_repair_that_opens_another_weakness_does_not_pass(lab: Lab) -> None:
    lab.misconfigure("dimse-find-open")
    lab.fix("dimse-find-open")
    lab.change({"orthanc": {"AuthenticationEnabled": False}, "gateway": {"publish": {"http": ["internet"]}}})
    result = lab.check("dimse-find-open")
    assert not result.passed
    assert {"http-no-auth", "http-plaintext"} <= {name for name, _ in result.grade.worse}

"""Every weakness of the catalogue on a live sandbox: found when made, judged rightly when repaired rightly or wrongly."""

from __future__ import annotations

import re

import pytest

from lab.api import Lab
from lab.catalogue import catalogue, weakness
from lab.model import NotChecked, Safe, Vulnerable
from lab.scenario import Fix, Outcome, Trace
from lab.site.baseline import baseline
from tests.conftest import FEW
from tests.support.chaos import Chaos

SCENARIOS = list(catalogue())
FIXES = [(name, fix) for name, part in catalogue().items() for fix in part.scenario.fixes]
OFF = {"gateway": {"publish": {"http": [], "https": [], "dicom": []}}}


def named(value: object) -> str | None:
    return value.id if isinstance(value, Fix) else value if isinstance(value, str) else None


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_hardened_site_is_safe(lab: Lab, scenario: str) -> None:
    assert isinstance(lab.probe(scenario).verdict, Safe), lab.probe(scenario)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_misconfigured_site_is_found_vulnerable_with_evidence_in_the_patients_terms(
    lab: Lab, scenario: str
) -> None:
    lab.misconfigure(scenario)
    verdict = lab.probe(scenario).verdict
    assert isinstance(verdict, Vulnerable)
    exposure = verdict.evidence.exposure
    assert exposure is not None
    assert exposure.patients == FEW
    assert "name" in exposure.attributes
    assert exposure.samples
    assert all(len(row) == len(exposure.attributes) and all(row) for row in exposure.samples), exposure.samples
    assert verdict.evidence.steps


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_misconfiguration_opens_what_it_declares_and_nothing_else(lab: Lab, scenario: str) -> None:
    lab.misconfigure(scenario)
    found = {part.scenario.id for part in lab.probe_all().probed if part.vulnerable}
    assert found == {scenario, *weakness(scenario).scenario.also}


@pytest.mark.parametrize(("scenario", "fix"), FIXES, ids=named)
def test_every_repair_is_judged_as_its_reason_says(lab: Lab, scenario: str, fix: Fix) -> None:
    lab.misconfigure(scenario)
    lab.fix(scenario, weakness(scenario).scenario.fixes.index(fix) + 1)
    result = lab.check(scenario)
    assert result.grade.outcome is fix.outcome, result
    assert result.passed is (fix.outcome is Outcome.REPAIRED)
    assert bool(result.grade.reasons) is not result.passed


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_doing_nothing_does_not_pass(lab: Lab, scenario: str) -> None:
    lab.misconfigure(scenario)
    assert lab.check(scenario).grade.outcome is Outcome.STILL_OPEN


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_switching_everything_off_stops_the_hospital(lab: Lab, scenario: str) -> None:
    lab.misconfigure(scenario)
    lab.change(OFF)
    result = lab.check(scenario)
    assert result.grade.outcome is Outcome.STOPS_HOSPITAL
    assert [step.id for step in result.grade.day.stopped] == [
        "ct-stores", "workstation-retrieves", "doctor-views", "administrator-works",
    ]  # fmt: skip


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_dead_archive_is_not_checked_and_does_not_pass(lab: Lab, scenario: str) -> None:
    lab.misconfigure(scenario)
    lab.sandbox.stop()
    try:
        assert isinstance(lab.probe(scenario).verdict, NotChecked)
        result = lab.check(scenario)
        assert (result.passed, result.grade.outcome) == (False, None)
    finally:
        lab.start(with_parent=True)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_archive_that_hangs_is_not_checked(lab: Lab, chaos: Chaos, scenario: str) -> None:
    lab.misconfigure(scenario)
    chaos.kill("orthanc-stop")
    try:
        assert isinstance(lab.probe(scenario).verdict, NotChecked)
    finally:
        chaos.kill("orthanc")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_logs_show_the_intrusion_exactly_where_the_scenario_says(lab: Lab, scenario: str) -> None:
    lab.misconfigure(scenario)
    for trace, lines in lab.traces(scenario).found:
        assert bool(lines) is (trace.pattern is not None), (trace.log, trace.log_level, lines)


def test_all_weaknesses_at_once_are_all_found(lab: Lab) -> None:
    lab.misconfigure()
    assert {part.scenario.id for part in lab.probe_all().probed if part.vulnerable} == set(SCENARIOS)


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
    assert [name for name, _ in result.grade.worse] == ["http-no-auth", "http-plaintext"]


# -- the files themselves ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_is_complete(scenario: str) -> None:
    part = weakness(scenario).scenario
    outcomes = [fix.outcome for fix in part.fixes]
    assert part.id == scenario
    assert outcomes.count(Outcome.REPAIRED) == 1
    assert len(outcomes) >= 3
    assert Outcome.STILL_OPEN in outcomes
    assert Outcome.STOPS_HOSPITAL in outcomes
    assert len({fix.id for fix in part.fixes}) == len(part.fixes)
    assert outcomes[0] is not Outcome.REPAIRED, "the first proposal is too easily the right one"
    assert len(part.hints) == 3
    assert part.references
    assert part.roles
    assert any(trace.pattern for trace in part.traces)
    assert all(name in SCENARIOS for name in part.also)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_catalogue_finds_a_scenario_by_its_file_name(scenario: str) -> None:
    module = weakness(scenario).probe_once.__module__
    assert module == "lab.scenarios." + scenario.replace("-", "_")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_fix_changes_the_broken_site(scenario: str) -> None:
    broken = weakness(scenario).scenario.broken(baseline())
    assert broken != baseline()
    for fix in weakness(scenario).scenario.fixes:
        assert fix(broken) != broken, fix.id


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_trace_patterns_are_regular_expressions(scenario: str) -> None:
    def pattern(trace: Trace) -> str:
        return re.sub(r"\{[a-z]+\}", "", trace.pattern or "")

    assert all(re.compile(pattern(trace)) for trace in weakness(scenario).scenario.traces)

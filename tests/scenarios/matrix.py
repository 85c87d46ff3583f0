"""Every weakness on a live sandbox: found when made, judged rightly when repaired rightly or wrongly.

The tests of one chapter of the catalogue; ``test_matrix_<chapter>.py`` says which, so that test processes share the chapters.
A new file in ``lab/scenarios`` is taken up by itself.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lab.api import Lab
from lab.catalogue import catalogue, probe_each, weakness
from lab.clients.clinic import clinic_day
from lab.course import grading
from lab.course.cards import Card
from lab.errors import LabError
from lab.model import Attribute, NotChecked, Safe, Vulnerable
from lab.probing.versions import flaws_of, version_of
from lab.scenario import Fix, Group, Outcome
from lab.site.render import DICOMWEB_PLUGIN
from lab.site.zones import Door, Zone
from tests.conftest import FEW

# Scenarios that need a part which not every machine or version of Orthanc has. Their probe says so.
MAY_LACK = {
    "aet-spoof": "in compose the archive sees the gateway's address for everybody",
    "dicomweb-open": "the DICOMweb plugin is a package of its own",
    "find-unlimited": "Orthanc 1.12.5 to 1.12.10 does not keep its own limits",
}
# Weaknesses through which the outsider gets no patient's record, with what is got instead.
NO_RECORDS = {
    "http-no-ratelimit": "guesses",
    "metrics-open": "counts",
    "outdated": "a version",
    "dicom-tls-no-client-cert": "an association",
    "dimse-any-called-aet": "an association",
    "dimse-default-aet": "a title",
    "dimse-echo-open": "an answer",
    "dimse-store-open": "a forged study in the archive",
    "rest-fs-write": "a file on the server",
    "store-evict": "the deletion of a patient",
    "store-overwrite": "the exchange of an image",
    "version-disclosure": "a version",
}
# Weaknesses whose records bear no date of an examination, with the reason.
UNDATED = {
    "dimse-worklist-open": "appointments are still to come",
    "http-plaintext": "the list of patients that the doctor opens has no date in it",
}
# What each repair that stops the hospital stops, if it is not the referring doctor alone, who works from outside.
CT, WORKSTATION, DOCTOR, ADMINISTRATOR = "ct-stores", "workstation-retrieves", "doctor-views", "administrator-works"
NOTHING_STORED = {CT, WORKSTATION, DOCTOR}  # what was not stored, nobody finds
STOPS = {
    "no-dicom": NOTHING_STORED,
    "nobody-stores": NOTHING_STORED,
    "nobody-certified": NOTHING_STORED,
    "no-worklist": NOTHING_STORED,
    "freeze": NOTHING_STORED,
    "no-entry": NOTHING_STORED,
    "nobody-fetches": {WORKSTATION},
    "no-queries": {WORKSTATION},
    "local-only": {DOCTOR, ADMINISTRATOR},
    "plain-off": {DOCTOR, ADMINISTRATOR},
    "clinic-only": {DOCTOR, ADMINISTRATOR},
    "close-https": {DOCTOR, ADMINISTRATOR},
    "forbid": {ADMINISTRATOR},
    "no-administrator": {ADMINISTRATOR},
    "read-only": {ADMINISTRATOR},
    "hospital-only": {CT, WORKSTATION, DOCTOR, ADMINISTRATOR},
}
# Weaknesses that concern the image of one patient who is not of the archive: the probe's own.
OWN_IMAGE = {"no-integrity", "polyglot-preamble"}


# Scenarios whose wrong repairs are judged in both sandboxes; those of the others with the native one.
FIRST_THREE = {"http-no-auth", "dimse-find-open", "http-plaintext"}
CURRENT_ORTHANC = {"outdated"}  # a current Orthanc tells its version, and has no known flaw


def of_group(group: Group) -> list[str]:
    """The ids of a chapter of the catalogue."""
    return [name for name, part in catalogue().items() if part.scenario.group is group]


def require(lab: Lab, scenario: str) -> None:
    """Skip where a part is missing that the scenario needs. Anything else that is not checked is a failure."""
    if scenario in MAY_LACK and lacking(lab, scenario):
        verdict = lab.probe(scenario).verdict
        if isinstance(verdict, NotChecked):
            pytest.skip(str(verdict.reason))
    if scenario in CURRENT_ORTHANC and not flaws_of(running_version(lab)):
        verdict = lab.probe(scenario).verdict
        assert isinstance(verdict, Safe)
        pytest.skip(str(verdict.evidence.summary))


def lacking(lab: Lab, scenario: str) -> bool:
    """Whether this sandbox lacks what the scenario needs, as far as one can tell without asking its probe."""
    if scenario == "aet-spoof":
        return lab.sandbox.kind == "compose"
    if scenario == "find-unlimited":
        return (1, 12, 5) <= running_version(lab) < (1, 12, 11)
    return lab.sandbox.kind == "compose" or not Path(DICOMWEB_PLUGIN).exists()


def running_version(lab: Lab) -> tuple[int, ...]:
    """Of the Orthanc in the sandbox. What is no release counts as older than any."""
    return version_of(lab.sandbox.health().archive.version or "") or ()


def shortened(kind: str) -> bool:
    """In containers, what concerns all weaknesses at once, or is about wrong repairs, is left to the native sandbox."""
    return kind == "compose" and not os.environ.get("PACSLAB_WHOLE_MATRIX")


def test_a_misconfiguration_is_found_and_opens_what_it_declares_and_nothing_else(
    lab: Lab, kind: str, scenario: str, attempts: list[str]
) -> None:
    lab.misconfigure(scenario)
    assert answering(lab) == {(endpoint.zone, endpoint.door) for endpoint in lab.sandbox.endpoints()}
    require(lab, scenario)
    opened = {scenario, *weakness(scenario).scenario.also}
    verdicts = probe_each(lab.live(), map(weakness, sorted(opened) if shortened(kind) else catalogue()))
    assert lab.sandbox.network.gateway(Zone.INTERNET) in attempts
    found = {name for name, verdict in verdicts.items() if isinstance(verdict, Vulnerable)}
    assert found <= opened
    hidden = {name for name in opened if isinstance(verdicts[name], NotChecked)}  # behind a graver one
    assert opened - found <= hidden | CURRENT_ORTHANC
    verdict = verdicts[scenario]
    assert isinstance(verdict, Vulnerable)
    assert verdict.evidence.steps
    if scenario == "outdated":  # it is the flaws of the version that runs here which are told, in either sandbox
        flaws = flaws_of(running_version(lab))
        assert lab.sandbox.health().archive.version in str(verdict.evidence.summary)
        told = [step.strip().partition(" (<")[0] for step in verdict.evidence.steps[-len(flaws) :]]
        assert told == [flaw.cve for flaw in flaws]
    exposure = verdict.evidence.exposure
    if scenario in NO_RECORDS:
        return
    assert exposure is not None
    assert exposure.patients == (1 if scenario in OWN_IMAGE else FEW)
    assert Attribute.NAME in exposure.attributes
    assert exposure.samples
    assert all(len(row) == len(exposure.attributes) and all(row) for row in exposure.samples), exposure.samples
    assert bool(exposure.since) is (scenario not in UNDATED)


def test_every_repair_is_judged_as_its_reason_says(
    lab: Lab, kind: str, scenario: str, fix: Fix, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shortened(kind) and scenario not in FIRST_THREE and fix.outcome is not Outcome.REPAIRED:
        pytest.skip("wrong repairs are judged with the native sandbox; PACSLAB_WHOLE_MATRIX=1 judges them here too")
    lab.misconfigure(scenario)
    require(lab, scenario)
    if fix.elsewhere:
        with pytest.raises(LabError, match="is not made in the site"):
            lab.fix(scenario, weakness(scenario).scenario.fixes.index(fix) + 1)
        return
    lab.fix(scenario, weakness(scenario).scenario.fixes.index(fix) + 1)
    if fix.outcome is Outcome.STILL_OPEN and not os.environ.get("PACSLAB_WHOLE_MATRIX"):
        # still open is so by its own probe, whatever else is open: that is not asked each time
        monkeypatch.setattr(grading, "probe_each", lambda site, others: {})
    result = lab.check(scenario)
    assert result.grade.outcome is fix.outcome, list(map(str, result.grade.reasons))
    if fix.outcome is Outcome.STILL_OPEN:
        assert isinstance(result.grade.verdict, Vulnerable), "open by itself, not for something else that got worse"
    if fix.outcome is Outcome.STOPS_HOSPITAL:
        assert isinstance(result.grade.verdict, Safe)
        assert result.grade.worse == ()
        assert {step.id for step in result.grade.day.stopped} == STOPS.get(fix.id, {DOCTOR})
    assert result.passed is (fix.outcome is Outcome.REPAIRED)
    assert str(fix.why) in readable(result.card())
    assert bool(result.grade.reasons) is not result.passed
    if "administrator-works" in {step.id for step in result.grade.day.stopped}:
        lab.harden()
        clinic_day(lab.live())  # nobody could take the day's study out again: the next tests count the patients


def test_doing_nothing_does_not_pass(lab: Lab, scenario: str) -> None:
    if scenario not in FIRST_THREE and not os.environ.get("PACSLAB_WHOLE_MATRIX"):
        pytest.skip("its probe was Vulnerable above; PACSLAB_WHOLE_MATRIX=1 has it checked as a whole, too")
    lab.misconfigure(scenario)
    require(lab, scenario)
    assert lab.check(scenario).grade.outcome is Outcome.STILL_OPEN


def test_the_probe_leaves_the_archive_as_it_was(lab: Lab, scenario: str) -> None:
    lab.misconfigure(scenario)
    before, start = contents(lab), last_change(lab)
    lab.probe(scenario)
    assert contents(lab) == before
    assert weakness(scenario).scenario.alone or not new_instances(lab, start), "others run beside it"


def test_the_logs_show_the_intrusion_exactly_where_the_scenario_says(lab: Lab, scenario: str) -> None:
    lab.misconfigure(scenario)
    require(lab, scenario)
    lab.look()
    for trace, lines in lab.traces(scenario).found:
        assert bool(lines) is (trace.pattern is not None), (trace.log, trace.log_level, lines)


def answering(lab: Lab) -> set[tuple[Zone, Door]]:
    """Which doors accept connections in which zones. Asked from every station."""
    site = lab.live()
    return {(at.zone, door) for at in site.network.stations for door in Door if site.answers(at, door)}


def readable(card: Card) -> str:
    """A card's text, without the frame and the line ends that its width makes."""
    return " ".join(line.strip("│ ") for line in card.to_text(10_000).splitlines())


def contents(lab: Lab) -> dict[str, object]:
    """What the archive holds: its patients, studies and instances, and whom it knows. Read at the archive's own port."""
    site = lab.live()
    with site.console(site.account("administrator")) as archive:
        names = ("patients", "studies", "instances", "modalities", "peers", "queries")
        return {name: sorted(archive.get(f"/{name}").json()) for name in names}


def last_change(lab: Lab) -> int:
    """The number of the archive's last change."""
    site = lab.live()
    with site.console(site.account("administrator")) as archive:
        return int(archive.get("/changes?last").json()["Last"])


def new_instances(lab: Lab, since: int) -> list[object]:
    """What was stored after this change, whether or not it is still there."""
    site = lab.live()
    with site.console(site.account("administrator")) as archive:
        changes = archive.get("/changes", params={"since": since, "limit": 1000}).json()["Changes"]
    return [change for change in changes if change["ChangeType"] == "NewInstance"]


def assert_hardened(lab: Lab, group: Group) -> None:
    """On the hardened site every probe of a chapter is Safe, or says why it cannot tell."""
    verdicts = {part.scenario.id: part.verdict for part in lab.probe_all().probed if part.scenario.group is group}
    assert [name for name, verdict in verdicts.items() if not isinstance(verdict, Safe | NotChecked)] == []
    assert {name for name, verdict in verdicts.items() if isinstance(verdict, NotChecked)} <= {*MAY_LACK, "outdated"}

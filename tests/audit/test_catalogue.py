"""Auditor and course know the same weaknesses: what a scenario breaks the auditor finds, what is repaired it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lab.api import Lab
from lab.audit import Report, audit
from lab.audit.rules import rules
from lab.catalogue import catalogue
from lab.notebooks import notebook_of
from lab.scenario import Scenario
from lab.site.baseline import baseline
from lab.site.config import SiteConfig
from lab.site.render import render
from lab.site.zones import Network
from tests.audit.support import found, write

# Scenarios that no configuration file shows, each with the reason. Everything else the auditor must find.
NOT_IN_CONFIGURATION = {
    "at-rest-plain": "file permissions and disk encryption belong to the host",
    "authz-overbroad": "the site always has a Lua filter; what it lets through stands in Lua, which the audit does not read",
    "bind-all": "what a container publishes stands in its compose file; held by a test of its own below",
    "deid-incomplete": "a request to /anonymize, not a setting",
    "no-integrity": "whether somebody verifies is a scheduled job, not a setting",
    "outdated": "the version is told to the auditor, the site does not hold it",
    "phi-in-export-names": "how Orthanc names files in an archive, not a setting",
    "test-environment": "a copy that is made by hand, not a setting",
    "polyglot-preamble": "a Lua filter zeroes the preamble; the audit does not read Lua",
    "version-disclosure": "Orthanc's own answers, which a filter at the proxy rewrites",
}
SCENARIOS = [weakness.scenario for weakness in catalogue().values() if weakness.id not in NOT_IN_CONFIGURATION]
ROOT = Path(__file__).resolve().parents[2]
PART_3 = {
    "http-no-auth", "http-default-creds", "http-plaintext", "http-no-ratelimit", "authz-overbroad", "open-viewer", "dicomweb-open",
    "cors-wildcard", "webdav-open", "lua-exec", "rest-fs-write", "rest-exfil", "metrics-open", "version-disclosure", "bind-all",
    "dimse-any-called-aet", "dimse-default-aet", "dimse-echo-open", "dimse-find-open", "dimse-worklist-open", "dimse-get-open",
    "dimse-move-open", "dimse-store-open", "store-overwrite", "store-evict", "aet-spoof", "dicom-no-tls", "dicom-tls-no-client-cert",
    "find-unlimited", "no-audit", "phi-in-logs", "at-rest-plain", "public-backup", "phi-in-export-names", "deid-incomplete",
    "polyglot-preamble", "no-integrity", "outdated",
}  # fmt: skip


def audited_site(folder: Path, site: SiteConfig) -> Report:
    # The addresses of the compose sandbox: those of the native one are loopback, which the auditor rightly takes for harmless.
    files = render(site, Network.compose("198.19"), "/srv/pacslab/control/1").files
    return audit([write(folder, name, files[name]) for name in ("orthanc.json", "nginx.conf")])


def shown(report: Report, scenario: str) -> set[str]:
    return {finding.rule.id for finding in report.findings if finding.rule.scenario == scenario}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_a_scenario_is_found_when_broken_and_not_when_repaired(scenario: Scenario, tmp_path: Path) -> None:
    broken = scenario.broken(baseline())
    advice = "add a rule to lab/audit/rules, or a reason to NOT_IN_CONFIGURATION"
    assert shown(audited_site(tmp_path, broken), scenario.id), advice
    assert not shown(audited_site(tmp_path, scenario.right_fix(broken)), scenario.id)


def test_the_auditor_finds_nothing_in_the_hardened_baseline(tmp_path: Path) -> None:
    assert found(audited_site(tmp_path, baseline())) == set()


OVERLAYS: list[tuple[str, dict[str, Any]]] = [
    ("http-default-creds", {"users": {"orthanc": {"password": "orthanc"}}}),
    ("http-no-ratelimit", {"gateway": {"requests_per_second": None, "logins_per_second": None}}),
    ("http-no-auth", {"gateway": {"lends": {"/studies": "dr.moreau"}}}),
    ("dicomweb-open", {"dicomweb": {"enabled": True}, "gateway": {"lends": {"/": "dr.moreau"}}}),
    ("open-viewer", {"orthanc": {"AuthenticationEnabled": False}}),
    ("dicomweb-open", {"orthanc": {"AuthenticationEnabled": False, "DicomWeb": {"Enable": True}}}),
    ("cors-wildcard", {"gateway": {"headers": {"Access-Control-Allow-Origin": "*"}}}),
    ("webdav-open", {"orthanc": {"WebDavEnabled": True}}),
    ("lua-exec", {"orthanc": {"ExecuteLuaEnabled": True}}),
    ("rest-fs-write", {"orthanc": {"RestApiWriteToFileSystemEnabled": True}}),
    ("rest-exfil", {"orthanc": {"AuthenticationEnabled": False}}),
    ("metrics-open", {"orthanc": {"MetricsEnabled": True}}),
    ("dimse-any-called-aet", {"orthanc": {"DicomCheckCalledAet": False}}),
    ("dimse-default-aet", {"orthanc": {"DicomAet": "ORTHANC"}}),
    ("dimse-echo-open", {"orthanc": {"DicomAlwaysAllowEcho": True}}),
    ("dimse-worklist-open", {"orthanc": {"DicomAlwaysAllowFindWorklist": True}}),
    ("dimse-get-open", {"orthanc": {"DicomAlwaysAllowGet": True}}),
    ("dimse-move-open", {"orthanc": {"DicomAlwaysAllowMove": True}}),
    ("dimse-store-open", {"orthanc": {"DicomAlwaysAllowStore": True}}),
    ("store-overwrite", {"orthanc": {"OverwriteInstances": True}}),
    ("store-evict", {"orthanc": {"MaximumPatientCount": 2}}),
    ("aet-spoof", {"orthanc": {"DicomCheckModalityHost": False}}),
    ("dicom-tls-no-client-cert", {"orthanc": {"DicomTlsEnabled": True, "DicomTlsRemoteCertificateRequired": False}}),
    ("find-unlimited", {"orthanc": {"LimitFindResults": 0}}),
    ("no-audit", {"gateway": {"access_log": False}}),
    ("phi-in-logs", {"orthanc": {"DeidentifyLogs": False}}),
]


@pytest.mark.parametrize(("weakness", "overlay"), OVERLAYS, ids=lambda value: value if isinstance(value, str) else "")
def test_each_way_of_facts_to_make_a_weakness_is_found(weakness: str, overlay: dict[str, Any], tmp_path: Path) -> None:
    assert weakness in found(audited_site(tmp_path, baseline().changed(overlay)))


def test_the_projects_own_compose_file_publishes_on_loopback_and_the_auditor_sees_when_it_would_not(
    tmp_path: Path,
) -> None:
    archive = "services: {archive: {image: 'orthancteam/orthanc:26.8.1', ports: ['%s']}}"
    published = {
        port: "bind-all" in found(audit([write(tmp_path / str(number), "docker-compose.yml", archive % port)]))
        for number, port in enumerate(("8042:8042", "127.0.0.1:8042:8042"))
    }
    assert published == {"8042:8042": True, "127.0.0.1:8042:8042": False}
    lab = Lab.__new__(Lab)  # needs no home and no sandbox
    own = lab.compose_file()
    assert {(port.container, port.address) for port in own.ports} == {
        ("gateway", "127.0.0.1"),
        ("notebooks", "127.0.0.1"),
    }
    assert own.own_findings == ()
    assert [line[0] for line in own.changes] == ["-", "-", "+", "+", "-", "+"]
    assert own.findings == ("bind-all: Port 8042 of gateway is published on every address.",)


def test_every_rule_is_tied_to_a_weakness_of_the_course_and_documents_itself() -> None:
    for rule in rules().values():
        assert rule.scenario in PART_3, rule.id
        assert rule.id not in PART_3 or rule.scenario == rule.id
        assert rule.references or rule.id in {"dicomweb-open"}, rule.id
        assert rule.find.__doc__, rule.id


def test_the_excuses_name_weaknesses_of_the_course() -> None:
    assert set(NOT_IN_CONFIGURATION) <= set(catalogue())


def test_the_course_has_every_weakness_that_the_facts_list_and_no_other() -> None:
    assert set(catalogue()) == PART_3


def test_the_notebook_of_a_scenario_is_found() -> None:
    assert notebook_of("http-no-auth") == "01_http_no_auth.ipynb"
    assert notebook_of("no-such-scenario") is None

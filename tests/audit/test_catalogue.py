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
from lab.scenario import Fix, Outcome, Scenario
from lab.site.baseline import baseline
from lab.site.config import SiteConfig
from lab.site.render import render
from lab.site.zones import Network
from tests.audit.support import found, write

# Scenarios that no configuration file shows, each with the reason. Everything else the auditor must find.
NOT_IN_CONFIGURATION = {
    "at-rest-plain": "file permissions and disk encryption belong to the host",
    "authz-overbroad": "the site always has a Lua filter; what it lets through stands in Lua, which the audit does not read",
    "deid-incomplete": "a request to /anonymize, not a setting",
    "no-integrity": "whether somebody verifies is a scheduled job, not a setting",
    "outdated": "which version runs is told to the auditor; that the site tells it to everybody is version-disclosure's",
    "phi-in-export-names": "how Orthanc names files in an archive, not a setting",
    "test-environment": "a copy that is made by hand, not a setting",
    "polyglot-preamble": "a Lua filter zeroes the preamble; the audit does not read Lua",
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
# what the course has besides: the fault behind the survey, a copy of production made for developers
BESIDES = {"test-environment"}


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


# Repairs that leave the weakness open, and that the auditor takes for good: each with what it cannot see.
TAKEN_FOR_GOOD = {
    ("no-audit", "access-log"): "the archive's audit lines are Lua's, which the audit does not read",
    (
        "open-viewer",
        "no-pages",
    ): "the pages are gone; that anybody gets the images without them is http-no-auth's finding",
    ("phi-in-logs", "deidentify"): "the level of the log is an argument of Orthanc's command line, held by log-trace",
    ("public-backup", "no-listing"): "that a backup lies below a web root stands in no configuration",
    ("rest-exfil", "accounts-without-roles"): "what an account may do stands in Lua, which the audit does not read",
    ("version-disclosure", "system-only"): "every archive behind a proxy names itself when it asks for the password",
}
WRONG = [
    (scenario, fix)
    for scenario in SCENARIOS
    for fix in scenario.fixes
    if fix.outcome is Outcome.STILL_OPEN and not fix.elsewhere
]


@pytest.mark.parametrize(("scenario", "fix"), WRONG, ids=lambda part: part.id)
def test_a_wrong_repair_is_not_called_clean(scenario: Scenario, fix: Fix, tmp_path: Path) -> None:
    report = audited_site(tmp_path, scenario.broken(baseline()).changed(fix.overlay))
    assert bool(shown(report, scenario.id)) is ((scenario.id, fix.id) not in TAKEN_FOR_GOOD)


def test_the_auditor_finds_nothing_in_the_hardened_baseline(tmp_path: Path) -> None:
    assert found(audited_site(tmp_path, baseline())) == set()


OVERLAYS: list[tuple[str, dict[str, Any]]] = [
    ("http-default-creds", {"users": {"orthanc": {"password": "orthanc"}}}),
    ("http-no-ratelimit", {"gateway": {"requests_per_second": None, "logins_per_second": None}}),
    ("http-no-auth", {"gateway": {"lends": {"/studies": "dr.moreau"}}}),
    ("dicomweb-open", {"dicomweb": {"enabled": True}, "gateway": {"lends": {"/": "dr.moreau"}}}),
    *[
        ("http-no-auth", {"gateway": {"lends": {path: "dr.moreau"}}})
        for path in ("/patients", "/instances/", "/tools/", "/tools/find", "/app/", "/changes")
    ],
    ("webdav-open", {"orthanc": {"WebDavEnabled": True}, "gateway": {"lends": {"/webdav/": "dr.moreau"}}}),
    ("version-disclosure", {"gateway": {"lends": {"/system": "dr.moreau"}}}),
    (
        "metrics-open",
        {"orthanc": {"MetricsEnabled": True}, "gateway": {"lends": {"/tools/metrics-prometheus": "dr.moreau"}}},
    ),
    ("bind-all", {"gateway": {"publish": {"http": ["internet"]}}}),
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
    # with certificates on both sides, the other remedy of FACTS, a borrowed title gains nothing
    ("aet-spoof", {"orthanc": {"DicomCheckModalityHost": False, "DicomTlsEnabled": False}}),
    ("aet-spoof", {"orthanc": {"DicomCheckModalityHost": False, "DicomTlsRemoteCertificateRequired": False}}),
    ("dicom-tls-no-client-cert", {"orthanc": {"DicomTlsEnabled": True, "DicomTlsRemoteCertificateRequired": False}}),
    ("find-unlimited", {"orthanc": {"LimitFindResults": 0}}),
    ("no-audit", {"gateway": {"access_log": False}}),
    ("phi-in-logs", {"orthanc": {"DeidentifyLogs": False}}),
]


@pytest.mark.parametrize(("weakness", "overlay"), OVERLAYS, ids=lambda value: value if isinstance(value, str) else "")
def test_each_way_of_facts_to_make_a_weakness_is_found(weakness: str, overlay: dict[str, Any], tmp_path: Path) -> None:
    assert weakness in found(audited_site(tmp_path, baseline().changed(overlay)))


@pytest.mark.parametrize(
    ("place", "rules_"),
    [
        ("location ~ ^/(studies|series)", {"http-no-auth"}),
        ("location = /system", {"version-disclosure"}),
        ("location /dicom-web/studies", {"dicomweb-open"}),
        ("location /app/", {"http-no-auth"}),
        ("location /", {"http-no-auth", "dicomweb-open"}),
    ],
)
def test_a_proxy_that_logs_in_for_everybody_is_found_wherever_it_does(
    place: str, rules_: set[str], tmp_path: Path
) -> None:
    users = {"AuthenticationEnabled": True, "RegisteredUsers": {"radio": "sarbacane-oseille-19"}}
    orthanc = write(tmp_path, "orthanc.json", {"DicomServerEnabled": False, "DicomWeb": {"Enable": True}, **users})
    login = 'proxy_set_header Authorization "Basic eDp5";'
    server = "server {{ listen 443 ssl; limit_req zone=a; {place} {{ {login} proxy_pass http://127.0.0.1:8042; }} }}"
    proxy = write(tmp_path, "a.conf", server.format(place=place, login=login))
    assert found(audit([orthanc, proxy])) == rules_
    asking = server.format(place=place, login=login + " auth_basic hospital;")
    assert found(audit([orthanc, write(tmp_path, "a.conf", asking)])) == set()


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


def test_a_rule_is_as_grave_as_its_scenario_or_says_why_not() -> None:
    for rule in rules().values():
        differs = rule.id in catalogue() and rule.severity is not catalogue()[rule.id].scenario.severity
        assert ("Severity: " in rule.note) is differs, rule.id


def test_the_excuses_name_weaknesses_of_the_course() -> None:
    assert set(NOT_IN_CONFIGURATION) <= set(catalogue())


def test_the_course_has_every_weakness_that_the_facts_list_and_one_besides() -> None:
    assert set(catalogue()) == PART_3 | BESIDES


def test_the_notebook_of_a_scenario_is_found() -> None:
    assert notebook_of("http-no-auth") == "01_http_no_auth.ipynb"
    assert notebook_of("no-such-scenario") is None

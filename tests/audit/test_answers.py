"""``pacslab audit``: its answers, their forms, its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lab.audit import audit
from lab.audit.harden import harden
from lab.audit.rules import rules
from lab.cli import main
from lab.i18n import use_language
from tests.audit.support import SAMPLES, audited, found, sample_files, write

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
DEMO = SAMPLES / "seen" / "image-basic"
GOOD = SAMPLES / "seen" / "secured"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["audit", *map(str, arguments)], env={"COLUMNS": "120"})


def test_the_exit_code_is_0_when_clean_1_when_something_is_found_2_when_it_cannot(tmp_path: Path) -> None:
    assert run(GOOD).exit_code == 0
    assert run(DEMO).exit_code == 1
    assert run(write(tmp_path, "a.json", "{")).exit_code == 2
    assert run(tmp_path / "missing.json").exit_code == 2
    assert run().exit_code == 2
    assert run(DEMO, "--json", "--sarif").exit_code == 2
    assert run("--explain", "no-such-rule").exit_code == 2


def test_fail_on_says_what_is_grave_enough(tmp_path: Path) -> None:
    path = write(
        tmp_path, "orthanc.json", {"DicomAet": "ORTHANC", "DicomServerEnabled": True, "DicomTlsEnabled": False}
    )
    assert [run(path, "--fail-on", level).exit_code for level in ("low", "medium", "high", "critical")] == [1, 1, 0, 0]


def test_the_table_is_grouped_by_severity_with_file_line_and_remedy() -> None:
    text = run(DEMO).output
    places = [text.index(f"{word} (") for word in ("critical", "high", "medium", "low")]
    assert places == sorted(places)
    assert "docker-compose.yml:10" in text
    assert 'ports: ["127.0.0.1:80:8042"]' in text
    assert "DicomAlwaysAllowStore is not set; it is true by" in text
    assert text.rstrip().endswith("More on each: pacslab audit --explain http-default-creds")


def test_json_says_what_comes_from_a_default() -> None:
    report = json.loads(run(DEMO, "--json").output)
    assert report["summary"] == {"critical": 1, "high": 2, "medium": 4, "low": 7}
    by_id = {entry["id"]: entry for entry in report["findings"]}
    creds, store = by_id["http-default-creds"], by_id["dimse-store-open"]
    assert (creds["file"], creds["line"], creds["from_default"]) == (str(DEMO / "docker-compose.yml"), 10, False)
    assert (store["from_default"], store["remedy"]) == (True, 'ORTHANC__DICOM_ALWAYS_ALLOW_STORE: "false"')


@pytest.mark.parametrize("sample", [DEMO, GOOD, SAMPLES / "unseen" / "explorer2"], ids=lambda path: path.name)
def test_sarif_is_valid_and_points_to_the_lines(sample: Path) -> None:
    log: dict[str, Any] = json.loads(run(*sample_files(sample), "--sarif").output)
    from jsonschema import Draft4Validator  # its formats take three seconds to load, in each test process

    Draft4Validator(SCHEMA).validate(log)
    (run_,) = log["runs"]
    assert [rule["id"] for rule in run_["tool"]["driver"]["rules"]] == list(rules())
    assert len(run_["results"]) == len(audit(sample_files(sample)).findings)
    for result in run_["results"]:
        location = result["locations"][0]["physicalLocation"]
        assert (
            location["artifactLocation"]["uri"].startswith(f"tests/audit/samples/{sample.parent.name}/")
            or Path.cwd() != Path(__file__).parents[2]
        )
        assert location["region"]["startLine"] >= 1
        assert run_["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_two_findings_of_one_rule_have_fingerprints_of_their_own_which_stay_when_lines_move(tmp_path: Path) -> None:
    text = "server { listen 80; location / { proxy_pass http://orthanc:8042; } }\n" * 2

    def marks(content: str) -> list[str]:
        log = json.loads(run(write(tmp_path, "a.conf", content), "--sarif").output)
        return [result["partialFingerprints"]["pacslab/v2"] for result in log["runs"][0]["results"]]

    before = marks(text)
    assert len(set(before)) == len(before) == 4
    assert marks("# a line more\n" + text) == before


def test_other_json_is_left_alone_and_said(tmp_path: Path) -> None:
    write(tmp_path, "orthanc.json", {"Name": "Radio"})
    write(tmp_path, "package.json", {"name": "viewer", "version": "1.0.0", "dependencies": {"ohif": "3"}})
    report = json.loads(run(tmp_path, "--json").output)
    assert report["skipped"] == [str(tmp_path / "package.json")]
    assert {finding["file"] for finding in report["findings"]} == {str(tmp_path / "orthanc.json")}
    assert "package.json was not looked at" in " ".join(run(tmp_path).output.split())
    assert run(tmp_path / "package.json").exit_code == 2


def test_what_is_not_listed_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, "a.conf", "server { listen 80; location / { proxy_pass http://orthanc:8042; } }\n" * 201)
    assert json.loads(run(path, "--json").output)["cut"] == ["http-plaintext", "http-no-ratelimit"]
    assert "http-plaintext applies to more than 200 places" in " ".join(run(path).output.split())


def test_the_names_of_files_are_percent_encoded_in_sarif(tmp_path: Path) -> None:
    log = json.loads(run(write(tmp_path, "my archive é.json", {}), "--sarif").output)
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in log["runs"][0]["results"]
    }
    assert len(uris) == 1
    assert uris.pop().endswith("my%20archive%20%C3%A9.json")


def test_explain_names_the_notebook_and_the_references() -> None:
    text = run("--explain", "http-no-auth").output
    assert "Try it: notebook 01_http_no_auth.ipynb, or pacslab misconfigure http-no-auth." in text
    assert "CWE-306: Missing Authentication for Critical Function" in text
    assert json.loads(run("--explain", "lua-exec", "--json").output)["scenario"] == "lua-exec"
    answer = run("--explain", "http-no-outh")
    assert answer.stderr.splitlines()[-1] == "→ Did you mean http-no-auth?"


@pytest.mark.parametrize("rule", list(rules()))
def test_every_rule_can_be_explained_in_both_languages(rule: str) -> None:
    for language in ("en", "fr"):
        with use_language(language):
            assert run("--explain", rule).exit_code == 0


OPEN = """{
  // the archive of radiology
  "Name" : "Radio", /* keep me */
  "RemoteAccessAllowed" : true,
  "AuthenticationEnabled" : false,  // until Monday
  "RegisteredUsers" : { "radio" : "sarbacane-oseille-19" },
  "MyOwnKey" : { "a" : [1, 2] },
  "DicomAlwaysAllowFind" : true,
  "DicomModalities" : { "ct" : [ "CT1", "10.0.0.5", 104 ] }
  // the end
}
"""


def test_a_known_password_is_left_for_people_also_where_nobody_is_asked_for_it_yet(tmp_path: Path) -> None:
    options = {"RemoteAccessAllowed": True, "AuthenticationEnabled": False, "RegisteredUsers": {"orthanc": "orthanc"}}
    hardening = harden(audited(tmp_path, options))
    assert '"AuthenticationEnabled": true' in hardening.files[0].text
    (left,) = [finding for finding in hardening.by_hand if finding.rule.id == "http-default-creds"]
    assert str(left.hit.message).startswith("Nobody is asked for a password yet; that of orthanc is")
    assert audited(tmp_path, options | {"AuthenticationEnabled": True}).of("http-default-creds")


def test_hardening_mends_in_place_and_keeps_comments_and_unknown_keys(tmp_path: Path) -> None:
    report = audited(tmp_path, OPEN)
    hardening = harden(report)
    (file,) = hardening.files
    assert (
        file.text
        == """{
  // the archive of radiology
  "Name" : "Radio", /* keep me */
  "RemoteAccessAllowed" : true,
  "AuthenticationEnabled" : true,  // until Monday
  "RegisteredUsers" : { "radio" : "sarbacane-oseille-19" },
  "MyOwnKey" : { "a" : [1, 2] },
  "DicomAlwaysAllowFind" : false,
  "DicomModalities" : { "ct" : [ "CT1", "10.0.0.5", 104 ] },
  // the end
  "DicomAlwaysAllowEcho": false,
  "DicomAlwaysAllowStore": false,
  "DicomCheckCalledAet": true,
  "DicomCheckModalityHost": true,
  "LimitFindResults": 100,
  "MetricsEnabled": false,
  "WebDavEnabled": false
}
"""
    )
    left = {finding.rule.id for finding in hardening.by_hand}
    assert left == {"http-plaintext", "dicom-no-tls", "dimse-default-aet", "find-unlimited"}
    assert found(audited(tmp_path, file.text)) == left
    assert '-  "DicomAlwaysAllowFind" : true,' in file.difference
    assert '+  "DicomAlwaysAllowFind" : false,' in file.difference


@pytest.mark.parametrize(
    "text",
    ["{}", "{\n}\n", '{"Name": "a"}', '{"Name": "a",}', '{\n  "Name": "a", // b, c\n}', '{ "Name": "a" /* , */ }'],
)
def test_hardening_puts_the_commas_right(tmp_path: Path, text: str) -> None:
    (file,) = harden(audited(tmp_path, text)).files
    assert "dimse-echo-open" not in found(audited(tmp_path, file.text))


def test_hardening_a_compose_file_binds_ports_and_adds_variables(tmp_path: Path) -> None:
    path = write(tmp_path, "docker-compose.yml", (DEMO / "docker-compose.yml").read_text("utf-8"))
    hardening = harden(audit([path]))
    (file,) = hardening.files
    assert 'ports: ["104:4242", "127.0.0.1:80:8042"]' in file.text  # modalities still reach the archive
    assert "# The smallest useful project" in file.text
    after = audit([write(tmp_path, "docker-compose.yml", file.text)])
    assert "http-plaintext" not in found(after)
    (left,) = after.of("bind-all")
    assert str(left.hit.message) == "Port 4242 of {} is published on every address.".format(
        left.hit.message.params["name"]
    )
    assert "bind-all" in {finding.rule.id for finding in hardening.by_hand}


def test_hardening_never_makes_an_archive_compare_addresses_that_a_container_or_a_proxy_hides(tmp_path: Path) -> None:
    modalities = {"DicomModalities": {"ct": ["CT1", "10.0.0.5", 104]}}
    stream = "stream { server { listen 11112; proxy_pass 127.0.0.1:4242; } }"
    project = "services: {pacs: {image: 'orthancteam/orthanc:26.8.1', ports: ['4242:4242'], volumes: ['./orthanc.json:/etc/orthanc/orthanc.json']}}"
    hidden = {}
    for name, text in (("alone.conf", "events {}"), ("nginx.conf", stream), ("docker-compose.yml", project)):
        orthanc, other = write(tmp_path / name, "orthanc.json", modalities), write(tmp_path / name, name, text)
        hidden[name] = "aet-spoof" in {finding.rule.id for finding in harden(audit([orthanc, other])).by_hand}
    assert hidden == {"alone.conf": False, "nginx.conf": True, "docker-compose.yml": True}


def test_hardening_leaves_to_people_what_could_stop_the_hospital(tmp_path: Path) -> None:
    options = {"DicomModalities": {"ct": ["CT1", "ct.hospital.example", 104]}}
    assert "aet-spoof" in {finding.rule.id for finding in harden(audited(tmp_path, options)).by_hand}
    assert "dimse-store-open" in {finding.rule.id for finding in harden(audited(tmp_path, {})).by_hand}


def test_what_is_missing_goes_into_the_file_that_says_the_most(tmp_path: Path) -> None:
    write(tmp_path, "credentials.json", {"RegisteredUsers": {"radio": "sarbacane-oseille-19"}})
    write(tmp_path, "orthanc.json", {"Name": "Radio", "DicomAet": "RADIO"})
    report = audit([tmp_path])
    assert {finding.place.file for finding in report.findings} == {str(tmp_path / "orthanc.json")}
    assert [file.source.path.name for file in harden(report).files] == ["orthanc.json"]


def test_harden_prints_the_files_and_the_difference_and_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "orthanc.json", OPEN)
    answer = run(path, "--harden")
    assert answer.exit_code == 1
    assert f"Hardened: {path}" in answer.output
    assert "Left for you" in answer.output
    assert path.read_text("utf-8") == OPEN
    data = json.loads(run(path, "--harden", "--json").output)
    assert data["files"][0]["text"] == harden(audit([path])).files[0].text


@pytest.mark.parametrize(
    "environment",
    [
        '["ORTHANC__EXECUTE_LUA_ENABLED=true"]',
        "[ORTHANC__EXECUTE_LUA_ENABLED=true, OTHER=1]",
        "\n      - ORTHANC__EXECUTE_LUA_ENABLED=true  # for the viewer",
        "\n      - 'ORTHANC__EXECUTE_LUA_ENABLED=true'",
        '\n      ORTHANC__EXECUTE_LUA_ENABLED: "true"',
        "{ORTHANC__EXECUTE_LUA_ENABLED: true}",
    ],
)
def test_variables_of_lists_and_mappings_are_mended_alike(environment: str, tmp_path: Path) -> None:
    text = (
        f"services:\n  a:\n    image: orthancteam/orthanc\n    ports: ['4242:4242']\n    environment: {environment}\n"
    )
    report = audit([write(tmp_path, "compose.yml", text)])
    assert "lua-exec" in found(report)
    (file,) = harden(report).files
    assert file.text.count("ORTHANC__EXECUTE_LUA_ENABLED") == 1
    assert ("# for the viewer" in file.text) is ("# for the viewer" in text)
    assert "lua-exec" not in found(audit([write(tmp_path, "compose.yml", file.text)]))

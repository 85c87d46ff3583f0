"""``pacslab`` on the command line: what it prints, its JSON, its exit codes."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lab.api import Lab
from lab.cli import main
from lab.errors import LabError
from lab.i18n import t


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lab", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, timeout=60)


def test_every_command_explains_itself_with_an_example() -> None:
    for name in main.commands:
        answer = run(name, "--help")
        assert answer.exit_code == 0
        assert "Examples:" in answer.output
        assert f"pacslab {name}" in answer.output, name


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (LabError(t("No.")), 2, "pacslab: No.\n"),
        (
            sqlite3.DatabaseError("file is not a database"),
            2,
            "file is not a database\npacslab: DatabaseError: that was not foreseen",
        ),
        (OSError(28, "No space left on device"), 2, "No space left on device\npacslab: OSError: that was not foreseen"),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=["a refusal", "a damaged file", "a full disk", "Ctrl-C"],
)
def test_whatever_goes_wrong_is_told_apart_from_something_found(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(Lab, "status", fail)
    answer = run("status")
    assert (answer.exit_code, said in answer.stderr) == (code, True), answer.stderr


def test_every_command_that_answers_does_so_in_json_for_programs() -> None:
    speak = {name for name, verb in main.commands.items() if any("--json" in p.opts for p in verb.params)}
    assert {"status", "doctor", "stop", "logs", "open", "apply", "load", "probe", "check"} <= speak


def test_help_exists_in_french() -> None:
    answer = program("--help", PACSLAB_LANG="fr")
    assert answer.returncode == 0
    assert "archive d’imagerie" in answer.stdout.replace("'", "’")


def test_the_commands_stand_in_the_order_of_use() -> None:
    assert list(main.commands)[:4] == ["start", "stop", "status", "doctor"]


@pytest.mark.slow
def test_status_of_a_running_lab(lab: Lab) -> None:
    answer = run("status", "--json")
    status = json.loads(answer.output)
    assert answer.exit_code == 0
    assert (status["ready"], status["active"], status["archive"]["state"]) == (True, [], "ready")
    assert {entry["zone"] for entry in status["published"]} == {"clinic", "office", "internet"}


@pytest.mark.slow
def test_a_probe_exits_with_1_when_it_finds_something_and_0_when_not(lab: Lab) -> None:
    assert run("probe", "http-no-auth").exit_code == 0
    assert run("misconfigure", "http-no-auth").exit_code == 0
    answer = run("probe", "http-no-auth", "--json")
    assert answer.exit_code == 1
    found = json.loads(answer.output)
    assert (found["verdict"], found["exposure"]["patients"]) == ("vulnerable", 3)
    assert run("probe", "--all").exit_code == 1


@pytest.mark.slow
def test_the_whole_way_from_break_to_proven_repair(lab: Lab) -> None:
    chosen = ("http-no-auth", "http-plaintext", "dimse-find-open")  # the matrix in tests/scenarios goes it for all
    for scenario in chosen:
        assert run("misconfigure", scenario).exit_code == 0
        assert run("check", scenario).exit_code == 1
        before = lab.site
        assert run("fix", scenario, "--dry-run").exit_code == 0
        assert lab.site == before
        assert run("fix", scenario).exit_code == 0
        answer = run("check", scenario, "--json")
        assert answer.exit_code == 0
        result = json.loads(answer.output)
        assert (result["passed"], result["reasons"], set(result["day"].values())) == (True, [], {True})
    listed = json.loads(run("scenarios", "--json").output)["scenarios"]
    assert {entry["id"] for entry in listed if entry["solved"]} >= set(chosen)


def test_a_repair_that_no_site_can_make_is_told_and_not_made(lab: Lab) -> None:
    before = lab.site
    answer = run("fix", "outdated")
    assert answer.exit_code == 2
    assert answer.stderr.startswith(
        "pacslab: “Upgrade the archive” is not made in the site.\n→ End the lab (Ctrl-C, or ./pacslab stop) and type ./start.sh --newer-orthanc"
    )
    assert lab.site == before


def test_a_check_of_a_stopped_lab_exits_with_2(lab: Lab) -> None:
    lab.misconfigure("http-no-auth")
    lab.sandbox.stop()
    try:
        answer = run("check", "http-no-auth", "--json")
        assert (answer.exit_code, json.loads(answer.output)["outcome"]) == (2, None)
        assert run("probe", "http-no-auth").exit_code == 2
    finally:
        lab.start(with_parent=True)


def test_an_unknown_scenario_names_the_nearest_and_exits_with_2(lab: Lab) -> None:
    answer = run("probe", "http-no-outh")
    assert answer.exit_code == 2
    assert answer.stderr == "pacslab: There is no scenario 'http-no-outh'.\n→ Did you mean http-no-auth?\n"


@pytest.mark.parametrize("arguments", [("probe",), ("probe", "http-no-auth", "--all"), ("misconfigure",)])
def test_one_scenario_or_all_but_not_neither_nor_both(arguments: tuple[str, ...]) -> None:
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert "Name one scenario, or say --all." in answer.output


def test_a_repair_number_out_of_range_says_the_range(lab: Lab) -> None:
    answer = run("fix", "http-no-auth", "--option", "9")
    assert (answer.exit_code, answer.stderr.splitlines()[-1]) == (2, "→ Choose from 1 to 5.")


def test_a_site_is_printed_edited_and_applied(lab: Lab, tmp_path: Path) -> None:
    printed = run("site").output
    file = tmp_path / "my site.json"
    file.write_text(printed.replace('"LimitFindResults": 100', '"LimitFindResults": 50'), encoding="utf-8")
    answer = run("apply", str(file))
    assert answer.exit_code == 0
    assert '+    "LimitFindResults": 50,' in answer.output
    assert lab.site.orthanc["LimitFindResults"] == 50
    file.write_text(printed[:-20], encoding="utf-8")
    broken = run("apply", str(file))
    assert broken.exit_code == 2
    assert "is not readable as JSON: line" in broken.stderr
    assert lab.site.orthanc["LimitFindResults"] == 50
    file.write_text(printed, encoding="utf-8-sig")  # as the editor of Windows saves it
    changes = json.loads(run("apply", str(file), "--json").output)["changes"]
    assert [line for line in changes if line.startswith("+  ")] == ['+    "LimitFindResults": 100,']
    assert json.loads(run("apply", str(file), "--json").output) == {"changes": []}


def test_the_trainees_site_file_follows_what_runs(lab: Lab) -> None:
    lab.misconfigure("dimse-find-open")
    assert json.loads(lab.home.site_file.read_text())["orthanc"]["DicomAlwaysAllowFind"] is True
    assert run("apply").output.strip() == "Nothing changes."


def test_hints_come_one_after_the_other_and_the_last_stays(lab: Lab) -> None:
    numbers = [json.loads(run("hint", "http-plaintext", "--json").output)["hint"] for _ in range(4)]
    assert numbers == [1, 2, 3, 3]


def test_proposals_do_not_say_which_is_right(lab: Lab) -> None:
    answer = run("fix", "http-no-auth", "--list", "--json").output
    assert "outcome" not in answer
    assert len(json.loads(answer)["fixes"]) == 5


def test_logs_are_printed_and_an_unknown_log_lists_the_known(lab: Lab) -> None:
    assert "Orthanc has started" in run("logs", "orthanc", "--lines", "5").output
    told = json.loads(run("logs", "orthanc", "--lines", "5", "--json").output)
    assert (told["log"], len(told["lines"])) == ("orthanc", 5)
    answer = run("logs", "syslog")
    assert (answer.exit_code, answer.stderr.splitlines()[-1]) == (
        2, "→ There are: orthanc, gateway-access, gateway-stream, gateway-error, host.",
    )  # fmt: skip


def test_the_doctor_finds_this_machine_fit(lab: Lab) -> None:
    answer = run("doctor", "--json")
    diagnosis = json.loads(answer.output)
    assert (answer.exit_code, diagnosis["healthy"]) == (0, True), diagnosis


@pytest.mark.slow
@pytest.mark.native
def test_the_doctor_says_what_a_missing_program_costs_and_what_to_do(lab: Lab, kind: str) -> None:
    if kind != "native":
        pytest.skip("in compose the programs are in the images")
    answer = program("doctor", "--json", ORTHANC_BIN="/no/such/Orthanc")
    diagnosis = json.loads(answer.stdout)
    assert (answer.returncode, diagnosis["healthy"]) == (1, False)
    (failed,) = [check for check in diagnosis["checks"] if not check["met"]]
    assert failed["id"] == "orthanc"
    assert failed["cost"] == "There is no archive to exercise on."
    assert "apt-get install orthanc" in failed["remedy"]


def test_an_edit_of_the_site_file_that_was_never_applied_is_not_lost(lab: Lab) -> None:
    lab.home.site_file.write_text('{"orthanc": {"my": "half-done edit"', encoding="utf-8")
    assert run("misconfigure", "http-no-auth").exit_code == 0
    assert (lab.home.work / "site.edited.json").read_text("utf-8") == '{"orthanc": {"my": "half-done edit"'
    assert json.loads(lab.home.site_file.read_text())["orthanc"]["AuthenticationEnabled"] is False

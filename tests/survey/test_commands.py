"""``pacslab internet``, ``pacslab survey`` and ``pacslab search`` on the command line."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lab.cli import main
from lab.survey.population import Population

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("whole_internet")]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_the_internet_is_described_as_card_json_and_csv() -> None:
    assert "2,300 systems in 67 countries; 590 stand open" in " ".join(run("internet").output.replace("│", " ").split())
    described = json.loads(run("internet", "--seed", "tests", "--json").output)
    assert described["totals"]["accessible"] == 590
    assert described["systems"] == [system.row() for system in Population.of("tests").systems]
    rows = list(csv.DictReader(StringIO(run("internet", "--epoch", "2", "--csv").output)))
    assert (len(rows), sum(row["behaviour"] == "gone" for row in rows)) == (2429, 172)


def test_a_third_epoch_is_a_usage_error() -> None:
    assert run("internet", "--epoch", "3").exit_code == 2


@pytest.mark.slow
def test_the_survey_prints_the_totals_of_the_report(tmp_path: Path) -> None:
    answer = run("survey", "--json", "--output", str(tmp_path / "s"))
    found = json.loads(answer.output)
    assert answer.exit_code == 1
    wanted = {"examined": 2300, "accessible": 590, "open_viewers": 39, "countries": 52, "downloadable": 400_000_000}
    assert {name: found[name] for name in wanted} == wanted
    assert {name: found["by_country"]["FR"][name] for name in ("accessible", "records")} == {
        "accessible": 7,
        "records": 47_500,
    }
    again = run("survey", "--output", str(tmp_path / "s"))
    text = " ".join(again.output.replace("│", " ").split())
    assert "Beside the publication" in text
    assert "≠" not in text


@pytest.mark.slow
def test_a_search_prints_hits_and_refuses_a_wrong_query_before_it_crawls() -> None:
    found = json.loads(run("search", "country:FR has:viewer", "--json").output)
    assert all(host["country"] == "FR" and host["viewer"] for host in found["hosts"])
    wrong = run("search", "prot:1")
    assert wrong.exit_code == 2
    assert "There is no filter 'prot'" in wrong.output

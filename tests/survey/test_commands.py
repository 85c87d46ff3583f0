"""``pacslab internet``, ``pacslab survey`` and ``pacslab search`` on the command line."""

from __future__ import annotations

import csv
import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lab.cli import main
from lab.survey.internet import Internet
from lab.survey.population import Population
from lab.survey.system import Viewer
from tests.survey.running import serving

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
def test_the_survey_prints_the_totals_of_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = run("survey", "--json", "--timeout", "5", "--output", str(tmp_path / "s"))
    found = json.loads(answer.output)
    assert answer.exit_code == 1
    wanted = {"examined": 2300, "accessible": 590, "open_viewers": 39, "countries": 52, "downloadable": 400_000_000}
    assert {name: found[name] for name in wanted} == wanted
    assert {name: found["by_country"]["FR"][name] for name in ("accessible", "records")} == {
        "accessible": 7,
        "records": 47_500,
    }
    with Internet():
        again = run("survey", "--join", "--output", str(tmp_path / "s"))
        text = " ".join(again.output.replace("│", " ").split())
        assert "Beside the publication" in text
        assert "≠" not in text
        as_csv = run("survey", "--join", "--output", str(tmp_path / "s"), "--csv")
        assert as_csv.exit_code == 1, "archives stand open, in whatever form it is said"
        rows = list(csv.DictReader(StringIO(as_csv.stdout)))
        assert Counter(row["outcome"] == "accessible" for row in rows) == {True: 590, False: 1710}
        monkeypatch.setattr("lab.survey.tool.finding.Finding.accessible", False)
        assert run("survey", "--join", "--output", str(tmp_path / "s"), "--csv").exit_code == 0


def test_a_survey_of_an_internet_that_is_not_there_is_no_clean_result(tmp_path: Path) -> None:
    output = tmp_path / "s"
    answer = run("survey", "--join", "--json", "--output", str(output))
    assert answer.exit_code == 2
    assert "The simulated Internet (seed 2019, epoch 1) is not there." in answer.output
    assert not output.exists(), "nobody was asked, and nothing is noted"


def test_an_internet_that_is_served_is_noticed_without_a_connection() -> None:
    internet = Internet("tests")
    assert not internet.is_served()
    with serving(internet.population.systems[:3]) as world:
        assert internet.is_served()
        assert not world.connections.by_address


def test_beginning_anew_removes_no_other_file(tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.docx"
    thesis.write_text("five years of work")
    answer = run("survey", "--fresh", "--output", str(thesis))
    assert (answer.exit_code, thesis.read_text()) == (2, "five years of work")
    assert "is not the file of a survey" in answer.output


@pytest.mark.slow
def test_a_search_prints_hits_and_refuses_a_wrong_query_before_it_crawls() -> None:
    found = json.loads(run("search", "country:US has:viewer", "--json").output)
    there = {s.address for s in Population.of().accessible if s.country == "US" and s.viewer is Viewer.OPEN}
    assert len(there) == 11
    assert {host["address"] for host in found["hosts"]} == there
    assert found["total"] == len(there)
    wrong = run("search", "prot:1")
    assert wrong.exit_code == 2
    assert "There is no filter 'prot'" in wrong.output

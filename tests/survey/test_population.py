"""The simulated Internet as a description: its totals are the report's, and it is the same for the same seed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from ipaddress import IPv4Address

import pytest

from lab.course.surveyed import Compared, Surveyed
from lab.errors import AddressRefused, LabError
from lab.survey import facts
from lab.survey.addresses import INTERNET, require_on_internet
from lab.survey.apportion import apportion
from lab.survey.compare import compare
from lab.survey.facts import Published
from lab.survey.population import Population
from lab.survey.system import Behaviour, Viewer
from lab.survey.tool.finding import Finding, Outcome
from tests.survey.running import POPULATION

SEEDS = ["2019", "tests", "another"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_totals_are_those_of_the_report_whatever_the_seed(seed: str) -> None:
    totals = Population.of(seed).totals()
    counts = {name: totals[name] for name in ("examined", "accessible", "open_viewers", "countries", "downloadable")}
    assert counts == {
        "examined": 2300,
        "accessible": 590,
        "open_viewers": 39,
        "countries": 52,
        "downloadable": 400_000_000,
    }
    assert 24_000_000 < totals["records"] < 24_100_000  # type: ignore[operator]
    assert 737_000_000 < totals["images"] < 738_000_000  # type: ignore[operator]
    assert {row.agreement for row in compare(totals)} == {"exact", "more than"}


def test_the_countries_of_the_report_have_its_numbers() -> None:
    by_country = POPULATION.totals()["by_country"]
    shown = {code: by_country[code] for code in facts.BY_COUNTRY}  # type: ignore[index]
    for held in shown.values():
        del held["studies"]
    assert shown == {
        "FR": {"accessible": 7, "records": 47_500, "images": 2_612_500, "downloadable": 1_410_000},
        "TR": {"accessible": 36, "records": 4_924_141, "images": 179_533_940, "downloadable": 178_283_858},
        "US": {"accessible": 187, "records": 13_700_000, "images": 301_400_000, "downloadable": 45_800_000},
        "GB": {"accessible": 2, "records": 1_500, "images": 5_000, "downloadable": 2_100},
        "DE": {"accessible": 5, "records": 15_000, "images": 2_850_000, "downloadable": 1_900_000},
        "AU": {"accessible": 4, "records": 50_000, "images": 2_550_000, "downloadable": 1_300_000},
        "CH": {"accessible": 2, "records": 2_400, "images": 231_200, "downloadable": 120_000},
    }


def test_two_months_later_172_are_gone_129_are_new_and_the_totals_are_the_later_ones() -> None:
    first, later = Population.of("tests"), Population.of("tests", 2)
    before, after = ({system.address for system in each.accessible} for each in (first, later))
    assert (len(before - after), len(after - before), len(after)) == (172, 129, 547)
    assert {system.address for system in later.gone} == before - after
    totals = later.totals()
    assert [totals[name] for name in ("studies", "images", "downloadable")] == [35_000_000, 1_190_000_000, 370_000_000]
    held = {system.address: system.holdings for system in first.accessible}
    for system in later.accessible:
        if system.address in held:
            assert system.holdings.images >= held[system.address].images
            assert system.holdings.records >= held[system.address].records


@pytest.mark.parametrize("epoch", [1, 2])
def test_the_numbers_of_every_archive_fit_together(epoch: int) -> None:
    for system in Population.of("tests", epoch).accessible:
        held = system.holdings
        assert 1 <= held.records <= held.studies <= held.images
        assert 0 <= held.downloadable <= held.images


def test_every_system_has_an_address_of_its_own_in_the_lab() -> None:
    addresses = [system.address for system in Population.of("tests", 2).known]
    assert len(set(addresses)) == len(addresses) == 2300 + 129
    assert all(IPv4Address(address) in INTERNET for address in addresses)


def test_every_kind_of_decoy_is_there() -> None:
    kinds = Counter(system.behaviour for system in POPULATION.systems)
    assert set(kinds) == set(Behaviour) - {Behaviour.GONE}
    assert sum(system.tls and system.accessible for system in POPULATION.systems) == 4
    assert sum(system.viewer is Viewer.LOGIN for system in POPULATION.systems) == 61


@pytest.mark.parametrize("epoch", [1, 2])
def test_each_row_says_of_each_number_whether_it_is_sourced_or_modelled(epoch: int) -> None:
    for system in Population.of("tests", epoch).known:
        sourced, modelled = set(system.named("sourced")), set(system.named("modelled"))
        assert sourced | modelled == set(system.row()) - {"index", "address", "sourced", "modelled"}
        assert not sourced & modelled
        counted = epoch == 1 and system.accessible  # of the others no source says anything
        published = facts.BY_COUNTRY.get(system.country, Published()) if counted else Published()
        expected = {
            name
            for name, figure in (
                ("country", published.systems),
                ("records", published.records),
                ("images", published.images),
                ("downloadable", published.downloadable),
            )
            if figure is not None and not figure.more_than
        }
        assert sourced == expected, system.country


def test_what_a_report_rounds_is_shown_as_rounded_and_named_among_the_open_points() -> None:
    figures = [facts.EXAMINED, facts.WORLD.downloadable, facts.BY_COUNTRY["GB"].records, facts.BY_COUNTRY["GB"].images]
    assert all(figure is not None and figure.about for figure in (*figures, facts.BY_COUNTRY["AU"].records))
    assert facts.IMAGES_ELSEWHERE.value == 731_000_000
    notes = " ".join(map(str, facts.disagreements()))
    for words in ("731 million", "13,000 on at least five sites", "United Kingdom", "Australia", "2.55 million"):
        assert words in notes
    shown = Compared(Surveyed(found_in(POPULATION)).totals).card().to_text()
    assert "about 1,500" in shown
    assert "more than 24,000,000" in shown


def test_two_months_later_the_totals_are_compared_with_the_figures_of_that_report() -> None:
    autumn = Surveyed(found_in(Population.of("tests", 2)), epoch=2).report()
    rows = {str(row.what): (row.found, row.published.value, row.agreement) for row in autumn.rows}
    assert rows == {
        "archives that are gone": (172, 172, "exact"),
        "archives that are new": (129, 129, "exact"),
        "studies": (35_000_000, 35_000_000, "exact"),
        "images": (1_190_000_000, 1_190_000_000, "exact"),
        "images that can be downloaded": (370_000_000, 370_000_000, "exact"),
    }
    assert autumn.card().tone == "good"
    summer = Surveyed(found_in(POPULATION), epoch=2).report()
    assert [row.agreement for row in summer.rows] == ["differs"] * 5


def found_in(population: Population) -> list[Finding]:
    """What a survey finds, without asking anybody."""
    outcomes = {Behaviour.OPEN: Outcome.ACCESSIBLE, Behaviour.GONE: Outcome.UNREACHABLE}
    return [
        Finding(
            system.address,
            system.port,
            system.country,
            outcomes.get(system.behaviour, Outcome.REJECTS),
            **({} if system.behaviour is Behaviour.HONEYPOT else asdict(system.holdings)),
        )
        for system in population.known
    ]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_internet_in_another_process() -> None:
    code = (
        "import json; from lab.survey.population import Population;"
        "print(json.dumps([s.row() for s in Population.of('tests', 2).known]))"
    )
    answer = subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": "1"}, capture_output=True, check=True)
    here = [system.row() for system in Population.of("tests", 2).known]
    assert json.loads(answer.stdout) == here
    assert here != [system.row() for system in Population.of("another", 2).known]


def test_an_epoch_that_is_not_there_is_an_error_with_a_tip() -> None:
    with pytest.raises(LabError, match=r"There is no epoch 3\.\n→ Use 1"):
        Population.of("tests", 3)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.63.255.255", "127.128.0.1", "8.8.8.8", "localhost", "", "::1"])
def test_an_address_outside_the_simulated_internet_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match="not an address of the simulated Internet"):
        require_on_internet(address)


def test_parts_add_up_to_the_total_within_floors_and_caps() -> None:
    assert sum(apportion(1_000_003, [1.0, 2.5, 0.1], [5, 5, 5])) == 1_000_003
    assert apportion(10, [9.0, 1.0], [0, 0], [3, 7]) == [3, 7]
    assert apportion(4, [0.0, 0.0], [1, 1]) == [2, 2]
    with pytest.raises(ValueError, match="cannot be divided"):
        apportion(11, [9.0, 1.0], [0, 0], [3, 7])

"""The day as a plan: the seed alone decides, the curve spreads the work, every intrusion finds its site."""

from __future__ import annotations

from random import Random

import pytest

from lab.course.watched import role_label
from lab.detection.conduct import day_site
from lab.detection.traffic.cast import Cast
from lab.detection.traffic.curve import DAY_SECONDS, SHARES, expected, moments
from lab.detection.traffic.intrusion import known
from lab.detection.traffic.plan import make_plan
from lab.detection.traffic.routine import TECHNICIAN
from lab.detection.truth import Label
from lab.errors import LabError
from lab.site.zones import Network

NETWORK = Network.native(0)


def test_the_same_seed_plans_the_same_day_and_another_seed_another() -> None:
    assert make_plan(7) == make_plan(7)
    assert make_plan(7).beginnings != make_plan(8).beginnings


def test_the_work_of_a_day_follows_the_curve() -> None:
    found = moments(Random(1), 10_000, 0, DAY_SECONDS)
    by_hour = [sum(hour * 3600 <= moment < (hour + 1) * 3600 for moment in found) for hour in range(24)]
    assert sum(SHARES) == 1000
    assert len(found) == 10_000
    assert all(
        abs(count - 10 * share) < 5 * (10 * share) ** 0.5 + 1 for count, share in zip(by_hour, SHARES, strict=True)
    )
    assert expected(1000, 8 * 3600, 10.5 * 3600) == SHARES[8] + SHARES[9] + SHARES[10] / 2


def test_a_short_day_is_cut_from_the_morning_on() -> None:
    plan = make_plan(1, hours=1, intrusions=[])
    assert (plan.start, plan.end) == (8 * 3600, 9 * 3600)
    assert all(plan.start <= planned.begins <= plan.end for planned in plan.beginnings)
    assert [planned for planned in plan.beginnings if planned.incident] == []


def test_seeds_choose_one_to_four_kinds_of_intrusion_and_on_some_days_none() -> None:
    chosen = [
        {found.intrusion.id for found in make_plan(seed).intrusions if found.intrusion.label is Label.MALICIOUS}
        for seed in range(200)
    ]
    assert {len(names) for names in chosen} == {0, 1, 2, 3, 4}
    assert set.union(*chosen) == {name for name, found in known().items() if found.intrusion.label is Label.MALICIOUS}


def test_two_incidents_of_a_kind_have_names_of_their_own() -> None:
    plan = make_plan(1, intrusions=["scanner", "deletion", "scanner"])
    assert sorted(planned.incident for planned in plan.beginnings if planned.incident) == [
        "deletion-1",
        "scanner-1",
        "scanner-2",
    ]


def test_an_unknown_intrusion_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(LabError, match="There is no intrusion 'burglary'") as caught:
        make_plan(1, intrusions=["burglary"])
    assert "password-spray" in str(caught.value)


def test_every_intrusion_of_the_lesson_has_a_file_of_its_name() -> None:
    assert list(known()) == [
        "bulk-get",
        "deletion",
        "injected-study",
        "insider",
        "log-level-change",
        "move-elsewhere",
        "overwritten-image",
        "password-spray",
        "scanner",
        "slow-enumeration",
        "survey-sweep",
        "zip-download",
    ]


@pytest.mark.parametrize("name", [*known(), None])
def test_the_site_of_a_day_has_the_weaknesses_of_its_intrusions_and_no_others(name: str | None) -> None:
    plan = make_plan(1, intrusions=[name] if name else [])
    site, plain = (day_site(made, Cast.of(NETWORK)) for made in (plan, make_plan(1, intrusions=[])))
    assert site == plain.changed(known()[name].intrusion.needs if name else {})
    assert plain.orthanc["DicomAlwaysAllowFind"] is False
    assert plain.log_level == "verbose"


def test_every_patient_is_in_the_care_of_two_doctors_whatever_the_seed() -> None:
    cast = Cast.of(NETWORK)
    care = cast.treatment(["A", "B", "C"])
    carers = {patient: [doctor for doctor, own in care.items() if patient in own] for patient in "ABC"}
    assert {len(own) for own in carers.values()} == {2}
    assert cast.treatment(["C", "B", "A", "A"]) == care


def test_whoever_appears_on_a_day_has_a_name_in_its_card() -> None:
    roles = {member.role for member in Cast.of(NETWORK).members} | {TECHNICIAN, "intruder", "insider", "scanner"}
    assert all(str(role_label(role)) for role in roles)


def test_in_compose_everybody_in_a_zone_stands_at_its_one_address() -> None:
    members = Cast.of(Network.compose("198.19")).members
    assert {member.station.address for member in members} == {"198.19.1.10", "198.19.2.20", "198.19.3.66"}

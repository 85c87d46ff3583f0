"""What is in an archive: exact totals, and a query answers what filtering everything would."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import islice
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.survey.archive import Archive
from lab.survey.matching import date_range, is_universal, text_matcher
from lab.survey.query import Level, answer, matcher_of
from lab.survey.system import Behaviour, Holdings
from tests.survey.running import POPULATION, one

SMALL = Archive(replace(one(Behaviour.OPEN, lambda s: s.country == "FR"), holdings=Holdings(211, 300, 1507, 1507)))
LARGE = Archive(max(POPULATION.accessible, key=lambda system: system.holdings.records))
LEVELS: tuple[Level, ...] = ("PATIENT", "STUDY", "SERIES", "IMAGE")


def everything(archive: Archive, level: Level, **keys: str) -> list[dict[str, str]]:
    return [match for match in answer(archive, level, keys) if match is not None]


ALL: dict[Level, list[dict[str, str]]] = {level: everything(SMALL, level) for level in LEVELS}


def test_counting_everything_gives_the_totals() -> None:
    assert len(ALL["PATIENT"]) == len({row["PatientID"] for row in ALL["PATIENT"]}) == 211
    assert len(ALL["STUDY"]) == len({row["StudyInstanceUID"] for row in ALL["STUDY"]}) == 300
    assert len(ALL["IMAGE"]) == len({row["SOPInstanceUID"] for row in ALL["IMAGE"]}) == 1507
    assert sum(int(row["NumberOfPatientRelatedInstances"]) for row in ALL["PATIENT"]) == 1507
    assert sum(int(row["NumberOfStudyRelatedInstances"]) for row in ALL["STUDY"]) == 1507
    assert sum(int(row["NumberOfSeriesRelatedInstances"]) for row in ALL["SERIES"]) == 1507
    assert sum(int(row["NumberOfStudyRelatedSeries"]) for row in ALL["STUDY"]) == len(ALL["SERIES"])


@pytest.mark.slow
def test_a_small_published_country_can_be_counted_by_hand() -> None:
    british = [Archive(system) for system in POPULATION.accessible if system.country == "GB"]
    assert sum(len(everything(archive, "PATIENT")) for archive in british) == 1_500
    assert sum(len(everything(archive, "IMAGE")) for archive in british) == 5_000


def test_every_record_bears_the_mark_that_nobody_is_meant() -> None:
    for level in LEVELS:
        for row in ALL[level]:
            assert row["PatientID"].startswith("SYN-")
            assert (row["IssuerOfPatientID"], row["PatientComments"]) == (
                "PACSLAB SYNTHETIC",
                "SYNTHETIC - NOT A PERSON",
            )
            assert all(row[name].startswith("2.25.") for name in row if name.endswith("InstanceUID"))


_DAYS = st.dates(date(2008, 1, 1), date(2020, 1, 1)).map(lambda day: day.strftime("%Y%m%d"))
_KEYS = st.fixed_dictionaries(
    {},
    optional={
        "PatientName": st.one_of(
            st.sampled_from(["A*", "*^Marie", "M?r*", "*a*", "martin^*", "Nobody^None", "?????^*", "*"]),
            st.integers(0, 210).map(SMALL.patient_name),
        ),
        "PatientID": st.one_of(st.integers(0, 400).map(SMALL.patient_id), st.sampled_from(["SYN-*1", "X", "*"])),
        "StudyDate": st.one_of(
            _DAYS, st.tuples(_DAYS, _DAYS).map("-".join), _DAYS.map("-".__add__), st.just("tomorrow")
        ),
        "PatientSex": st.sampled_from(["F", "M", "O", ""]),
        "ModalitiesInStudy": st.sampled_from(["CT", "MR\\CT", "XX", "*"]),
        "StudyInstanceUID": st.one_of(
            st.integers(0, 299).map(SMALL.uid),
            st.lists(st.integers(0, 299).map(SMALL.uid), min_size=2, max_size=4).map("\\".join),
            st.just("1.2.3"),
        ),
        "AccessionNumber": st.sampled_from(["A0000007", "A000000?", "A9999999", "B"]),
    },
)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.sampled_from(LEVELS), _KEYS)
def test_a_query_answers_what_filtering_everything_would(level: Level, keys: dict[str, str]) -> None:
    wanted = {name: matcher_of(name, value) for name, value in keys.items() if not is_universal(value)}
    expected = [row for row in ALL[level] if all(matches(row[name]) for name, matches in wanted.items() if name in row)]
    order = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")

    def key(row: dict[str, str]) -> list[str]:
        return [row.get(name, "") for name in order]

    assert sorted(everything(SMALL, level, **keys), key=key) == sorted(expected, key=key)


def test_a_uid_leads_back_to_what_it_names() -> None:
    for row in ALL["IMAGE"][::97]:
        assert everything(SMALL, "IMAGE", SOPInstanceUID=row["SOPInstanceUID"]) == [row]
        series = everything(SMALL, "SERIES", SeriesInstanceUID=row["SeriesInstanceUID"])
        assert [found["StudyInstanceUID"] for found in series] == [row["StudyInstanceUID"]]


def test_an_archive_of_a_million_studies_finds_one_at_once() -> None:
    assert LARGE.records > 200_000
    began = process_time()
    row = everything(LARGE, "STUDY", StudyInstanceUID=LARGE.uid(LARGE.studies - 1))[0]
    assert everything(LARGE, "STUDY", PatientID=row["PatientID"])
    assert everything(LARGE, "PATIENT", PatientName=row["PatientName"])
    assert next(answer(LARGE, "STUDY", {"StudyDate": "20190701-20190731"}))
    assert len(everything(LARGE, "STUDY", StudyDate="20190702")) > 20
    assert process_time() - began < 1


def test_a_query_without_matches_gives_way_again_and_again() -> None:
    steps = list(islice(answer(LARGE, "STUDY", {"StudyDescription": "no such thing"}), 50))
    assert steps == [None] * 50


@pytest.mark.parametrize(
    ("key", "days"),
    [
        ("20190701", (date(2019, 7, 1), date(2019, 7, 1))),
        ("20190701-", (date(2019, 7, 1), date.max)),
        ("-20190701", (date.min, date(2019, 7, 1))),
        ("20190701-20190930", (date(2019, 7, 1), date(2019, 9, 30))),
        ("2019.07.01", (date(2019, 7, 1), date(2019, 7, 1))),
        ("-", None),
        ("20191301", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_key_of_dates_is_read_as_the_standard_says(key: str, days: tuple[date, date] | None) -> None:
    assert date_range(key) == days


def test_names_match_without_case_and_accents_and_stars_take_no_exponential_time() -> None:
    assert text_matcher("lefèvre^*", True)("LEFEVRE^Zoë")
    assert not text_matcher("Lefevre", False)("lefevre")
    began = process_time()
    assert not text_matcher("*" * 400 + "x")("a" * 500)
    assert not text_matcher("*a" * 12 + "x")("a" * 64)
    assert process_time() - began < 1

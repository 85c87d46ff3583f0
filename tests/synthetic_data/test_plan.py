"""What `generate` plans: people, stories, studies and series."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from synthetic_data import LOCALES, REFERENCE_DATE, SyntheticDataError, generate
from synthetic_data.devices import device_of
from synthetic_data.phrases import exam_text, series_text, story_text
from synthetic_data.protocols import EXAMS
from synthetic_data.stories import STORIES


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"locale": "fr_XX"},
            "unknown locale 'fr_XX'; accepted are fr_FR, en_US, en_GB, de_DE, ja_JP, he_IL, ru_RU.",
        ),
        ({"locale": ""}, "unknown locale ''; accepted are fr_FR, en_US, en_GB, de_DE, ja_JP, he_IL, ru_RU."),
        ({"patients": 0}, "the number of patients must be from 1 to 100000, not 0."),
        ({"patients": 100_001}, "the number of patients must be from 1 to 100000, not 100001."),
        ({"patients": 2.5}, "the number of patients must be from 1 to 100000, not 2.5."),
        ({"patients": True}, "the number of patients must be from 1 to 100000, not True."),
        ({"seed": -1}, "the seed must be a whole number from 0, not -1."),
        ({"seed": "2019"}, "the seed must be a whole number from 0, not '2019'."),
    ],
)
def test_an_impossible_request_is_refused_with_what_is_accepted(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(SyntheticDataError) as caught:
        generate(**arguments)  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_the_default_hospital_is_french_small_and_has_every_modality() -> None:
    hospital = generate()
    assert (hospital.seed, hospital.locale, len(hospital.patients)) == (2019, "fr_FR", 30)
    assert 800 <= hospital.instance_count <= 1500
    assert hospital.byte_estimate <= 110_000_000
    assert Counter(study.modality for study in hospital.studies) == {
        "CT": 24, "DX": 26, "MR": 14, "US": 10, "MG": 4, "XA": 4, "PT": 2, "NM": 2, "CR": 2,
    }  # fmt: skip
    assert {study.exam for study in hospital.studies} == set(EXAMS)


@pytest.mark.parametrize("locale", LOCALES)
def test_each_patient_has_two_to_five_studies_that_tell_one_story_in_order(locale: str) -> None:
    hospital = generate(patients=60, locale=locale)
    stories = {story.name: story for story in STORIES}
    for patient in hospital.patients:
        studies = [study for study in hospital.studies if study.patient == patient]
        story = stories[patient.story]
        assert 2 <= len(studies) <= 5
        assert [study.exam for study in studies] == [visit.exam for visit in story.visits]
        assert [study.number for study in studies] == list(range(1, len(studies) + 1))
        assert studies == sorted(studies, key=lambda study: study.started)
        assert studies[-1].started.date() <= REFERENCE_DATE
        ages = [(story.youngest, story.oldest), *([story.children] if story.children else [])]
        assert any(low - 2 <= patient.age(REFERENCE_DATE) - 1 <= high + 1 for low, high in ages)
        assert len({study.referring for study in studies}) == 1


def test_planned_visits_take_place_on_weekdays_in_office_hours() -> None:
    stories = {story.name: story for story in STORIES}
    planned = [
        study
        for study in generate(patients=120).studies
        if not (stories[study.patient.story].emergency and study.number == 1)
    ]
    later = [s for s in planned if stories[s.patient.story].visits[s.number - 1].day > 0]
    assert {study.started.weekday() for study in later} <= {0, 1, 2, 3, 4}
    assert all(
        timedelta(hours=8) <= s.started - s.started.replace(hour=0, minute=0) < timedelta(hours=19) for s in later
    )


def test_every_locale_has_words_for_every_exam_series_and_story() -> None:
    keys = {series.key for exam in EXAMS.values() for series in exam.series}
    for locale in LOCALES.values():
        assert all(exam_text(locale, exam).procedure for exam in EXAMS)
        assert all(series_text(locale, key) for key in keys)
        assert all(len(story_text(locale, story.name).reason) <= 40 for story in STORIES)
        assert any(word in locale.institution.name.lower() for word in ("fi", "בדיוני", "вымышлен")), (
            "the institution says that it is fictional"
        )


@pytest.mark.slow
def test_a_patient_of_a_thousand_is_planned_in_a_moment_and_unlike_the_others() -> None:
    hospital = generate(patients=1000)
    for values in (
        [patient.patient_id for patient in hospital.patients],
        [patient.national_id for patient in hospital.patients],
        [patient.email for patient in hospital.patients],
        [study.accession_number[2:] for study in hospital.studies],
        [study.uid for study in hospital.studies],
        [series.uid for study in hospital.studies for series in study.series],
    ):
        assert len(values) == len(set(values))


def test_an_emergency_has_several_examinations_within_the_hour() -> None:
    emergencies = [shard.studies for shard in generate(patients=300).shards() if shard.patient.story == "trauma"]
    assert len(emergencies) == 20
    for studies in emergencies:
        soon = [study for study in studies if study.started - studies[0].started < timedelta(minutes=60)]
        assert {study.modality for study in soon} == {"CT", "DX", "US"}
        assert all((b.started - a.started) >= timedelta(minutes=16) for a, b in pairwise(soon))
        assert {study.service for study in soon} == {generate().words.services["emergency"]}
    assert len({studies[0].started.hour for studies in emergencies}) > 8, "at any hour of the day"


def test_infants_come_at_ages_that_are_said_in_days_weeks_and_months() -> None:
    infants = [shard for shard in generate(patients=700).shards() if shard.patient.story == "bronchiolitis"]
    ages = [study.patient.age_string(study.started.date()) for shard in infants for study in shard.studies]
    assert {age[-1] for age in ages} == {"D", "W", "M"}
    assert all(shard.studies[0].started.date() > shard.patient.birth_date for shard in infants)
    for shard in infants:
        day = shard.studies[0].started.date()
        assert 2.4 < shard.patient.weight_on(day) < 16
        assert 0.4 < shard.patient.height_on(day) < 1.0
    texts = {generate().words.age_text(shard.patient, shard.studies[0].started.date()) for shard in infants}
    assert "0 mois" not in texts
    assert {"1 mois", "2 mois"} < texts


def test_a_nodule_is_followed_by_ct_over_years_and_grows() -> None:
    for shard in generate(patients=60).shards():
        if shard.patient.story == "nodule":
            scans = [study for study in shard.studies if study.exam == "ct_chest"]
            assert (scans[-1].started - scans[0].started).days > 700
            sizes = [max(study.findings[0].axes) for study in scans]
            assert sizes == sorted(sizes)
            assert sizes[0] < sizes[-1]


@pytest.mark.slow
def test_sex_and_age_fit_the_examination() -> None:
    for study in generate(patients=300).studies:
        if study.exam in ("us_obstetric", "mg_breast"):
            assert study.patient.sex == "F"
        if study.exam == "us_obstetric":
            assert 17 <= study.age <= 45
        if study.exam == "mg_breast":
            assert 46 <= study.age <= 75


def test_each_examination_is_made_on_more_than_one_device_of_invented_makers() -> None:
    hospital = generate(patients=300)
    used: dict[str, set[str]] = {}
    for study in hospital.studies:
        used.setdefault(study.exam, set()).add(study.device.station_name)
    assert {exam: len(stations) for exam, stations in used.items()} == dict.fromkeys(EXAMS, 2)
    assert {device.model.split()[0] for device in hospital.devices} == {"Fictiva", "Inventa"}
    assert len({device.station_name for device in hospital.devices}) == len(hospital.devices)


def test_what_accompanies_the_pictures_comes_from_devices_of_its_own() -> None:
    stations: dict[str, set[str]] = {}
    for shard in generate(patients=15, objects="all").shards():
        for study in shard.studies:
            for series in study.series:
                stations.setdefault(series.modality, set()).add(device_of(study, series).station_name)
    assert {key: stations[key] for key in ("SR", "KO", "PR", "DOC", "OT", "ECG")} == {
        "SR": {"SYNRIS01"}, "KO": {"SYNRIS01"}, "PR": {"SYNRIS01"}, "DOC": {"SYNOFF01"}, "OT": {"SYNOFF01"},
        "ECG": {"SYNECG01"},
    }  # fmt: skip

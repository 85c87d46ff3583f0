"""What a text gives away: known people in every spelling, and what looks personal whoever it is about."""

from __future__ import annotations

import pytest

from lab.inventory import Fact, KnownPeople, Near, find_in_text
from lab.inventory.finding import SURE_ENOUGH
from lab.inventory.text import search_run_together
from synthetic_data import Kind

PATIENT, DOCTOR = "SYN-1", "Petit Anne Dr"
NEAR = Near(PATIENT, frozenset({PATIENT, DOCTOR, "institution"}))


@pytest.fixture(scope="module")
def known() -> KnownPeople:
    people = KnownPeople()
    people.learn(
        [
            Fact(Kind.NAME, "Lefèvre^Élodie", PATIENT),
            Fact(Kind.NAME, "Petit^Anne^^Dr", DOCTOR, "staff"),
            Fact(Kind.NAME, "Roy^Jean", "SYN-2"),
            Fact(Kind.NAME, "Suzuki^Yumiko=鈴木^裕美子=スズキ^ユミコ", "SYN-3"),
            Fact(Kind.NAME, "Турова^Анна", "SYN-4"),
            Fact(Kind.BIRTH_DATE, "19630224", PATIENT),
            Fact(Kind.AGE, "056Y", PATIENT),
            Fact(Kind.PHONE, "06 39 98 48 10", PATIENT),
            Fact(Kind.PATIENT_ID, "SYN-00123456", PATIENT),
            Fact(Kind.ADDRESS, "5, avenue de Rousset, 48458 Saint Honoré-la-Forêt", PATIENT),
            Fact(Kind.INSTITUTION, "Centre hospitalier fictif", "institution", "institution"),
        ]
    )
    return people


def seen(text: str, known: KnownPeople, near: Near = NEAR) -> list[tuple[str, str, str]]:
    """Kind, words and person of what is sure enough."""
    hits = find_in_text(text, known, near)
    return [(hit.kind.value, text[hit.start : hit.end], hit.person) for hit in hits if hit.sure >= SURE_ENOUGH]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mme Lefèvre, 56 ans : toux.", [("name", "Mme Lefèvre", PATIENT), ("age", "56 ans", PATIENT)]),
        ("LEFEVRE ELODIE", [("name", "LEFEVRE ELODIE", PATIENT)]),
        ("adressée par le Dr Petit", [("name", "Dr Petit", DOCTOR)]),
        ("petit épanchement depuis 3 ans", []),
        ("le Roy est là", []),
        ("vu par Jean Roy", [("name", "Jean Roy", "SYN-2")]),
        ("né le 24/02/1963", [("birth_date", "24/02/1963", PATIENT)]),
        ("born Feb 24, 1963", [("birth_date", "Feb 24, 1963", PATIENT)]),
        ("1963年02月24日", [("birth_date", "1963年02月24日", PATIENT)]),
        ("geboren 24.02.1963", [("birth_date", "24.02.1963", PATIENT)]),
        ("examen du 3 mars 2019", [("date", "3 mars 2019", PATIENT)]),
        ("tél. 0639984810", [("phone", "0639984810", PATIENT)]),
        ("tel. +33 6 39 98 48 10", [("phone", "+33 6 39 98 48 10", PATIENT)]),
        ("dossier 00123456", [("patient_id", "00123456", PATIENT)]),
        (
            "demeurant 5, avenue de Rousset, 48458 Saint-Honoré-la-Forêt",
            [("address", "5, avenue de Rousset, 48458 Saint-Honoré-la-Forêt", PATIENT)],
        ),
        ("CENTRE HOSPITALIER FICTIF", [("institution", "CENTRE HOSPITALIER FICTIF", "institution")]),
        ("鈴木 裕美子", [("name", "鈴木 裕美子", "SYN-3")]),
        ("TUROVA ANNA", [("name", "TUROVA ANNA", "SYN-4")]),
        ("Турова Анна", [("name", "Турова Анна", "SYN-4")]),
        ("Personne à prévenir : Paul Nouveau, tél.", [("name", "Paul Nouveau", "")]),
        ("Marcelle Lefèvre", [("name", "Marcelle Lefèvre", PATIENT)]),
        ("a.b@example.org", [("email", "a.b@example.org", PATIENT)]),
        ("SSN 666-12-3456", [("national_id", "666-12-3456", PATIENT)]),
        ("Radiographie de la main gauche, face et oblique", []),
        ("kV 120 mAs 35 CTDIvol 0.1 DLP 4.2", []),
        ("1.2.840.10008.5.1.4.1.1.2", []),
        ("13/13/2019 and 99/99/1999", []),
    ],
)
def test_a_text_gives_away_who_it_is_about_and_nothing_else(
    known: KnownPeople, text: str, expected: list[tuple[str, str, str]]
) -> None:
    assert seen(text, known) == expected


def test_a_family_name_alone_says_nothing_about_people_whom_the_file_does_not_name(known: KnownPeople) -> None:
    assert seen("Lefèvre", known, Near()) == []
    assert seen("Mme Lefèvre", known, Near()) == [("name", "Mme Lefèvre", PATIENT)]


def test_a_title_tells_a_doctor_from_a_patient_of_the_same_name() -> None:
    people = KnownPeople()
    people.learn(
        [Fact(Kind.NAME, "Arnaud^Susan^^Dr", "Arnaud Susan Dr", "staff"), Fact(Kind.NAME, "Arnaud^Eva", "SYN-1")]
    )
    near = Near("SYN-1", frozenset({"SYN-1", "Arnaud Susan Dr"}))
    assert seen("Mme Arnaud, suivie par le Dr Arnaud", people, near) == [
        ("name", "Mme Arnaud", "SYN-1"),
        ("name", "Dr Arnaud", "Arnaud Susan Dr"),
    ]


def test_a_long_text_is_searched_to_its_end(known: KnownPeople) -> None:
    text = "x " * 149_990 + "Élodie Lefèvre " + "y " * 60_000 + "Jean Roy"
    assert [words for _, words, _ in seen(text, known)] == ["Élodie Lefèvre", "Jean Roy"]


def test_a_name_run_together_is_found_in_a_file_name(known: KnownPeople) -> None:
    hits = search_run_together("ct_LefevreElodie_01.dcm", known, NEAR)
    assert [(hit.kind, hit.start, hit.end, hit.person) for hit in hits] == [(Kind.NAME, 3, 16, PATIENT)]


def test_a_french_national_number_with_a_right_key_is_surer_than_one_without(known: KnownPeople) -> None:
    right, wrong = "2 88 16 76 826 144 05", "2 88 16 76 826 144 06"
    (one,), (other,) = find_in_text(right, known), find_in_text(wrong, known)
    assert (one.kind, other.kind, one.sure, other.sure) == (Kind.NATIONAL_ID, Kind.NATIONAL_ID, 0.95, 0.6)

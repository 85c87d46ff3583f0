"""The parts of de-identification one by one: texts, dates, the table, streams, the key."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lab.deid.dates import capped_age, shifted
from lab.deid.identities import Known
from lab.deid.options import RESEARCH, Option
from lab.deid.problems import DeidError, Reason
from lab.deid.profile import Profile, table
from lab.deid.secret import load_or_make
from lab.deid.text import Cleaner

OWN = Known(
    {"LEMAÎTRE^Anne-Sophie", "Yamada^Tarou=山田^太郎=やまだ^たろう"},
    {"1 85 13 75 116 001 42", "SYN-00000042"},
    {"3 rue des Lilas, Ville"},
)
SHARED = Known({"MARTIN^Paul^^Dr"}, set(), {"Hôpital fictif"})
TEXTS = {
    "Anne Sophie Lemaitre, 72 ans": "***, ***",
    "山田 太郎 (72歳)": "*** (***)",
    "adressée par le Dr Martin": "adressée par le Dr ***",
    "Dr Untel demande un avis": "Dr *** demande un avis",
    "NIR 185137511600142": "NIR ***",
    "née le 03/04/1950, tél. +33 1 99 00 12 34": "née le ***, tél. ***",
    "geboren am 3. April 1950": "geboren am ***",
    "1950年04月03日生": "***生",
    "anne@example.org, 3 rue des Lilas": "***, ***",
    "Hôpital fictif : scanner": "*** : scanner",
    "Scanner cérébral sans injection": "Scanner cérébral sans injection",
    "Nodule de 12,5 mm, lobe droit, L4-L5": "Nodule de 12,5 mm, lobe droit, L4-L5",
    "MR T2 FLAIR 1.5 T": "MR T2 FLAIR 1.5 T",
}


@pytest.mark.parametrize("text", TEXTS)
def test_what_identifies_goes_and_what_was_found_stays(text: str) -> None:
    assert Cleaner(OWN, SHARED).clean(text) == TEXTS[text]


def test_dates_move_by_whole_days_and_what_is_no_date_goes() -> None:
    assert [shifted(value, 31) for value in ("20240301", "20240301120000.5", "20240131\\20240201", "last Tuesday", "")] == [
        "20240130", "20240130120000.5", "20231231\\20240101", "", "",
    ]  # fmt: skip


def test_only_ages_of_ninety_and_more_are_told_less_exactly() -> None:
    assert [capped_age(value) for value in ("089Y", "090Y", "104Y", "006M", "old")] == [
        "089Y",
        "090Y",
        "090Y",
        "006M",
        "",
    ]


def test_the_table_says_where_it_is_from() -> None:
    head = table()
    assert (head["basic"]["edition"], head["options"]["edition"], len(head["elements"])) == ("2026c", "2025b", 655)


ACTIONS = {
    0x00100010: ("Z", "Z"), 0x00100030: ("Z", "Z"), 0x00100040: ("Z", "K"), 0x00101010: ("X", "C"), 0x00080020: ("Z", "C"),
    0x00080030: ("Z", "K"), 0x00081030: ("X", "C"), 0x0020000D: ("U", "U"), 0x00080080: ("D", "D"), 0x60023000: ("X", "C"),
    0x00280010: (None, None),
}  # fmt: skip


def test_options_decide_over_the_basic_profile() -> None:
    basic, research = Profile.of([]), Profile.of(RESEARCH)
    assert {tag: (basic.action(tag), research.action(tag)) for tag in ACTIONS} == ACTIONS


def test_a_file_that_is_no_key_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    with pytest.raises(DeidError, match="is no key"):
        load_or_make(tmp_path / "key")


def test_text_without_blanks_of_any_length_is_searched_at_once() -> None:
    began = time.process_time()
    Cleaner(OWN, SHARED).clean("a" * 300_000)
    assert time.process_time() - began < 5


def test_every_reason_can_be_read() -> None:
    assert all(str(reason.words) for reason in Reason)
    assert len({str(option) for option in Option}) == 12

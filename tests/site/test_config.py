"""A site: overlays, validation, and errors that say what to do."""

from __future__ import annotations

import json

import pytest

from lab.errors import SiteError
from lab.i18n import use_language
from lab.site.baseline import baseline
from lab.site.config import SiteConfig, difference, merge_patch


def refused(overlay: dict[str, object]) -> str:
    with pytest.raises(SiteError) as caught:
        baseline().changed(overlay)
    return str(caught.value)


def test_an_overlay_leaves_the_site_it_is_merged_onto_alone() -> None:
    before = baseline().to_json()
    changed = baseline().changed({"orthanc": {"AuthenticationEnabled": False}})
    assert changed.orthanc["AuthenticationEnabled"] is False
    assert baseline().to_json() == before


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        # the examples of RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_overlays_merge_as_rfc_7396_says(target: object, patch: object, result: object) -> None:
    assert merge_patch(target, patch) == result


def test_a_site_survives_the_way_through_its_file() -> None:
    assert SiteConfig.from_json(baseline().to_json()) == baseline()


def test_an_unknown_orthanc_option_names_the_nearest_one() -> None:
    assert refused({"orthanc": {"AuthentificationEnabled": True}}) == (
        "Orthanc has no option 'AuthentificationEnabled'.\n→ Did you mean AuthenticationEnabled?"
    )


def test_an_orthanc_option_of_the_wrong_type_says_which_type_it_takes() -> None:
    assert refused({"orthanc": {"AuthenticationEnabled": "true"}}) == (
        'orthanc.AuthenticationEnabled is "true", which is not of type boolean.\n→ Write true or false without quotes.'
    )
    assert refused({"orthanc": {"LimitFindResults": True}}) == (
        "orthanc.LimitFindResults is true, which is not of type number.\n→ Give a value of type number."
    )


def test_what_the_sandbox_decides_cannot_be_set() -> None:
    assert refused({"orthanc": {"HttpPort": 80}}).startswith("orthanc.HttpPort is set by the sandbox.")


def test_an_unknown_section_names_the_nearest_one() -> None:
    assert refused({"gatway": {}}) == "gatway is not a part of a site.\n→ Did you mean gateway?"
    assert refused({"gateway": {"publish": {"htps": []}}}) == (
        "gateway.publish.htps is not a part of a site.\n→ Did you mean https?"
    )


def test_an_unknown_zone_lists_the_zones() -> None:
    assert refused({"gateway": {"publish": {"http": ["world"]}}}) == (
        "gateway.publish.http.0 is \"world\".\n→ It is one of 'clinic', 'office' or 'internet'."
    )


def test_an_ae_title_of_seventeen_characters_is_refused() -> None:
    assert refused({"modalities": {"ct": {"aet": "A" * 17, "host": "ct"}}}).startswith(
        f'modalities.ct.aet is "{"A" * 17}", which is not an AE title.'
    )


def test_several_faults_are_all_named() -> None:
    message = refused({"log_level": "loud", "users": {"eve": {"role": "king", "password": "x"}}})
    assert "users.eve.role" in message
    assert "log_level" in message


@pytest.mark.parametrize(
    ("overlay", "accepted"),
    [
        ({"users": {"eve": {"password": ""}}}, "un texte d’au moins un caractère"),
        ({"users": {"eve": {"password": "x", "role": "king"}}}, "'administrator' ou 'doctor'"),
        ({"gateway": {"publish": {"http": ["moon"]}}}, "'clinic', 'office' ou 'internet'"),
        ({"gateway": {"publish": {"http": "clinic"}}}, "une liste, entre crochets"),
        ({"gateway": 3}, "des noms avec leurs valeurs, entre accolades"),
        ({"users": []}, "des noms avec leurs valeurs, entre accolades"),
        ({"gateway": {"logins_burst": "x"}}, "un nombre entier"),
        ({"gateway": {"logins_burst": 1.5}}, "un nombre entier"),
        ({"gateway": {"logins_burst": -1}}, "La limite est 0"),
        ({"gateway": {"headers": {"a": 3}}}, "un texte, entre guillemets"),
        ({"gateway": {"deny_agents": ["a b"]}}, "un texte conforme au motif ^[A-Za-z0-9._/-]+$"),
        ({"filters": {"audit": "yes"}}, "true ou false, sans guillemets"),
    ],
)
def test_what_a_site_accepts_is_said_in_the_trainees_language(overlay: dict[str, object], accepted: str) -> None:
    with use_language("fr"):
        tip = refused(overlay).splitlines()[-1]
    assert tip in (
        f"→ Ce qui y est accepté\u00a0: {accepted}.",
        f"→ Valeurs acceptées\u00a0: {accepted}.",
        f"→ {accepted}.",
    )


def test_unreadable_json_gives_line_and_column() -> None:
    text = '{\n  "orthanc": {\n    "Name": "x"\n    "DicomAet": "Y"\n  }\n}'
    with pytest.raises(SiteError) as caught:
        SiteConfig.from_json(text)
    assert "line 4, column 5" in str(caught.value)
    assert '    "Name": "x"' in caught.value.details[0]


def test_the_difference_shows_what_changes_and_nothing_else() -> None:
    after = baseline().changed({"orthanc": {"AuthenticationEnabled": False}})
    changed = [
        line
        for line in difference(baseline(), after).splitlines()
        if line[0] in "+-" and line[:3] not in ("---", "+++")
    ]
    assert changed == ['-    "AuthenticationEnabled": true,', '+    "AuthenticationEnabled": false,']
    assert difference(baseline(), baseline()) == ""


def test_the_baseline_is_plain_json() -> None:
    assert json.loads(baseline().to_json()) == baseline().data()

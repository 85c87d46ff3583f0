"""What the gateway's configuration says at the door https."""

from __future__ import annotations

from typing import Any

import pytest

from lab.errors import SiteError
from lab.site.baseline import baseline
from lab.site.nginx import nginx_conf
from lab.site.zones import Network

NATIVE, COMPOSE = Network.native(0), Network.compose("198.19")


def lines(overlay: dict[str, Any], network: Network = NATIVE) -> set[str]:
    before = nginx_conf(baseline(), network, "/x").splitlines()
    return {
        line.strip()
        for line in nginx_conf(baseline().changed(overlay), network, "/x").splitlines()
        if line not in before
    }


def test_the_baseline_limits_the_tries_of_passwords_and_asks_for_them_in_its_own_words() -> None:
    text = nginx_conf(baseline(), NATIVE, "/x")
    for line in (
        'map $http_authorization $tries { "" ""; default $binary_remote_addr; }',
        "limit_req_zone $tries zone=logins:1m rate=5r/s;",
        "limit_req zone=logins burst=60 nodelay;",
        "proxy_hide_header WWW-Authenticate;",
        "add_header Retry-After $retry_after always;",
    ):
        assert f"  {line}\n" in text, line


def test_a_denied_path_is_refused_at_the_addresses_of_its_zone() -> None:
    deny = {"gateway": {"deny": {"office": ["/tools/x-y"], "internet": ["/app/"]}}}
    assert lines(deny, COMPOSE) == {
        "map $server_addr$uri $denied { default 0; ~^198\\.19\\.3\\.1/app/ 1; ~^198\\.19\\.2\\.1/tools/x\\-y 1; "
        "~^198\\.19\\.9\\.1/tools/x\\-y 1; }",
        "if ($denied) { return 403; }",
    }


def test_a_client_is_refused_by_the_name_that_it_gives_itself() -> None:
    assert lines({"gateway": {"deny_agents": ["curl", "python-requests/2"]}}) == {
        'map $http_user_agent $unwelcome { default 0; "~*curl" 1; "~*python\\-requests/2" 1; }',
        "if ($unwelcome) { return 403; }",
    }


@pytest.mark.parametrize("name", ['curl" 1; } #', "a b", "$host", ""])
def test_a_clients_name_cannot_become_configuration(name: str) -> None:
    with pytest.raises(SiteError):
        baseline().changed({"gateway": {"deny_agents": [name]}})


@pytest.mark.parametrize(
    ("origins", "credentials", "allowed"),
    [
        (["*"], False, "add_header Access-Control-Allow-Origin * always;"),
        (["*"], True, "add_header Access-Control-Allow-Origin $http_origin always;"),
        (["https://viewer.example"], True, "add_header Access-Control-Allow-Origin $allowed_origin always;"),
    ],
)
def test_who_may_read_through_a_browser(origins: list[str], credentials: bool, allowed: str) -> None:
    found = lines({"gateway": {"cors": {"origins": origins, "credentials": credentials}}})
    assert allowed in found
    assert ("add_header Access-Control-Allow-Credentials true always;" in found) is credentials


def test_a_star_inside_an_origin_stands_for_anything() -> None:
    found = lines({"gateway": {"cors": {"origins": ["https://a.example*"]}}})
    assert 'map $http_origin $allowed_origin { default ""; "~^https://a\\.example.*$" $http_origin; }' in found


def test_an_account_is_lent_to_a_path_only() -> None:
    found = lines({"gateway": {"lends": {"/dicom-web/": "dr.moreau"}}})
    assert "location ^~ /dicom-web/ {" in found
    assert len([line for line in found if line.startswith("proxy_set_header Authorization")]) == 1


def test_an_account_that_is_not_there_cannot_be_lent() -> None:
    site = baseline().changed({"gateway": {"lends": {"/dicom-web/": "nobody"}}})
    with pytest.raises(SiteError, match=r"^gateway\.lends names 'nobody', who has no account\."):
        nginx_conf(site, NATIVE, "/x")


@pytest.mark.parametrize("path", ["dicom-web", "/a b", "/a;b", '/"', "/$uri", "/a{"])
def test_a_path_cannot_become_configuration(path: str) -> None:
    for overlay in ({"lends": {path: "admin"}}, {"deny": {"internet": [path]}}):
        with pytest.raises(SiteError):
            baseline().changed({"gateway": overlay})


@pytest.mark.parametrize("origin", ['"', "https://a b", "$http_origin", "a;b", "a\n"])
def test_an_origin_cannot_become_configuration(origin: str) -> None:
    with pytest.raises(SiteError):
        baseline().changed({"gateway": {"cors": {"origins": [origin]}}})

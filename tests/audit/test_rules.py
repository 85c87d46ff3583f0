"""Single rules: each is seen to find something, and to stay quiet beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lab.audit import audit
from lab.audit.origins import lets_others
from lab.audit.rules import rules
from tests.audit.support import SAMPLES, audited, found, labels, write

USERS = {"RegisteredUsers": {"radio": "sarbacane-oseille-19", "onco": "tilleul-marelle-52"}}
# What no labelled sample shows: a configuration that has the weakness, and its neighbour that has not.
POSITIVE: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, str]]] = [
    ("authz-overbroad", {"RemoteAccessAllowed": True, **USERS}, {"RemoteAccessAllowed": True, **USERS, "LuaScripts": ["filter.lua"]}, {}),
    ("no-integrity", {"StoreMD5ForAttachments": False}, {"StoreMD5ForAttachments": True}, {}),
    ("peer-plaintext", {"OrthancPeers": {"b": ["http://10.0.0.9:8042/"]}}, {"OrthancPeers": {"b": ["https://10.0.0.9/"]}}, {}),
    ("peer-plaintext", {"DicomWeb": {"Servers": {"b": ["http://b.example/"]}}}, {"DicomWeb": {"Servers": {"b": ["http://localhost/"]}}}, {}),
    ("https-in-debian", {"SslEnabled": True}, {"SslEnabled": False}, {"image": "debian"}),
    ("dimse-get-open", {"DicomAlwaysAllowGet": True}, {"DicomAlwaysAllowGet": False}, {}),
    ("dimse-move-open", {"DicomAlwaysAllowMove": True}, {"DicomAlwaysAllowMove": False}, {}),
    ("dimse-worklist-open", {"DicomAlwaysAllowFindWorklist": True}, {"DicomAlwaysAllowFindWorklist": False}, {}),
    ("store-overwrite", {"OverwriteInstances": True}, {"OverwriteInstances": False}, {}),
    ("store-evict", {"MaximumStorageSize": 9}, {"MaximumStorageSize": 9, "MaximumStorageMode": "Reject"}, {}),
    ("lua-exec", {"RemoteAccessAllowed": True, "ExecuteLuaEnabled": True}, {"ExecuteLuaEnabled": False}, {}),
    ("phi-in-logs", {"DeidentifyLogs": False}, {"DeidentifyLogs": True}, {}),
    ("wrong-type", {"HttpPort": "8042"}, {"HttpPort": 8042}, {}),
    ("option-too-new", {"MaximumStorageMode": "Reject"}, {}, {"version": "1.11.1"}),
    ("find-unlimited", {"LimitFindResults": 100}, {"LimitFindResults": 100, "LimitFindInstances": 1000}, {}),
    ("find-unlimited", {"LimitFindInstances": 1000}, {"LimitFindResults": 100, "LimitFindInstances": 1000}, {}),
    ("unknown-option", {"DicomModalities": {"ct": {"AET": "CT1", "Host": "10.0.0.5", "Port": 104, "AllowFnd": False}}},
     {"DicomModalities": {"ct": {"AET": "CT1", "Host": "10.0.0.5", "Port": 104, "AllowFind": False, "Room": "4"}}}, {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "weak", "strong", "platform"), POSITIVE, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_rule_finds_its_weakness_and_not_its_neighbour(
    rule: str, weak: dict[str, Any], strong: dict[str, Any], platform: dict[str, str], tmp_path: Path
) -> None:
    assert rule in found(audited(tmp_path, weak, **platform))
    assert rule not in found(audited(tmp_path, strong, **platform))


def test_a_proxy_that_does_tls_for_dicom_is_seen_to_do_it_and_to_ask_for_certificates_or_not(tmp_path: Path) -> None:
    project = write(tmp_path, "compose.yml", PROJECT.format(more="environment: {ORTHANC__REGISTERED_USERS: '${U}'}"))
    stream = "stream {{ server {{ listen 2762 {tls}; {asks} proxy_pass pacs:4242; }} }}"
    rules_ = {"dicom-no-tls", "dicom-tls-no-client-cert"}
    for tls, asks, expected in (
        ("", "", {"dicom-no-tls"}),
        ("ssl", "", {"dicom-tls-no-client-cert"}),
        ("ssl", "ssl_verify_client on;", set()),
    ):
        proxy = write(tmp_path, "nginx.conf", stream.format(tls=tls, asks=asks))
        assert found(audit([project, proxy])) & rules_ == expected, (tls, asks)


@pytest.mark.parametrize(
    ("proxy", "published", "spoofed"),
    [
        ("listen 2762 ssl; ssl_verify_client on; ssl_client_certificate ca.pem;", "", False),
        ("listen 2762 ssl; ssl_verify_client on; ssl_trusted_certificate ca.pem;", "127.0.0.1:4242:4242", False),
        ("listen 2762 ssl; ssl_verify_client on; ssl_client_certificate ca.pem;", "4242:4242", True),
        ("listen 2762 ssl; listen 104; ssl_verify_client on; ssl_client_certificate ca.pem;", "", True),
        ("listen 2762 ssl; ssl_verify_client optional; ssl_client_certificate ca.pem;", "", True),
        ("listen 2762 ssl; ssl_verify_client on;", "", True),
        ("listen 2762; ssl_verify_client on; ssl_client_certificate ca.pem;", "", True),
    ],
)
def test_an_ae_title_is_not_enough_where_the_only_way_in_asks_for_a_certificate(
    proxy: str, published: str, spoofed: bool, tmp_path: Path
) -> None:
    ports = f"ports: ['{published}'], " if published else ""
    project = f"services: {{pacs: {{image: 'orthancteam/orthanc:26.8.1', {ports}volumes: ['./orthanc.json:/etc/orthanc/orthanc.json']}}}}"
    files = [
        write(tmp_path, "orthanc.json", {"DicomModalities": {"ct": ["CT1", "10.0.0.1", 104]}}),
        write(tmp_path, "docker-compose.yml", project),
        write(tmp_path, "nginx.conf", f"stream {{ server {{ {proxy} proxy_pass pacs:4242; }} }}"),
    ]
    assert ("aet-spoof" in found(audit(files))) is spoofed


def test_https_of_other_builds_is_left_alone(tmp_path: Path) -> None:
    assert "https-in-debian" not in found(audited(tmp_path, {"SslEnabled": True}, image="orthancteam/orthanc:26.8.1"))


def test_a_misspelt_right_is_shown_on_its_line(tmp_path: Path) -> None:
    (slip,) = audited(tmp_path, POSITIVE[-1][1]).of("unknown-option")
    assert str(slip.hit.message) == "The modality ct has no setting 'AllowFnd'. Did you mean AllowFind?"
    assert slip.place.line == 7


@pytest.mark.parametrize(
    ("pattern", "open_"),
    [
        (r"^https://viewer\.hospital\.example$", False),
        (r"^https?://[a-z0-9-]+\.hospital\.example(:[0-9]+)?$", False),
        (r"^https://(.+\.)?hospital\.example$", False),
        (r"^https://(a\.hospital|b\.hospital)\.example$", False),
        (r"^https://a\.example$|^https://b\.example$", False),
        (r"^https://viewer\.hospital\.example", True),
        (r"^https://viewer\.hospital\.example.*$", True),
        (r"^https://.*hospital\.example$", True),
        (r"^https://[a-z]+hospital\.example$", True),
        (r"^https://\w+hospital\.example$", True),
        (r"viewer\.hospital\.example$", True),
        (r"^https://viewer.hospital\.example$", True),
        (r"^https://a\.example$|b\.example$", True),
        (r"^(https://a\.example|null)$", True),
        ("", True),
    ],
)
def test_a_pattern_of_origins_lets_others_in_where_it_is_open(pattern: str, open_: bool) -> None:
    assert lets_others(pattern) is open_


ADD = "add_header Access-Control-Allow-Origin"


@pytest.mark.parametrize(
    ("head", "inside", "open_"),
    [
        ("", f"{ADD} https://viewer.hospital.example;", False),
        ("", f"{ADD} *;", True),
        ("", f"{ADD} $http_origin;", True),
        ("", f'if ($http_origin ~* "^https://viewer\\.hospital\\.example$") {{ {ADD} $http_origin; }}', False),
        ("", f'if ($http_origin ~* "hospital\\.example") {{ {ADD} $http_origin; }}', True),
        ("", f'set $ok ""; if ($http_origin ~ "hospital") {{ set $ok $http_origin; }} {ADD} $ok;', True),
        ("", f'set $ok ""; if ($http_origin = "https://viewer.hospital.example") {{ set $ok $http_origin; }} {ADD} $ok;', False),
        ('map $http_origin $ok { default ""; "https://viewer.hospital.example" $http_origin; }', f"{ADD} $ok;", False),
        ('map $http_origin $ok { default ""; "~^https://viewer\\.hospital\\.example" $http_origin; }', f"{ADD} $ok;", True),
        ('map $http_origin $ok { default ""; null $http_origin; }', f"{ADD} $ok;", True),
        ("map $http_origin $ok { default $http_origin; }", f"{ADD} $ok;", True),
        ("map $http_origin $ok { default https://viewer.hospital.example; }", f"{ADD} $ok;", False),
    ],
)  # fmt: skip
def test_origins_are_followed_through_maps_and_conditions(head: str, inside: str, open_: bool, tmp_path: Path) -> None:
    text = f"{head} server {{ listen 443 ssl; location / {{ {inside} proxy_pass http://orthanc:8042; }} }}"
    assert ("cors-wildcard" in found(audit([write(tmp_path, "a.conf", text)]))) is open_


PROXY = """http {{ {http}
  server {{ listen 443 ssl; {server} location / {{ proxy_pass http://orthanc:8042; }} {more} }}
}}"""
PROJECT = "services: {{pacs: {{image: 'orthancteam/orthanc:26.8.1', user: orthanc, {more}}}}}"
FILES = [
    ("duplicate-option", "orthanc.json", '{"DicomAet": "A", "DicomAet": "B"}', '{"DicomAet": "A"}'),
    ("container-privileged", "compose.yml", PROJECT.format(more="privileged: true"), PROJECT.format(more="privileged: false")),
    ("docker-socket", "compose.yml", PROJECT.format(more="volumes: ['/run/docker.sock:/run/docker.sock']"), PROJECT.format(more="volumes: [a:/a]")),
    *[
        (rule, "nginx.conf", PROXY.format(http=weak[0], server=weak[1], more=weak[2]), PROXY.format(http="server_tokens off;", server="", more=""))
        for rule, weak in {
            "version-disclosure": ("", "", ""),
            "tls-outdated": ("", "ssl_protocols TLSv1;", ""),
            "no-audit": ("", "access_log off;", ""),
            "public-backup": ("", "", "location /backup/ { root /srv; autoindex on; }"),
        }.items()
    ],
]  # fmt: skip


@pytest.mark.parametrize(("rule", "name", "weak", "strong"), FILES, ids=[rule for rule, *_ in FILES])
def test_a_rule_finds_its_weakness_in_a_file_of_another_kind(
    rule: str, name: str, weak: str, strong: str, tmp_path: Path
) -> None:
    assert rule in found(audit([write(tmp_path, name, weak)]))
    assert rule not in found(audit([write(tmp_path, name, strong)]))


def test_no_rule_is_without_a_configuration_in_which_it_finds_something() -> None:
    shown = {rule for sample in SAMPLES.glob("*/*/expected.txt") for rule in labels(sample.parent)}
    assert set(rules()) == shown | {rule for rule, *_ in POSITIVE} | {rule for rule, *_ in FILES}

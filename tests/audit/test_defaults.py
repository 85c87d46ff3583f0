"""What is not written counts by version and by packaging, and the finding says of what it is the default."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.audit import AuditError, audit
from lab.audit.environment import option_path, variable_name
from lab.audit.harden import harden
from lab.audit.platform import is_orthanc_image, platform_of, split_image
from lab.audit.source import Place
from tests.audit.support import audited, found, write


@pytest.mark.parametrize(
    ("version", "image", "expected"),
    [
        ("1.10.1", None, True),
        ("1.11.3", None, True),
        ("1.12.0", None, False),
        ("1.13.0", None, False),
        ("1.10.1", "debian", False),  # Debian put the option into 1.10.1
        ("1.10.1", "orthancteam/orthanc", True),
    ],
)
def test_writing_files_over_rest_is_open_before_1_12_unless_debian_closed_it(
    version: str, image: str | None, expected: bool, tmp_path: Path
) -> None:
    report = audited(tmp_path, {"RemoteAccessAllowed": True}, **({"image": image} if image else {}), version=version)
    assert ("rest-fs-write" in found(report)) is expected
    for finding in report.of("rest-fs-write"):
        assert version in str(finding.hit.default)
        assert version in str(finding.hit.message)


@pytest.mark.parametrize(
    ("version", "unwritten", "empty"),
    [("1.10.1", True, True), ("1.12.8", True, True), ("1.12.9", True, False), ("1.13.0", False, False)],
)
def test_the_default_user_is_there_until_1_12_8_and_until_1_12_11_where_nothing_is_written_of_users(
    version: str, unwritten: bool, empty: bool, tmp_path: Path
) -> None:
    for users, expected in (({}, unwritten), ({"RegisteredUsers": {}}, empty)):
        report = audited(tmp_path, {"RemoteAccessAllowed": True, **users}, version=version)
        assert ("http-default-creds" in found(report)) is expected, users


@pytest.mark.parametrize(
    ("addresses", "version", "reached"),
    [
        (["127.0.0.1"], "1.13.0", False),
        (["127.0.0.1", "::1"], "1.12.10", False),
        (["127.0.0.1", "10.0.0.4"], "1.13.0", True),
        ([], "1.13.0", True),
        (["127.0.0.1"], "1.12.9", True),  # which ignores it
    ],
)
def test_a_web_server_that_listens_on_loopback_only_is_reached_by_nobody_else(
    addresses: list[str], version: str, reached: bool, tmp_path: Path
) -> None:
    options = {"RemoteAccessAllowed": True, "AuthenticationEnabled": False, "HttpBindAddresses": addresses}
    report = audited(tmp_path, options, version=version)
    assert ("http-no-auth" in found(report)) is reached
    assert ("option-too-new" in found(report)) is (version == "1.12.9")
    assert "unknown-option" not in found(report)


@pytest.mark.parametrize(("word", "replaces"), [("Always", True), ("IfChanged", True), ("Never", False)])
def test_the_words_with_which_1_13_says_whether_images_are_replaced(word: str, replaces: bool, tmp_path: Path) -> None:
    report = audited(tmp_path, {"OverwriteInstances": word}, version="1.13.0")
    assert ("store-overwrite" in found(report)) is replaces
    assert "wrong-type" not in found(report)


def test_remote_access_is_off_by_default_and_on_in_the_images(tmp_path: Path) -> None:
    assert "http-plaintext" not in found(audited(tmp_path, {}))
    assert "http-plaintext" in found(audited(tmp_path, {}, image="orthancteam/orthanc:24.6.1"))
    assert "http-plaintext" in found(audited(tmp_path, {}, image="jodogne/orthanc:1.12.7"))


def test_authentication_follows_remote_access_when_nothing_is_written(tmp_path: Path) -> None:
    assert "http-no-auth" not in found(audited(tmp_path, {"RemoteAccessAllowed": True}, version="1.12.7"))
    assert "http-no-auth" in found(audited(tmp_path, {"RemoteAccessAllowed": True, "AuthenticationEnabled": False}))


def test_an_option_that_this_version_ignores_protects_nothing(tmp_path: Path) -> None:
    options = {"MaximumPatientCount": 2, "MaximumStorageMode": "Reject"}
    assert {"option-too-new", "store-evict"} <= found(audited(tmp_path, options, version="1.11.1"))
    assert {"option-too-new", "store-evict"}.isdisjoint(found(audited(tmp_path, options, version="1.11.2")))


@pytest.mark.parametrize(
    ("image", "family", "version"),
    [
        ("orthancteam/orthanc:26.8.1", "orthancteam", (1, 13, 0)),
        ("orthancteam/orthanc:24.6.2-full", "orthancteam", (1, 12, 4)),
        ("docker.io/osimis/orthanc:23.5.0", "orthancteam", (1, 12, 0)),
        ("osimis/orthanc:20.12.4", "orthancteam", (1, 8, 1)),
        ("osimis/orthanc:22.8.1-full", "orthancteam", (1, 11, 2)),
        ("osimis/orthanc:19.9.1", "orthancteam", None),  # before the notes that were looked up
        ("orthancteam/orthanc:25.8.0", "orthancteam", None),  # between the notes that were looked up
        ("orthancteam/orthanc", "orthancteam", None),
        ("registry.example:5000/jodogne/orthanc-plugins:1.11.2@sha256:00", "jodogne", (1, 11, 2)),
        ("debian", "debian", None),
        ("debian:bookworm-slim", "debian", (1, 10, 1)),
        ("debian:13", "debian", (1, 12, 7)),
        ("debian:sid", "debian", None),
    ],
)
def test_the_version_is_taken_from_the_tag(image: str, family: str, version: tuple[int, ...] | None) -> None:
    platform = platform_of(image)
    assert (platform.family, platform.version) == (family, version)


@pytest.mark.parametrize(
    ("tag", "at_most"),
    [
        ("19.9.1", "1.6.0"),
        ("25.2.1", "1.12.10"),
        ("25.8.0", "1.12.10"),
        ("26.3.0-full", "1.12.10"),
        ("26.4.0", "1.12.11"),
        ("26.7.2", "1.12.11"),
        ("26.8.0", ""),
        ("26.8.1", ""),
        ("latest", ""),
    ],
)
def test_an_image_of_a_month_before_1_13_is_outdated_whatever_its_version_is(
    tag: str, at_most: str, tmp_path: Path
) -> None:
    image = f"orthancteam/orthanc:{tag}"
    report = audited(tmp_path, {"DicomModalities": {"a": ["A", "10.0.0.1", 104]}}, image=image)
    assert ("outdated" in found(report)) is bool(at_most)
    for finding in report.of("outdated"):
        assert str(finding.hit.message) == f"the image {image} (Orthanc {at_most} at most) is older than 1.13.0."


def test_an_image_built_on_debian_has_the_orthanc_of_that_debian(tmp_path: Path) -> None:
    write(tmp_path, "archive/Dockerfile", "FROM debian:bookworm-slim\nRUN apt-get install -y orthanc\n")
    write(tmp_path, "archive/orthanc.json", {"Name": "Radio"})
    project = write(tmp_path, "docker-compose.yml", "services: {pacs: {build: ./archive, ports: ['8042:8042']}}")
    report = audit([project, tmp_path / "archive" / "orthanc.json"])
    assert [archive.platform.version for archive in report.deployment.archives] == [(1, 10, 1)]
    assert "outdated" in found(report)


def test_a_stated_version_goes_over_the_tag_and_a_wrong_one_is_refused() -> None:
    assert platform_of("orthancteam/orthanc:24.6.1", "1.13.0").version == (1, 13, 0)
    with pytest.raises(AuditError, match="'latest' is not a version of Orthanc"):
        platform_of(None, "latest")


def test_images_are_told_apart() -> None:
    assert split_image("localhost:5000/a/b:c") == ("a/b", "c")
    assert is_orthanc_image("orthancteam/orthanc:24.6.1")
    assert not is_orthanc_image("orthancteam/orthanc-auth-service")
    assert not is_orthanc_image("ohif/viewer")


@pytest.mark.parametrize(
    ("variable", "path"),
    [
        ("ORTHANC__DICOM_AET", ("DicomAet",)),
        ("ORTHANC__DICOM_WEB__ROOT", ("DicomWeb", "Root")),
        ("ORTHANC__STORE_MD5_FOR_ATTACHMENTS", ("StoreMD5ForAttachments",)),
        ("ORTHANC__POSTGRESQL__PASSWORD", ("PostgreSQL", "Password")),
        ("AC_AUTHENTICATION_ENABLED", ("AuthenticationEnabled",)),
        ("POSTGRES_PASSWORD", None),
    ],
)
def test_variables_of_the_images_name_options(variable: str, path: tuple[str, ...] | None) -> None:
    assert option_path(variable) == path


def test_an_option_names_its_variable() -> None:
    assert variable_name("DicomAlwaysAllowFind") == "ORTHANC__DICOM_ALWAYS_ALLOW_FIND"
    assert variable_name("StoreMD5ForAttachments") == "ORTHANC__STORE_MD5_FOR_ATTACHMENTS"


COMPOSE = """services:
  pacs:
    image: orthancteam/orthanc:26.8.1
    user: orthanc
    {ports}
    environment:
      {variable}
"""


def compose(folder: Path, ports: str, variable: str) -> set[str]:
    return found(audit([write(folder, "compose.yml", COMPOSE.format(ports=ports, variable=variable))]))


def test_legacy_names_work_like_the_new_ones(tmp_path: Path) -> None:
    for variable in ('AC_AUTHENTICATION_ENABLED: "false"', 'ORTHANC__AUTHENTICATION_ENABLED: "false"'):
        assert "http-no-auth" in compose(tmp_path, 'ports: ["8042:8042"]', variable)
    for variable in ("DICOM_DICOM_ALWAYS_ALLOW_STORE_ENABLED", "ORTHANC__DICOM_ALWAYS_ALLOW_STORE"):
        for value, open_ in (("true", True), ("false", False)):
            found_ = compose(tmp_path, 'ports: ["4242:4242"]', f'{variable}: "{value}"')
            assert ("dimse-store-open" in found_) is open_


def test_without_accounts_a_container_is_open_to_its_neighbours_if_it_has_any(tmp_path: Path) -> None:
    alone = 'services: {orthanc: {image: "orthancteam/orthanc:26.8.1", user: "999"%s, environment: {ORTHANC__AUTHENTICATION_ENABLED: "false"}}%s}'
    for more, others, open_ in (
        ("", "", False),
        (', ports: ["127.0.0.1:8042:8042"]', "", False),
        (', ports: ["8042:8042"]', "", True),
        (", networks: [hospital]", "", True),
        ("", ", viewer: {image: viewer}", True),
    ):
        report = audit([write(tmp_path, "compose.yml", alone % (more, others))])
        assert ("http-no-auth" in found(report)) is open_, (more, others)


def test_a_configuration_that_stands_in_the_compose_file_is_read(tmp_path: Path) -> None:
    text = """services:
  orthanc:
    image: jodogne/orthanc:1.13.0
    user: "999"
    ports: ["127.0.0.1:8042:8042"]
    configs: [{{source: archive, target: /etc/orthanc/orthanc.json}}]
configs:
  archive:
    content: |
      // ours
      {{ "RemoteAccessAllowed": true, "RegisteredUsers": {{ "radio": "{password}" }}, "OverwriteInstances": true }}
"""
    report = audit([file := write(tmp_path, "compose.yml", text.format(password="radio"))])
    assert found(report) == {"http-default-creds", "secret-in-compose", "store-overwrite"}
    assert {finding.place for finding in report.findings} == {Place(str(file), 9, 14)}
    assert harden(report).files == ()  # left for people: the value stands within another
    report = audit([write(tmp_path, "compose.yml", text.format(password="${{PASSWORD}}"))])
    assert found(report) == {"store-overwrite"}


def test_with_certificates_on_both_sides_a_borrowed_title_gains_nothing(tmp_path: Path) -> None:
    tls = {"DicomTlsEnabled": True, "DicomModalities": {"a": ["A", "10.0.0.1", 104]}}
    for certificates, open_ in ({}, False), ({"DicomTlsRemoteCertificateRequired": False}, True):
        assert ("aet-spoof" in found(audited(tmp_path, tls | certificates))) is open_


def test_a_proxy_without_a_limit_weighs_less_while_there_is_no_password_to_try(tmp_path: Path) -> None:
    proxy = write(tmp_path, "a.conf", "server { listen 443 ssl; location / { proxy_pass http://127.0.0.1:8042; } }")
    for asks, severity in (True, "medium"), (False, "low"):
        report = audit([proxy, write(tmp_path, "orthanc.json", {"AuthenticationEnabled": asks})])
        assert [finding.severity for finding in report.of("http-no-ratelimit")] == [severity]


def test_a_port_on_loopback_is_not_published(tmp_path: Path) -> None:
    users = 'ORTHANC__REGISTERED_USERS: "${USERS}"'
    assert {"bind-all", "http-plaintext"} <= compose(tmp_path, 'ports: ["8042:8042"]', users)
    for ports in (
        'ports: ["127.0.0.1:8042:8042"]',
        'ports: ["[::1]:8042:8042"]',
        "ports: [{target: 8042, published: 8042, host_ip: 127.0.0.1}]",
    ):
        assert compose(tmp_path, ports, users) == set(), ports


def test_values_from_the_env_file_beside_the_project_are_put_in(tmp_path: Path) -> None:
    variable = 'ORTHANC__DICOM_ALWAYS_ALLOW_FIND: "${OPEN:-false}"'
    assert "dimse-find-open" not in compose(tmp_path, "", variable)
    write(tmp_path, ".env", "OPEN=true\n")
    assert "dimse-find-open" in compose(tmp_path, "", variable)


def test_dangerous_containers_are_found(tmp_path: Path) -> None:
    text = """services:
  pacs:
    image: jodogne/orthanc:1.13.0
    user: "0:0"
    privileged: true
    network_mode: host
    cap_add: [SYS_ADMIN]
    pid: host
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
    command: /etc/orthanc --trace
"""
    report = audit([write(tmp_path, "docker-compose.yml", text)])
    expected = {"container-privileged", "docker-socket", "container-root", "bind-all", "log-trace", "http-plaintext"}
    assert expected <= found(report)
    lines = {(finding.rule.id, finding.place.line) for finding in report.findings}
    assert {
        ("container-privileged", 5),
        ("container-privileged", 7),
        ("container-privileged", 8),
        ("docker-socket", 9),
    } <= lines


def test_nginx_in_front_is_looked_through(tmp_path: Path) -> None:
    text = """events {}
http {
  upstream pacs { server 10.0.0.5:8042; }
  server {
    listen 443 ssl;
    ssl_protocols TLSv1 TLSv1.2;
    access_log off;
    location / { proxy_pass http://pacs; }
    location /backup/ { alias /srv/backup/; autoindex on; }
  }
}
stream { server { listen 11112; proxy_pass 10.0.0.5:4242; } }
"""
    report = audit([write(tmp_path, "nginx.conf", text)])
    places = {finding.rule.id: finding.place.line for finding in report.findings}
    assert places == {
        "public-backup": 9, "no-audit": 7, "tls-outdated": 6, "http-no-ratelimit": 8, "version-disclosure": 2,
    }  # fmt: skip


def test_a_proxy_that_asks_lowers_what_orthanc_does_not_ask(tmp_path: Path) -> None:
    orthanc = write(tmp_path, "orthanc.json", {"AuthenticationEnabled": False, "DicomServerEnabled": False})
    proxy = "server {{ listen 443 ssl; {asks} location / {{ proxy_pass http://127.0.0.1:8042; }} }}"
    (open_,) = audit([orthanc, write(tmp_path, "a.conf", proxy.format(asks=""))]).of("http-no-auth")
    (asked,) = audit([orthanc, write(tmp_path, "a.conf", proxy.format(asks='auth_basic "x";'))]).of("http-no-auth")
    assert (open_.severity, asked.severity) == ("critical", "medium")

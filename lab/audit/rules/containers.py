"""Rules about the containers of a compose file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lab import references as ref
from lab.audit.archive import Archive
from lab.audit.compose import Port, Service
from lab.audit.deployment import DICOM_PORTS, WEB_PORTS, Deployment
from lab.audit.platform import split_image
from lab.audit.rule import Edit, Hit, rule
from lab.audit.yamlfile import Item
from lab.i18n import t
from lab.model import Severity

CRITICAL, HIGH, MEDIUM, LOW = Severity
DATABASES = {5432: "PostgreSQL", 3306: "MySQL", 1433: "SQL Server"}
DANGEROUS = {"ALL", "SYS_ADMIN", "CAP_SYS_ADMIN", "SYS_PTRACE", "CAP_SYS_PTRACE", "SYS_MODULE", "CAP_SYS_MODULE"}


@rule(
    "bind-all",
    HIGH,
    t("A port is published for everybody"),
    t(
        "Docker opens it past the host’s firewall (ufw). Publish on 127.0.0.1 for a proxy, or on the address in the clinic’s network."
    ),
    ref.CWE_668,
    ref.DOCKER_PORTS,
)
def bind_all(site: Deployment) -> Iterator[Hit]:
    """Ports of Orthanc and of its database, and Orthanc's usual ones where another container passes them on.

    The DICOM port is needed by the modalities: lower, as one address would do. Which address that is only people know: a DICOM
    port is never moved to 127.0.0.1 by ``--harden``. A proxy's own port (443) is meant to be open. nginx publishes too, where it
    forwards the web port as a plain stream: all that a proxy could add is missing there.
    """
    theirs = {archive.service.name for archive in site.archives if archive.service is not None}
    for archive in site.archives:
        if archive.service is not None:
            yield from _published(archive.service, _ports(archive), archive.port("DicomPort"))
    usual = {WEB_PORTS[0]: HIGH, DICOM_PORTS[0]: MEDIUM} if site.archives or site.built else {}
    for service in site.services:
        if not service.is_orthanc and service.name not in theirs:
            yield from _published(service, dict.fromkeys(DATABASES, HIGH) | usual, DICOM_PORTS[0])
    for route in site.web_routes:
        if route.stream and not all(listen.loopback for listen in route.listens):
            message = t("nginx forwards the archive’s own web port as it is.")
            yield Hit(
                message, route.block.place, fragment="# no stream server for the web port: proxy_pass in http { }"
            )


def _ports(archive: Archive) -> dict[int, Severity]:
    named = {archive.port("HttpPort"): HIGH, archive.port("DicomPort"): MEDIUM}
    return {port: severity for port, severity in named.items() if port is not None}


def _published(service: Service, ports: dict[int, Severity], dicom: int | None = None) -> Iterator[Hit]:
    mode = service.item.get("network_mode")
    if mode is not None and mode.text == "host" and not set(DATABASES) <= set(ports):
        yield Hit(
            t("The container {name} is on the host’s own network.", name=service.name),
            mode.place,
            fragment='ports: ["127.0.0.1:8042:8042"]',
        )
    for port in service.ports:
        if port.target in ports and port.host in ("", "0.0.0.0", "::"):
            message = t("Port {port} of {name} is published on every address.", port=port.target, name=service.name)
            address, edits = ("10.0.0.5", ()) if port.target == dicom else ("127.0.0.1", _bind_edit(port))
            fragment = f'ports: ["{address}:{port.published or port.target}:{port.target}"]'
            if port.target == dicom:
                fragment += "   # the archive’s address in the clinic’s network"
            yield Hit(message, port.item.place, severity=ports[port.target], fragment=fragment, edits=edits)


def _bind_edit(port: Port) -> tuple[Edit, ...]:
    text = port.item.text
    if text is None or port.host or "$" in text:
        return ()
    start, end = port.item.span
    return (Edit(port.item.source, start, end, f'"127.0.0.1:{text if ":" in text else f"{text}:{text}"}"'),)


@rule(
    "container-privileged",
    CRITICAL,
    t("The container may do on the host whatever root may"),
    t("Code that runs in the container, by ExecuteLuaEnabled or by a flaw in a decoder, owns the host."),
    ref.CWE_250,
    ref.DOCKER_SECURITY,
    scenario="lua-exec",
)
def container_privileged(site: Deployment) -> Iterator[Hit]:
    """``privileged``, capabilities that amount to it, and the host’s process namespace, in any container of the project."""
    for service in site.services:
        item = service.item.get("privileged")
        if item and item.true:
            yield Hit(
                t("The container {name} is privileged.", name=service.name),
                item.place,
                fragment="privileged: false",
                edits=(Edit(item.source, *item.span, "false"),),
            )
        for capability in _items(service, "cap_add"):
            if (capability.text or "").upper() in DANGEROUS:
                message = t(
                    "The container {name} has the capability {capability}.",
                    name=service.name,
                    capability=capability.text,
                )
                yield Hit(message, capability.place, severity=HIGH, fragment="cap_drop: [ALL]")
        if (pid := service.item.get("pid")) and pid.text == "host":
            yield Hit(
                t("The container {name} sees the host’s processes.", name=service.name),
                pid.place,
                severity=HIGH,
                fragment="# pid: host",
            )


@rule(
    "docker-socket",
    CRITICAL,
    t("The container commands Docker, and so the host"),
    t("Who can write to the socket starts a privileged container and owns the host."),
    ref.CWE_250,
    ref.DOCKER_SECURITY,
    scenario="lua-exec",
)
def docker_socket(site: Deployment) -> Iterator[Hit]:
    """The socket mounted into any container of the project, read-only or not: read-only does not bind what is sent through it."""
    for service in site.services:
        for source, _, item in service.mounts:
            if source.rstrip("/").endswith("docker.sock"):
                yield Hit(
                    t("{source} is mounted into the container {name}.", source=source, name=service.name),
                    item.place,
                    fragment="# - /var/run/docker.sock:/var/run/docker.sock",
                )


@rule(
    "container-root",
    LOW,
    t("Orthanc runs as root in its container"),
    t("What Orthanc may write, an intruder may write. The official images run as root unless told otherwise."),
    ref.BOOK_SECURITY,
    ref.BOOK_IMAGES,
    ref.CWE_250,
    scenario="rest-fs-write",
)
def container_root(site: Deployment) -> Iterator[Hit]:
    """Only for images known to run as root: an image of one’s own may have a user of its own."""
    for archive in site.archives:
        service = archive.service
        if (
            service is None
            or service.image is None
            or split_image(service.image)[0].split("/")[0] not in ("orthancteam", "osimis", "jodogne")
        ):
            continue
        user = service.item.get("user")
        if user is None:
            message = t("No user is set; {platform} then runs as root.", platform=archive.platform.label)
            yield Hit(
                message, archive.anchor, default=archive.platform.label, archive=archive, fragment='user: "orthanc"'
            )
        elif re.match(r"(root|0)(:|$)", user.text or ""):
            yield Hit(
                t("The container runs as {user}.", user=user.text),
                user.place,
                archive=archive,
                fragment='user: "orthanc"',
            )


@rule(
    "image-unpinned",
    LOW,
    t("Nobody can say which version runs"),
    t(
        "Without a version the image changes when the host pulls again, and an old one stays for years when it does not."
    ),
    ref.BOOK_IMAGES,
    scenario="outdated",
)
def image_unpinned(site: Deployment) -> Iterator[Hit]:
    """Orthanc’s images only: no tag, or one that moves. A digest pins."""
    for archive in site.archives:
        image = archive.service.image if archive.service else None
        item = archive.service.item.get("image") if archive.service else None
        if image and item and "@" not in image and _moves(image):
            message = t("The image {image} has no version.", image=image)
            yield Hit(message, item.place, archive=archive, fragment="image: orthancteam/orthanc:26.8.1")


def _moves(image: str) -> bool:
    """Whether the tag says no version of a release: none, a word such as latest, or a pre-release."""
    name, tag = split_image(image)
    return "pre-release" in name or not re.search(r"\d+\.\d+", tag or "")


def _items(service: Service, name: str) -> list[Item]:
    item = service.item.get(name)
    return item.items() if item else []

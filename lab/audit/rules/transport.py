"""Rules about what crosses the network in the clear, and about weak encryption."""

from __future__ import annotations

from collections.abc import Iterator

from lab import references as ref
from lab.audit.archive import Archive, Reach
from lab.audit.deployment import Deployment
from lab.audit.routes import Listen
from lab.audit.rule import Hit, hit, rule
from lab.i18n import t
from lab.model import Severity

CRITICAL, HIGH, MEDIUM, LOW = Severity
TLS = """server {
  listen 443 ssl;
  ssl_certificate     /etc/nginx/tls/archive.pem;
  ssl_certificate_key /etc/nginx/tls/archive.key;
  location / { proxy_pass http://127.0.0.1:8042; }
}"""
CLIENT_CERTIFICATES = """ssl_client_certificate /etc/nginx/tls/modalities.pem;
ssl_verify_client on;"""
WEAK = {"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"}


@rule(
    "http-plaintext",
    HIGH,
    t("Passwords and names cross the network in the clear"),
    t(
        "Whoever sits on the way reads the password and every name: basic authentication sends the password with each request."
    ),
    ref.CWE_319,
    ref.BOOK_HTTPS,
)
def http_plaintext(site: Deployment) -> Iterator[Hit]:
    """A port that is published without TLS, in nginx or by Docker; without either file, that remote access has no TLS in sight."""
    for route in site.web_routes:
        for listen in filter(_in_the_clear, route.listens):
            yield Hit(
                t("nginx passes port {port} on to the archive without TLS.", port=listen.port),
                listen.block.place,
                fragment=TLS,
            )
    for archive in site.archives:
        yield from _direct(site, archive)


def _in_the_clear(listen: Listen) -> bool:
    return not listen.tls and not listen.loopback


def _direct(site: Deployment, archive: Archive) -> Iterator[Hit]:
    if archive.web is not Reach.NETWORK or archive.is_on("SslEnabled") or archive.remote.value is False:
        return
    remote = archive.remote
    if archive.service is None and not archive.web_routes:
        message = t("Remote access is allowed, and nothing here shows TLS in front of it.")
        yield hit(archive, remote, message, severity=MEDIUM, fragment=TLS)
    elif archive.service is not None and archive.on_host_network:
        yield Hit(
            t("Port {port} is open on the host, without TLS.", port=archive.port("HttpPort")),
            archive.anchor,
            archive=archive,
            fragment=TLS,
        )
    elif archive.service is not None:
        for port in archive.service.ports:
            if port.target == archive.port("HttpPort") and not port.loopback:
                message = t("Port {port} is published without TLS.", port=port.published or port.target)
                yield Hit(message, port.item.place, archive=archive, fragment=TLS)


def dicom_proxy_asks_nobody(site: Deployment) -> Iterator[Hit]:
    """An nginx that does TLS for the DICOM port and asks the other side for no certificate."""
    for route in filter(site.is_dicom, site.routes):
        asked = any(block.args == ("on",) for block in route.server.effective("ssl_verify_client"))
        for listen in route.listens if not asked else ():
            if listen.tls and not listen.loopback:
                message = t("nginx takes DICOM over TLS at port {port} from whoever comes.", port=listen.port)
                yield Hit(message, listen.block.place, fragment=CLIENT_CERTIFICATES)


@rule(
    "tls-outdated",
    MEDIUM,
    t("Outdated versions of TLS are accepted"),
    t("TLS 1.0 and 1.1 are broken; a client that talks them can be listened to."),
    ref.BOOK_HTTPS,
    scenario="http-plaintext",
)
def tls_outdated(site: Deployment) -> Iterator[Hit]:
    """In nginx before the archive, and in Orthanc’s own TLS, where 4 stands for TLS 1.2 and 0 for DICOM’s own profile."""
    seen = set()
    for route in site.routes:
        for block in route.server.effective("ssl_protocols"):
            if WEAK & set(block.args) and block.place not in seen and any(listen.tls for listen in route.listens):
                seen.add(block.place)
                weak = ", ".join(sorted(WEAK & set(block.args)))
                yield Hit(t("{weak} is accepted.", weak=weak), block.place, fragment="ssl_protocols TLSv1.2 TLSv1.3;")
    for archive in site.archives:
        for tls, option in (
            ("SslEnabled", "SslMinimumProtocolVersion"),
            ("DicomTlsEnabled", "DicomTlsMinimumProtocolVersion"),
        ):
            setting = archive.setting(option)
            if archive.is_on(tls) and isinstance(setting.value, int) and 0 < setting.value < 4:
                yield hit(
                    archive, setting, t("{option} is {value}.", option=option, value=setting.value), options={option: 4}
                )


@rule(
    "https-in-debian",
    MEDIUM,
    t("Orthanc’s own HTTPS does not work in Debian’s build"),
    t(
        "Debian’s 1.10.1 and 1.13.0 crash at the first TLS connection, and its 1.12.7 answers nothing. A proxy in front does it well."
    ),
    ref.BOOK_HTTPS,
    scenario="http-plaintext",
)
def https_in_debian(site: Deployment) -> Iterator[Hit]:
    """Only where Debian’s package is known to run: other builds have a TLS that works."""
    for archive in site.archives:
        if archive.platform.family == "debian" and archive.is_on("SslEnabled"):
            message = t("SslEnabled is true, in {platform}.", platform=archive.platform.label)
            yield hit(archive, archive.setting("SslEnabled"), message, fragment=TLS)


@rule(
    "peer-plaintext",
    MEDIUM,
    t("Another archive is reached in the clear"),
    t("What this archive sends to its peer, and the password for it, can be read on the way."),
    ref.CWE_319,
    ref.BOOK_SECURITY,
    scenario="http-plaintext",
)
def peer_plaintext(site: Deployment) -> Iterator[Hit]:
    """Peers and DICOMweb servers at http:// addresses; not at this machine, nor in the same compose project."""
    here = {service.name for service in site.services} | {"localhost", "127.0.0.1", "[::1]"}
    for archive in site.archives:
        servers = archive.table("DicomWeb").get("Servers")
        for option, table in (("OrthancPeers", archive.table("OrthancPeers")), ("DicomWeb", servers)):
            for name, peer in table.items() if isinstance(table, dict) else ():
                url = _url(peer)
                host = url.removeprefix("http://").split("/")[0].rpartition("@")[2].split(":")[0]
                if url.startswith("http://") and host not in here:
                    message = t("{name} is at {url}.", name=name, url=url)
                    yield hit(archive, archive.setting(option), message, fragment='"https://…"')


def _url(peer: object) -> str:
    found = peer[0] if isinstance(peer, list) and peer else peer.get("Url", "") if isinstance(peer, dict) else peer
    return str(found or "")

"""Rules about the REST API and the web interface of an archive."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lab import references as ref
from lab.audit.archive import Archive, Reach
from lab.audit.deployment import Deployment
from lab.audit.nginx import Block
from lab.audit.platform import split_image
from lab.audit.routes import Route
from lab.audit.rule import Hit, hit, rule
from lab.audit.rules.options import option_message
from lab.i18n import t
from lab.model import Severity

CRITICAL, HIGH, MEDIUM, LOW = Severity
NO_LOGIN = "# no proxy_set_header Authorization: each visitor logs in"


def open_to_all(archive: Archive) -> bool:
    """The REST API answers without an account to somebody beyond this machine."""
    return archive.web > Reach.NOBODY and not archive.asks_for_accounts


def guarded_by_proxy(archive: Archive) -> bool:
    """Everything that leads to the archive passes a proxy that asks who is calling."""
    direct = archive.remote.value is not False and archive.published(archive.port("HttpPort")) is Reach.NETWORK
    return bool(archive.web_routes) and all(map(asks, archive.web_routes)) and not direct


def asks(route: Route) -> bool:
    """Whether nginx asks for an account or a certificate on this route."""
    for name in ("auth_basic", "auth_request", "auth_jwt"):
        if any(block.args and block.args[0] != "off" for block in route.inside.effective(name)):
            return True
    return any(block.args == ("on",) for block in route.server.effective("ssl_verify_client"))


@rule(
    "http-no-auth",
    CRITICAL,
    t("The web interface asks nobody who they are"),
    t("Anyone who reaches it lists the patients, opens and downloads the images, changes and deletes them."),
    ref.CVE_2025_0896,
    ref.CWE_306,
    ref.BOOK_SECURITY,
    ref.GDPR_32,
)
def http_no_auth(site: Deployment) -> Iterator[Hit]:
    """Quiet when nobody but this machine gets in, or the authorization plugin decides. Lower behind a proxy that asks; not one that answers.

    A proxy that answers with an account of its own counts wherever it does so, but for the paths of other rules (DICOMweb,
    WebDAV, /system, the metrics); lower for the pages of the interface, which hold no patient.
    """
    for archive in filter(open_to_all, site.archives):
        if _alone(site, archive):
            continue
        setting = archive.authentication
        severity = MEDIUM if archive.web is Reach.INSIDE or guarded_by_proxy(archive) else None
        message = option_message(setting.name, setting.value, setting.default)
        if severity and archive.web_routes:
            message = t("{message} Only the proxy in front asks who is calling.", message=message)
        elif severity:
            message = t("{message} Other containers get in without an account.", message=message)
        yield hit(archive, setting, message, severity=severity, options={"AuthenticationEnabled": True})
    for archive in site.archives:
        for login, path in lent(archive):
            if not harmless(path) and not _of_a_plugin(archive, path):
                message = t("nginx logs in to the archive for whoever comes to {path}.", path=path)
                severity = LOW if path.startswith("/app/") else None
                yield Hit(message, login.place, severity=severity, fragment=NO_LOGIN)


def _alone(site: Deployment, archive: Archive) -> bool:
    """Whether no other container is there to come in, and none can be let in: the only one of a project without shared networks."""
    service = archive.service
    if service is None or archive.web is not Reach.INSIDE or len(site.services) > 1:
        return False
    return service.item.get("networks") is None and service.item.get("network_mode") is None


def _consequence(archive: Archive) -> bool:
    """Where a door is open to the network, what it gives away is worth a line of its own."""
    return open_to_all(archive) and archive.web is Reach.NETWORK and not guarded_by_proxy(archive)


@rule(
    "open-viewer",
    CRITICAL,
    t("The web viewer shows patients to anybody"),
    t("A browser is all it takes: /app/explorer.html lists the patients and shows their images."),
    ref.BOOK_SECURITY,
    ref.T1213,
)
def open_viewer(site: Deployment) -> Iterator[Hit]:
    """Only where nobody is asked for an account."""
    for archive in filter(_consequence, site.archives):
        setting = archive.setting("OrthancExplorerEnabled")
        if setting.value is True:
            message = option_message(setting.name, setting.value, setting.default)
            yield hit(archive, setting, message, options={"AuthenticationEnabled": True})


@rule(
    "dicomweb-open",
    CRITICAL,
    t("DICOMweb answers anybody"),
    t("QIDO-RS lists the studies and WADO-RS delivers them, in a format that every DICOM tool reads."),
    ref.T1213,
)
def dicomweb_open(site: Deployment) -> Iterator[Hit]:
    """Only where nobody is asked for an account, by the archive or because the proxy gives it one, and the plugin is on."""
    for archive in site.archives:
        setting = archive.setting("DicomWeb")
        plugin = archive.table("DicomWeb")
        loaded = plugin or "DicomWeb" in archive.sections or _comes_with_plugins(archive)
        if not loaded or plugin.get("Enable", True) is False:
            continue
        if _consequence(archive):
            yield hit(archive, setting, t("The DICOMweb plugin is on."), options={"AuthenticationEnabled": True})
        for login, path in lent(archive):
            if covers(path, _root(archive)) or path.startswith("/wado"):
                yield Hit(t("nginx logs in to DICOMweb for whoever comes."), login.place, fragment=NO_LOGIN)


def lent(archive: Archive) -> Iterator[tuple[Block, str]]:
    """Where nginx puts a fixed account into requests and asks for none itself, and below which path."""
    for route in archive.web_routes:
        if asks(route):
            continue
        for header in route.inside.effective("proxy_set_header"):
            name, *value = header.args
            if name.lower() == "authorization" and value and value[0] and not value[0].startswith("$"):
                yield header, _asked(route)


def _asked(route: Route) -> str:
    """The path below which the archive is asked, or the pattern; ``/`` where a rewrite does not let one tell."""
    if uri := re.match(r"https?://[^/]+(/[^$]*)$", route.block.args[0]):
        return uri[1]
    is_location = route.inside.name == "location" and route.inside.args and not route.inside.effective("rewrite")
    return route.inside.args[-1] if is_location else "/"


def covers(path: str, wanted: str) -> bool:
    """Whether a location leads to this path, or to a part of what lies below it."""
    return wanted.startswith(path) or wanted.rstrip("/") in path


def harmless(path: str) -> bool:
    """Whether a location gives away only what a rule of lower severity speaks of: the version, the metrics."""
    return path.rstrip("/") in ("/system", "/tools/metrics-prometheus")


def _of_a_plugin(archive: Archive, path: str) -> bool:
    return any(path.startswith(root.rstrip("/")) for root in (_root(archive), "/wado", "/webdav"))


def _root(archive: Archive) -> str:
    return str(archive.table("DicomWeb").get("Root", "/dicom-web/"))


def _comes_with_plugins(archive: Archive) -> bool:
    """jodogne/orthanc-plugins loads DICOMweb without being told to."""
    return split_image(archive.platform.image or "")[0] == "jodogne/orthanc-plugins"


@rule(
    "rest-exfil",
    CRITICAL,
    t("Anybody may have the archive send its images away"),
    t(
        "PUT /modalities/x declares a destination, POST /modalities/x/store sends patients there: no download, no trace in the proxy’s log."
    ),
    ref.T1020,
)
def rest_exfil(site: Deployment) -> Iterator[Hit]:
    """Only where nobody is asked for an account; a read-only archive cannot be told to send."""
    for archive in filter(_consequence, site.archives):
        if not archive.is_on("ReadOnly"):
            message = t("The REST API takes orders from anybody.")
            yield hit(archive, archive.authentication, message, options={"AuthenticationEnabled": True})


@rule(
    "metrics-open",
    LOW,
    t("The archive’s metrics are served"),
    t("/tools/metrics-prometheus tells how many patients and studies there are, and how busy the archive is."),
    ref.CWE_200,
)
def metrics_open(site: Deployment) -> Iterator[Hit]:
    """A default counts only where nobody is asked for an account; written down, it counts wherever it is served."""
    for archive in site.archives:
        setting = archive.setting("MetricsEnabled")
        if setting.value is True and archive.web > Reach.NOBODY and (setting.default is None or _consequence(archive)):
            message = option_message(setting.name, setting.value, setting.default)
            yield hit(archive, setting, message, options={"MetricsEnabled": False})
        for login, path in lent(archive):
            if setting.value is True and path.rstrip("/") == "/tools/metrics-prometheus":
                yield Hit(t("nginx logs in to the metrics for whoever comes."), login.place, fragment=NO_LOGIN)


@rule(
    "webdav-open",
    HIGH,
    t("The archive is a network drive"),
    t(
        "WebDAV shows the patients as folders, and files copied into it enter the archive. Switch it off where nobody uses it."
    ),
    ref.BOOK_SECURITY,
)
def webdav_open(site: Deployment) -> Iterator[Hit]:
    """Graver without accounts, also where the proxy has one for everybody. On by default: with accounts, only what is written down counts."""
    for archive in site.archives:
        setting = archive.setting("WebDavEnabled")
        if setting.value is not True or archive.web is Reach.NOBODY:
            continue
        if setting.default is None or _consequence(archive):
            message = option_message(setting.name, setting.value, setting.default)
            severity = HIGH if _consequence(archive) else LOW
            yield hit(archive, setting, message, severity=severity, options={"WebDavEnabled": False})
    for archive in site.archives:
        for login, path in lent(archive):
            if archive.setting("WebDavEnabled").value is True and path.startswith("/webdav"):
                message = t("nginx logs in to the network drive for whoever comes.")
                yield Hit(message, login.place, severity=HIGH, fragment=NO_LOGIN)

"""Rules about nginx in front of the archive."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lab import references as ref
from lab.audit.deployment import Deployment
from lab.audit.nginx import Block
from lab.audit.origins import foreign
from lab.audit.routes import Route
from lab.audit.rule import Hit, rule
from lab.audit.rules.web import NO_LOGIN, asks, lent
from lab.i18n import t
from lab.model import Severity

CRITICAL, HIGH, MEDIUM, LOW = Severity
GUESSING = 50  # requests a second: an interface comes with twenty, four million passwords a day do not
MAX_HEADERS = 500  # that name an origin: each may have a map of its own to be looked through
LIMIT = """limit_req_zone $binary_remote_addr zone=clients:1m rate=20r/s;   # in http { }
limit_req zone=clients burst=40 nodelay;                          # in location { }"""


@rule(
    "http-no-ratelimit",
    MEDIUM,
    t("Passwords may be tried without limit"),
    t(
        "Orthanc neither slows down nor writes a line when a password is wrong: fifty tries took 0.27 seconds. Only the proxy can limit them."
    ),
    ref.CWE_307,
    ref.NGINX_LIMIT,
)
def http_no_ratelimit(site: Deployment) -> Iterator[Hit]:
    """Once a server; lower where there is no password to try yet.

    A plain stream has no requests to count: it counts as unlimited. So does a rate that only floods reach.
    """
    rates = _rates(site)
    seen: set[int] = set()
    for route in site.web_routes:
        limits = route.inside.effective("limit_req")
        known = [rates.get(argument[5:]) for limit in limits for argument in limit.args if argument.startswith("zone=")]
        slowest = min((rate for rate in known if rate is not None), default=None)
        generous = None not in known and slowest is not None and slowest > GUESSING
        if id(route.server) in seen or not (generous or not limits):
            continue
        seen.add(id(route.server))
        message = t("nginx passes requests on to the archive without a limit.")
        severity = None if _takes_passwords(site, route) else LOW
        if generous:
            message = t("nginx lets {n} requests a second through: enough to try passwords.", n=int(slowest or 0))
        yield Hit(message, (limits[0] if limits else route.block).place, severity=severity, fragment=LIMIT)


def _takes_passwords(site: Deployment, route: Route) -> bool:
    """Whether a password can be tried on this way: not where neither nginx nor the archive behind it asks for one."""
    behind = next((archive for archive in site.archives if route in archive.web_routes), None)
    return behind is None or behind.asks_for_accounts or asks(route)


def _rates(site: Deployment) -> dict[str, float]:
    """Requests a second of each zone."""
    found = {}
    for zone in site.gateway.all("limit_req_zone") if site.gateway else ():
        text = " ".join(zone.args)
        name, rate = re.search(r"zone=([^:\s]+)", text), re.search(r"rate=(\d{1,9})r/([sm])", text)
        if name and rate:
            found[name[1]] = int(rate[1]) / (60 if rate[2] == "m" else 1)
    return found


@rule(
    "cors-wildcard",
    MEDIUM,
    t("Any web site may read the archive through a visitor’s browser"),
    t(
        "A page on another site asks the archive in the visitor’s name, from inside the hospital’s network, and reads the answer."
    ),
    ref.CWE_942,
    ref.BOOK_NGINX,
)
def cors_wildcard(site: Deployment) -> Iterator[Hit]:
    """``*``, ``null``, or the caller’s own origin repeated without a comparison that holds it to the hospital’s.

    Severity: the scenario lends the visitor’s account too; without Access-Control-Allow-Credentials a page reads less.
    """
    looked: set[int] = set()
    for route in site.web_routes:
        headers = [block for block in route.inside.effective("add_header") if len(block.args) > 1] + [
            block
            for outer in route.inside.all("if", "limit_except")
            for block in outer.own("add_header")
            if len(block.args) > 1
        ]
        named = {(block.args[0].lower(), block.args[1].lower()) for block in headers}
        credentials = ("access-control-allow-credentials", "true") in named
        for block in headers:
            named_so = block.args[0].lower() == "access-control-allow-origin"
            if not named_so or id(block) in looked or len(looked) > MAX_HEADERS:
                continue
            looked.add(id(block))
            if foreign(block):
                message = t(
                    "Access-Control-Allow-Origin is {value}: others than your own pages fit.", value=block.args[1]
                )
                fragment = 'add_header Access-Control-Allow-Origin "https://viewer.hospital.example" always;'
                yield Hit(message, block.place, severity=HIGH if credentials else None, fragment=fragment)


@rule(
    "public-backup",
    HIGH,
    t("A folder is listed for everybody"),
    t(
        "Whoever opens the address sees every file in it, and a copy of the storage or of the database is soon among them."
    ),
    ref.CWE_530,
)
def public_backup(site: Deployment) -> Iterator[Hit]:
    """``autoindex on``, unless an account or a certificate is asked for.

    Severity: in the scenario the folder holds the backup; here nobody knows what is in it.
    """
    for block in site.gateway.all("autoindex") if site.gateway else ():
        inside = block.parent or block
        guarded = any(
            found.args != ("off",) for name in ("auth_basic", "auth_request") for found in inside.effective(name)
        )
        if block.args == ("on",) and not guarded:
            folder = next(
                (found.args[0] for name in ("alias", "root") for found in inside.effective(name) if found.args), "?"
            )
            yield Hit(t("The folder {folder} is listed.", folder=folder), block.place, fragment="autoindex off;")


@rule(
    "no-audit",
    HIGH,
    t("Nobody could tell afterwards who looked at what"),
    t(
        "Orthanc’s own log names neither address nor user of a request. Without the proxy’s access log an intruder leaves no line."
    ),
    ref.PS3_15_AUDIT,
)
def no_audit(site: Deployment) -> Iterator[Hit]:
    """The access log of the proxy, switched off."""
    seen = set()
    for route in site.routes:
        for block in route.inside.effective("access_log"):
            if block.args[:1] == ("off",) and block.place not in seen:
                seen.add(block.place)
                yield Hit(
                    t("The access log is switched off."), block.place, fragment="access_log /var/log/nginx/access.log;"
                )


@rule(
    "version-disclosure",
    LOW,
    t("The version is told to anybody"),
    t(
        "A scanner looks up the known flaws of that version without a single try. Over DICOM each association names the toolkit and its "
        "version (OFFIS_DCMTK_…), and no option of Orthanc hides it: there, give strangers no association."
    ),
    ref.CWE_200,
)
def version_disclosure(site: Deployment) -> Iterator[Hit]:
    """nginx’s version, and Orthanc’s at /system where nginx logs in for whoever asks.

    Only a whole nginx.conf can lack server_tokens; a server of its own may be part of one that has it. The name of the
    product in Orthanc’s question for the password (WWW-Authenticate) is no finding: every archive behind a proxy sends it.
    """
    for archive in site.archives:
        for login, path in lent(archive):
            if path.rstrip("/") == "/system":
                message = t("nginx logs in to /system, which tells Orthanc’s version, for whoever comes.")
                yield Hit(message, login.place, fragment=NO_LOGIN)
    if site.gateway is None or not site.web_routes:
        return
    for http in site.gateway.own("http"):
        if not any(block.args == ("off",) for block in http.all("server_tokens")) and any(
            map(_serves, http.all("server"))
        ):
            yield Hit(t("server_tokens is not switched off."), http.place, fragment="server_tokens off;")


def _serves(server: Block) -> bool:
    return bool(list(server.all("proxy_pass")))

"""The gateway's ``nginx.conf`` from a ``SiteConfig``. Pure: nothing is written here.

The doors ``http`` and ``dicom`` are forwarded as they come (``stream``), so that what an archive without a proxy tells and
allows is what the outsider meets. Whatever the gateway can do for the archive, it does at the door ``https``.
"""

from __future__ import annotations

import base64
import re

from lab.errors import SiteError
from lab.i18n import t
from lab.site.config import Cors, SiteConfig
from lab.site.zones import ARCHIVE_DICOM_PORT, ARCHIVE_HTTP_PORT, Door, Network, Zone

RUN = "/srv/pacslab/run"  # status, logs, temporary files
WEB = "/srv/web"  # what the gateway serves by itself
REALM = "Restricted"
PREFLIGHT = "GET, POST, PUT, DELETE, OPTIONS"

_MAIN = """\
# The gateway of the site. Written by the lab from site.json.
daemon off;
worker_processes 1;
pid {run}/nginx.pid;
error_log {run}/logs/gateway-error.log notice;
events {{ worker_connections 512; }}

http {{
  client_body_temp_path {run}/tmp/body;
  proxy_temp_path {run}/tmp/proxy;
  fastcgi_temp_path {run}/tmp/fastcgi;
  uwsgi_temp_path {run}/tmp/uwsgi;
  scgi_temp_path {run}/tmp/scgi;
  server_tokens off;
  client_max_body_size 1g;
  log_format site '$remote_addr - $remote_user [$time_iso8601] "$request" $status $body_bytes_sent '
                  '"$http_user_agent" $server_addr:$server_port $msec';
  access_log {access_log};
{maps}{https}}}

stream {{
  log_format site '$remote_addr [$time_iso8601] $server_addr:$server_port $status in=$bytes_received out=$bytes_sent $session_time $msec';
  access_log {stream_log};
{stream}}}
"""

_HTTPS = """\
  server {{
{listen}
    ssl_certificate {folder}/gateway.pem;
    ssl_certificate_key {folder}/gateway.key;
    ssl_protocols {protocols};
{rules}{locations}  }}
"""

_LOCATION = """\
    location {path} {{
      proxy_pass http://{archive}:{port};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto https;
      proxy_request_buffering off;
{login}{bind}    }}
"""


def nginx_conf(site: SiteConfig, network: Network, folder: str) -> str:
    """The text of ``nginx.conf``. ``folder`` is where the rendered files will lie. Raises SiteError for a value that fits nowhere."""
    logged = site.gateway.access_log
    return _MAIN.format(
        run=RUN,
        access_log=f"{RUN}/logs/gateway-access.log site" if logged else "off",
        stream_log=f"{RUN}/logs/gateway-stream.log site" if logged else "off",
        maps=_lines(2, _maps(site, network)),
        https=_https(site, network, folder),
        stream="".join(_forward(site, network, door) for door in (Door.HTTP, Door.DICOM)),
    )


def addresses(site: SiteConfig, network: Network, door: Door) -> list[str]:
    """The addresses on which a door is open; the trainee's own browser (desk) gets what the office gets, compose only."""
    found = [address for zone in site.gateway.publish.zones(door) for address in _of_zone(network, zone)]
    return [address for address in found if address != network.desk or door is not Door.DICOM]


def _of_zone(network: Network, zone: Zone) -> list[str]:
    desk = [network.desk] if zone is Zone.OFFICE and not network.transparent else []
    return [network.gateway(zone), *desk]


def _maps(site: SiteConfig, network: Network) -> list[str]:
    """What is decided for each request before it is passed on (context ``http``)."""
    gateway, lines = site.gateway, ["limit_req_status 429;", 'map $status $retry_after { 429 1; default ""; }']
    if gateway.requests_per_second:
        rate = gateway.requests_per_second
        lines.append(f"limit_req_zone $binary_remote_addr zone=clients:1m rate={rate}r/s;")
    if gateway.logins_per_second:
        # a request without a password tries none: its key is empty, and an empty key is not counted
        lines.append('map $http_authorization $tries { "" ""; default $binary_remote_addr; }')
        lines.append(f"limit_req_zone $tries zone=logins:1m rate={gateway.logins_per_second}r/s;")
    if gateway.hide_product:
        lines.append(f'map $status $challenge {{ 401 \'Basic realm="{REALM}"\'; default ""; }}')
    if gateway.deny:
        places = [
            f"~^{re.escape(address)}{re.escape(path)} 1;"
            for zone, paths in sorted(gateway.deny.items())
            for address in _of_zone(network, zone)
            for path in paths
        ]
        lines.append(f"map $server_addr$uri $denied {{ default 0; {' '.join(places)} }}")
    if gateway.deny_agents:
        names = " ".join(f'"~*{re.escape(name)}" 1;' for name in gateway.deny_agents)
        lines.append(f"map $http_user_agent $unwelcome {{ default 0; {names} }}")
    return lines + _origins(gateway.cors)


def _origins(cors: Cors | None) -> list[str]:
    """The map of the origins that may read answers; for any origin there is nothing to compare."""
    if cors is None or "*" in cors.origins:
        return []
    patterns = " ".join(
        f'"~^{re.escape(origin).replace(chr(92) + "*", ".*")}$" $http_origin;' for origin in cors.origins
    )
    return [f'map $http_origin $allowed_origin {{ default ""; {patterns} }}']


def _https(site: SiteConfig, network: Network, folder: str) -> str:
    open_at = addresses(site, network, Door.HTTPS)
    if not open_at:
        return ""
    return _HTTPS.format(
        listen="\n".join(f"    listen {address}:{Door.HTTPS.port} ssl;" for address in open_at),
        folder=folder,
        protocols="TLSv1.2 TLSv1.3" if site.gateway.tls_minimum == "TLSv1.2" else "TLSv1.3",
        rules=_lines(4, _rules(site) + _backup(site)),
        locations="".join(
            _location(site, network, path, user)
            for path, user in {"/": None, **dict(sorted(site.gateway.lends.items()))}.items()
        ),
    )


def _rules(site: SiteConfig) -> list[str]:
    """What holds for every request at the door ``https`` (context ``server``)."""
    gateway = site.gateway
    lines = [f"add_header {_quoted(name)} {_quoted(value)} always;" for name, value in gateway.headers.items()]
    lines.append("add_header Retry-After $retry_after always;")
    if gateway.requests_per_second:
        lines.append(f"limit_req zone=clients burst={gateway.requests_per_second * 2} nodelay;")
    if gateway.logins_per_second:
        lines.append(f"limit_req zone=logins burst={gateway.logins_burst} nodelay;")
    if gateway.hide_product:
        lines += ["proxy_hide_header WWW-Authenticate;", "add_header WWW-Authenticate $challenge always;"]
    if gateway.deny:
        lines.append("if ($denied) { return 403; }")
    if gateway.deny_agents:
        lines.append("if ($unwelcome) { return 403; }")
    if gateway.cors:
        lines += _cors(gateway.cors)
    return lines


def _backup(site: SiteConfig) -> list[str]:
    """The backup below the web root, if that is where the hospital put it."""
    if site.host.backup.place != "web":
        return []
    return [f"location /backup/ {{ root {WEB}; autoindex {'on' if site.gateway.list_folders else 'off'}; }}"]


def _cors(cors: Cors) -> list[str]:
    origin = "*" if not cors.credentials else "$http_origin"
    if "*" not in cors.origins:
        origin = "$allowed_origin"
    lines = [
        f"add_header Access-Control-Allow-Origin {origin} always;",
        f'add_header Access-Control-Allow-Methods "{PREFLIGHT}" always;',
        'add_header Access-Control-Allow-Headers "Authorization, Content-Type" always;',
    ]
    if cors.credentials:
        lines.append("add_header Access-Control-Allow-Credentials true always;")
    return [*lines, "if ($request_method = OPTIONS) { return 204; }"]


def _location(site: SiteConfig, network: Network, path: str, user: str | None) -> str:
    login = ""
    if user is not None:
        if user not in site.users:
            raise SiteError(
                t("gateway.lends names {user!r}, who has no account.", user=user),
                t("There are: {known}.", known=", ".join(site.users)),
            )
        token = base64.b64encode(f"{user}:{site.users[user].password}".encode()).decode()
        login = f'      proxy_set_header Authorization "Basic {token}";\n'
    return _LOCATION.format(
        path=path if path == "/" else f"^~ {path}",
        archive=network.archive,
        port=ARCHIVE_HTTP_PORT,
        login=login,
        bind="      proxy_bind $remote_addr;\n" if network.transparent else "",
    )


def _forward(site: SiteConfig, network: Network, door: Door) -> str:
    open_at = addresses(site, network, door)
    if not open_at:
        return ""
    listen = "\n".join(f"    listen {address}:{door.port};" for address in open_at)
    port = ARCHIVE_HTTP_PORT if door is Door.HTTP else ARCHIVE_DICOM_PORT
    bind = "    proxy_bind $remote_addr;\n" if network.transparent else ""
    return f"  server {{\n{listen}\n    proxy_pass {network.archive}:{port};\n    proxy_connect_timeout 2s;\n    tcp_nodelay on;\n{bind}  }}\n"


def _lines(indent: int, lines: list[str]) -> str:
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def _quoted(text: str) -> str:
    """A value for nginx.conf. Variables and line ends have no place in it: a header is data, not configuration."""
    if any(ord(character) < 32 for character in text) or "$" in text:
        raise SiteError(
            t("{value!r} cannot stand in a gateway header.", value=text), t("Leave out $ and control characters.")
        )
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

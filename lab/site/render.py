"""From a ``SiteConfig`` to the real files: orthanc.json, filters.lua, nginx.conf. Pure: nothing is written here.

All paths are those inside the sandbox, the same in the native and in the compose sandbox.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lab.errors import SiteError
from lab.i18n import t
from lab.site.config import Modality, SiteConfig
from lab.site.lua import filters_lua
from lab.site.zones import ARCHIVE_DICOM_PORT, ARCHIVE_HTTP_PORT, STATIONS, Door, Network, Zone

CONTROL = "/srv/pacslab/control"  # read-only inside: desired state and rendered files
RUN = "/srv/pacslab/run"  # status, logs, temporary files
STORAGE = "/srv/archive/current"
WEB = "/srv/web"  # what the gateway serves by itself


@dataclass(frozen=True)
class Rendered:
    """The files of one generation by name, and the addresses that must answer once it runs."""

    files: dict[str, str]
    listen: tuple[tuple[str, int], ...]
    """What the gateway publishes: (address, port)."""


def render(site: SiteConfig, network: Network, folder: str) -> Rendered:
    """Render a site for an address plan. ``folder`` is where its files will lie inside the sandbox."""
    files = {
        "orthanc.json": json.dumps(_orthanc(site, network, folder), indent=2, ensure_ascii=False, sort_keys=True)
        + "\n",
        "filters.lua": filters_lua(site),
        "nginx.conf": _nginx(site, network, folder),
    }
    listen = [(address, door.port) for door in Door for address in _addresses(site, network, door)]
    return Rendered(files, tuple(listen))


def _orthanc(site: SiteConfig, network: Network, folder: str) -> dict[str, Any]:
    return site.orthanc | {
        "HttpPort": ARCHIVE_HTTP_PORT,
        "DicomPort": ARCHIVE_DICOM_PORT,
        "StorageDirectory": STORAGE,
        "IndexDirectory": STORAGE,
        "SslEnabled": False,
        "RegisteredUsers": {name: user.password for name, user in site.users.items()},
        "DicomModalities": {name: _modality(modality, network) for name, modality in site.modalities.items()},
        "LuaScripts": [f"{folder}/filters.lua"],
        "Plugins": [],
    }


def _modality(modality: Modality, network: Network) -> dict[str, Any]:
    host = network.seen_by_archive(modality.host) if modality.host in STATIONS else modality.host
    allowed = {f"Allow{verb.title()}": getattr(modality, verb) for verb in ("echo", "find", "get", "move", "store")}
    return {"AET": modality.aet, "Host": host, "Port": modality.port, **allowed, "AllowFindWorklist": False}


def _addresses(site: SiteConfig, network: Network, door: Door) -> list[str]:
    """The addresses on which a door is open; the trainee's own browser (desk) gets what the office gets, compose only."""
    zones = site.gateway.publish.zones(door)
    desk = [network.desk] if not network.transparent and Zone.OFFICE in zones and door is not Door.DICOM else []
    return [network.gateway(zone) for zone in zones] + desk


_MAIN = """\
# The gateway of the site. Written by the lab from site.json.
daemon off;
worker_processes 1;
pid {run}/nginx.pid;
error_log {run}/logs/gateway-error.log notice;
load_module modules/ngx_stream_module.so;
events {{ worker_connections 512; }}

http {{
  client_body_temp_path {run}/tmp/body;
  proxy_temp_path {run}/tmp/proxy;
  fastcgi_temp_path {run}/tmp/fastcgi;
  uwsgi_temp_path {run}/tmp/uwsgi;
  scgi_temp_path {run}/tmp/scgi;
  server_tokens off;
  client_max_body_size 1g;
  log_format site '$remote_addr - $remote_user [$time_iso8601] "$request" $status $body_bytes_sent "$http_user_agent" $server_addr:$server_port';
  access_log {access_log};
{limit_zone}{https}}}

stream {{
  log_format site '$remote_addr [$time_iso8601] $server_addr:$server_port $status in=$bytes_received out=$bytes_sent $session_time';
  access_log {stream_log};
{stream}}}
"""

_HTTPS = """\
  server {{
{listen}
    ssl_certificate {folder}/gateway.pem;
    ssl_certificate_key {folder}/gateway.key;
    ssl_protocols {protocols};
{headers}{limit}{backup}    location / {{
      proxy_pass http://{archive}:{port};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto https;
      proxy_request_buffering off;
{bind}    }}
  }}
"""


def _nginx(site: SiteConfig, network: Network, folder: str) -> str:
    gateway = site.gateway
    limit = gateway.requests_per_second
    return _MAIN.format(
        run=RUN,
        access_log=f"{RUN}/logs/gateway-access.log site" if gateway.access_log else "off",
        stream_log=f"{RUN}/logs/gateway-stream.log site" if gateway.access_log else "off",
        limit_zone=f"  limit_req_zone $binary_remote_addr zone=clients:1m rate={limit}r/s;\n  limit_req_status 429;\n"
        if limit
        else "",
        https=_https(site, network, folder),
        stream="".join(_forward(site, network, door) for door in (Door.HTTP, Door.DICOM)),
    )


def _https(site: SiteConfig, network: Network, folder: str) -> str:
    addresses = _addresses(site, network, Door.HTTPS)
    if not addresses:
        return ""
    gateway = site.gateway
    limit = gateway.requests_per_second
    return _HTTPS.format(
        listen="\n".join(f"    listen {address}:{Door.HTTPS.port} ssl;" for address in addresses),
        folder=folder,
        protocols="TLSv1.2 TLSv1.3" if gateway.tls_minimum == "TLSv1.2" else "TLSv1.3",
        headers="".join(
            f"    add_header {_quoted(name)} {_quoted(value)} always;\n" for name, value in gateway.headers.items()
        ),
        limit=f"    limit_req zone=clients burst={limit * 2} nodelay;\n" if limit else "",
        backup=_backup(site),
        archive=network.archive,
        port=ARCHIVE_HTTP_PORT,
        bind="      proxy_bind $remote_addr;\n" if network.transparent else "",
    )


def _backup(site: SiteConfig) -> str:
    """The backup below the web root, if that is where the hospital put it."""
    if site.host.backup.place != "web":
        return ""
    listing = "on" if site.gateway.list_folders else "off"
    return f"    location /backup/ {{\n      root {WEB};\n      autoindex {listing};\n    }}\n"


def _forward(site: SiteConfig, network: Network, door: Door) -> str:
    addresses = _addresses(site, network, door)
    if not addresses:
        return ""
    listen = "\n".join(f"    listen {address}:{door.port};" for address in addresses)
    port = ARCHIVE_HTTP_PORT if door is Door.HTTP else ARCHIVE_DICOM_PORT
    bind = "    proxy_bind $remote_addr;\n" if network.transparent else ""
    return f"  server {{\n{listen}\n    proxy_pass {network.archive}:{port};\n    proxy_connect_timeout 2s;\n    tcp_nodelay on;\n{bind}  }}\n"


def _quoted(text: str) -> str:
    """A value for nginx.conf. Variables and line ends have no place in it: a header is data, not configuration."""
    if any(ord(character) < 32 for character in text) or "$" in text:
        raise SiteError(
            t("{value!r} cannot stand in a gateway header.", value=text), t("Leave out $ and control characters.")
        )
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

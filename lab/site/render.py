"""From a ``SiteConfig`` to the real files: orthanc.json, filters.lua, nginx.conf. Pure: nothing is written here.

All paths are those inside the sandbox, the same in the native and in the compose sandbox.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from lab.site.config import Modality, SiteConfig
from lab.site.lua import filters_lua
from lab.site.nginx import addresses, nginx_conf
from lab.site.zones import ARCHIVE_DICOM_PORT, ARCHIVE_HTTP_PORT, STATIONS, Door, Network

CONTROL = "/srv/pacslab/control"  # read-only inside: desired state and rendered files
STORAGE = "/srv/archive/current"
# Of the Debian package orthanc-dicomweb.
DICOMWEB_PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
WORKLISTS_PLUGIN = "/usr/share/orthanc/plugins/libModalityWorklists.so"
WORKLISTS = f"{CONTROL}/worklists"


@dataclass(frozen=True)
class Rendered:
    """The files of one generation by name, and the addresses that must answer once it runs."""

    files: dict[str, str]
    listen: tuple[tuple[str, int], ...]
    """What the gateway publishes: (address, port)."""


def render(site: SiteConfig, network: Network, folder: str, there: Collection[str] | None = None) -> Rendered:
    """Render a site for an address plan. ``folder`` is where its files will lie inside the sandbox.

    ``there`` are the plugins that the sandbox has, if that is known: the others are left out.
    """
    files = {
        "orthanc.json": json.dumps(_orthanc(site, network, folder, there), indent=2, ensure_ascii=False, sort_keys=True)
        + "\n",
        "filters.lua": filters_lua(site),
        "nginx.conf": nginx_conf(site, network, folder),
    }
    listen = [(address, door.port) for door in Door for address in addresses(site, network, door)]
    return Rendered(files, tuple(listen))


def _orthanc(site: SiteConfig, network: Network, folder: str, there: Collection[str] | None) -> dict[str, Any]:
    return site.orthanc | {
        "HttpPort": ARCHIVE_HTTP_PORT,
        "DicomPort": ARCHIVE_DICOM_PORT,
        "StorageDirectory": STORAGE,
        "IndexDirectory": STORAGE,
        "SslEnabled": False,
        "DicomTlsCertificate": f"{folder}/archive.pem",
        "DicomTlsPrivateKey": f"{folder}/archive.key",
        "DicomTlsTrustedCertificates": f"{folder}/authority.pem",
        "RegisteredUsers": {name: user.password for name, user in site.users.items()},
        "DicomModalities": {name: _modality(modality, network) for name, modality in site.modalities.items()},
        "LuaScripts": [f"{folder}/filters.lua"],
        **_plugins(site, there),
    }


def _plugins(site: SiteConfig, there: Collection[str] | None) -> dict[str, Any]:
    """The plugins that the site uses and that are there, and their own sections."""
    web = site.dicomweb
    found: dict[str, dict[str, Any]] = {}
    if web.enabled:
        found[DICOMWEB_PLUGIN] = {"DicomWeb": {"Enable": True, "Root": web.root, "EnableWado": web.wado}}
    if site.worklists.enabled:
        found[WORKLISTS_PLUGIN] = {"Worklists": {"Enable": True, "Database": WORKLISTS}}
    found = {plugin: part for plugin, part in found.items() if there is None or plugin in there}
    sections = {name: section for part in found.values() for name, section in part.items()}
    return {"Plugins": list(found), **sections}


def _modality(modality: Modality, network: Network) -> dict[str, Any]:
    host = network.seen_by_archive(modality.host) if modality.host in STATIONS else modality.host
    verbs = ("echo", "find", "find_worklist", "get", "move", "store")
    allowed = {f"Allow{verb.title().replace('_', '')}": getattr(modality, verb) for verb in verbs}
    return {"AET": modality.aet, "Host": host, "Port": modality.port, **allowed}

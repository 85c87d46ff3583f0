"""What both sandboxes share: they speak with the keepers inside through files.

``control/`` is written here and read inside (``desired.json`` and the folders of rendered files, named by content);
``run/`` is written inside and read here (``status-*.json``, logs).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.errors import SandboxError, SiteCannotStart, SiteError
from lab.i18n import t
from lab.sandbox.inside.files import HEARTBEAT_SECONDS, read_json, write_json
from lab.sandbox.protocol import Endpoint, Health, Log, RoleHealth
from lab.site.certificates import Certificates, ensure_certificates, write_private
from lab.site.config import SiteConfig
from lab.site.render import CONTROL, WORKLISTS, render
from lab.site.zones import ARCHIVE_DICOM_PORT, ARCHIVE_HTTP_PORT, Door, Network, Zone

ANSWER_SECONDS = 40.0
COMMAND_SECONDS = 600.0
KEPT_FOLDERS = 6
DEAD = RoleHealth("dead", 0, 0, ())
# What comes of a status that is not one: it lies where scenarios run code, which could write anything there.
NONSENSE = (KeyError, TypeError, ValueError, AttributeError)
_FILES = {"archive": ("orthanc.json", "filters.lua"), "gateway": ("nginx.conf",)}


class KeptSandbox:
    """The part of a sandbox that is the same wherever the keepers run."""

    kind = ""

    def __init__(self, network: Network, control: Path, run: Path, archive: Path, certificates: Path) -> None:
        self.network = network
        self.archive = archive
        self.control = control
        self.run = run
        self._certificates = certificates

    @property
    def certificates(self) -> Certificates:
        """The authority that the hospital's clients trust, and the gateway's certificate."""
        return ensure_certificates(self._certificates, self.network)

    def site(self) -> SiteConfig | None:
        desired = self._desired()
        try:
            return SiteConfig.from_data(desired["site"]) if desired.get("site") else None
        except SiteError:  # of another version of the lab, which knew other options
            return None

    def health(self) -> Health:
        return Health(self._desired().get("generation", 0), self._role("archive"), self._role("gateway"))

    def endpoints(self) -> tuple[Endpoint, ...]:
        site = self.site()
        if site is None:
            return ()
        publish = site.gateway.publish
        return tuple(
            Endpoint(zone, door, self.network.gateway(zone), door.port) for zone in Zone for door in publish.doors(zone)
        )

    def log(self, log: Log) -> Path:
        return self.run / "logs" / log.value

    def apply(self, site: SiteConfig) -> Health:
        before = self._desired()
        self._require_keepers()
        self._order(self._write_site(site) | {"running": True, "command": before.get("command")})
        health = self._settle()
        failed = [part for part in (health.archive, health.gateway) if part.state == "failed"]
        if not failed:
            return health
        tip = t("Nothing runs now. Mend the site and apply it again.")
        if before.get("running"):
            self._order(before)
            if self._settle().ready:
                tip = t("The site before it runs again. Mend the new one with the lines above and apply it once more.")
        lines = [line for part in failed for line in part.error]
        raise SiteCannotStart(t("This site does not start."), tip, lines)

    @property
    def storage(self) -> Path:
        return self.archive / "current"

    @property
    def backups(self) -> tuple[Path, ...]:
        return tuple(path for path in self._backup_places() if path.is_dir())

    def _backup_places(self) -> tuple[Path, ...]:
        """Where the keepers put a backup (inside/backup.py)."""
        return (self.archive / "vault",)

    def alter(self, instance: str) -> None:
        self._command("alter", instance)

    def clear(self) -> None:
        self._command("clear", None)

    def snapshot(self, name: str) -> None:
        self._command("snapshot", name)

    def restore(self, name: str) -> None:
        self._command("restore", name)

    def forget(self, name: str) -> None:
        self._command("forget", name)

    def put_worklist(self, entries: Mapping[str, bytes]) -> None:
        folder = self._worklist_folder()
        for path in folder.glob("*.wl"):
            if path.name not in entries:
                path.unlink()
        for name, content in entries.items():
            write_private(folder / name, content)

    def _worklist_folder(self) -> Path:
        """Where the archive reads its worklist, read-only inside. Made if it is missing: the plugin wants it, be it empty."""
        folder = self.control / WORKLISTS.rpartition("/")[2]
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def snapshots(self) -> tuple[str, ...]:
        names = self._status("archive").get("snapshots", ())
        return tuple(str(name) for name in names) if isinstance(names, list) else ()

    def _desired(self) -> dict[str, Any]:
        return read_json(self.control / "desired.json") or {}

    def _status(self, role: str) -> dict[str, Any]:
        """What a keeper last said of itself; {} when that is nothing sensible."""
        status = read_json(self.run / f"status-{role}.json")
        return status if isinstance(status, dict) else {}

    def _role(self, role: str) -> RoleHealth:
        status = self._status(role)
        try:
            if time.time() - status["heartbeat"] > 3 * HEARTBEAT_SECONDS:
                return DEAD
            found = RoleHealth(
                status["state"],
                status["generation"],
                status["restarts"],
                tuple(status["error"]),
                status.get("version", ""),
                f"{status.get('begun')} {status.get('service')}",
            )
        except NONSENSE:
            return DEAD
        return found if _is_plausible(found) else DEAD

    def _require_keepers(self) -> None:
        health = self.health()
        if "dead" in (health.archive.state, health.gateway.state):
            raise SandboxError(t("The sandbox is not running."), t("Start it: pacslab start (or ./start.sh)."))

    def _write_site(self, site: SiteConfig) -> dict[str, Any]:
        """Write a site's rendered files to folders named by their content; what desired.json says of them."""
        secrets = self._secrets()
        self._worklist_folder()
        plugins = self._status("archive").get("plugins")
        there = plugins if isinstance(plugins, list) else None
        plain = render(site, self.network, "@", there)
        desired: dict[str, Any] = {"site": site.data(), "log_level": site.log_level, "listen": plain.listen}
        desired["console"] = [(self.network.archive, port) for port in (ARCHIVE_HTTP_PORT, ARCHIVE_DICOM_PORT)]
        for role, names in _FILES.items():
            content = [plain.files[name] for name in names]
            content += [path.read_text("ascii") for path in secrets[role].values()]
            name = f"{role}-{hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]}"
            folder = self.control / name
            folder.mkdir(parents=True, exist_ok=True)
            files = render(site, self.network, f"{CONTROL}/{name}", there).files
            for file in names:
                write_private(folder / file, files[file].encode())
            for file, source in secrets[role].items():
                write_private(folder / file, source.read_bytes())
            desired[role] = name
        return desired

    def _secrets(self) -> dict[str, dict[str, Path]]:
        """The certificates and keys that each program reads, by the names that the rendered files know them by."""
        made = self.certificates
        return {
            "gateway": {"gateway.pem": made.gateway.chain, "gateway.key": made.gateway.key},
            "archive": {
                "archive.pem": made.archive.chain,
                "archive.key": made.archive.key,
                "authority.pem": made.authority,
                "backup.pem": made.backup.chain,
            },
        }

    def _order(self, desired: dict[str, Any]) -> None:
        """Replace the desired state, as a new generation."""
        desired = desired | {"generation": self._desired().get("generation", 0) + 1}
        write_json(self.control / "desired.json", desired)
        self._forget_folders({desired.get(role) for role in _FILES})

    def _forget_folders(self, used: set[str | None]) -> None:
        for role in _FILES:
            folders = sorted(self.control.glob(f"{role}-*"), key=lambda path: path.stat().st_mtime, reverse=True)
            for folder in folders[KEPT_FOLDERS:]:
                if folder.name not in used:
                    shutil.rmtree(folder, ignore_errors=True)

    def _settle(self, seconds: float = ANSWER_SECONDS) -> Health:
        """Wait until both roles have followed the newest generation, to ready, failed or stopped."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            health = self.health()
            parts = (health.archive, health.gateway)
            settled = all(
                part.generation >= health.generation and part.state in ("ready", "failed", "stopped") for part in parts
            )
            if settled:
                return health
            time.sleep(0.02)
        raise SandboxError(
            t("The sandbox did not follow within {seconds} s.", seconds=round(seconds)),
            t("Look at pacslab status and pacslab logs, then start the lab again."),
        )

    def _command(self, op: str, name: str | None) -> None:
        self._require_keepers()
        command = {"id": uuid.uuid4().hex, "op": op, "name": name}
        self._order(self._desired() | {"command": command})
        self._settle(COMMAND_SECONDS)
        answer = self._status("archive").get("command")
        if not isinstance(answer, dict):
            answer = {}
        if answer.get("id") != command["id"] or answer.get("error"):
            raise SandboxError(
                t(
                    "The archive's content could not be changed ({op}): {error}",
                    op=op,
                    error=answer.get("error", "no answer"),
                )
            )


def _is_plausible(found: RoleHealth) -> bool:
    numbers, texts = (found.generation, found.restarts), (found.state, found.version, *found.error)
    return all(isinstance(number, int) for number in numbers) and all(isinstance(text, str) for text in texts)


def open_doors(site: SiteConfig, zone: Zone) -> tuple[Door, ...]:
    """The doors that a site opens in a zone. Pure."""
    return site.gateway.publish.doors(zone)

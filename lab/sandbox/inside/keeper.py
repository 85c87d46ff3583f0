"""The keeper: runs Orthanc and nginx in either sandbox, and makes what runs follow ``control/desired.json``.

It restarts what changed, starts again what fell, carries out commands on the archive's content while Orthanc is
stopped, and reports in ``run/status-<role>.json``: generation, state, last error with the log lines that explain it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from . import backup, store
from .confine import confine
from .files import HEARTBEAT_SECONDS, ROOT, make_folder, read_json, write_json
from .relay import Relay
from .service import Plan, Service, StartFailed, orthanc_command
from .verify import Verification, note
from .watch import Watch

DESIRED = ROOT / "control" / "desired.json"
BACKOFF_SECONDS = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
PLUGINS = Path("/usr/share/orthanc/plugins")
ARCHIVE_ADDRESS = ("0.0.0.0", 18042)  # of its DICOM port it has no choice, of HTTP from 1.12.10 on


class RoleKeeper:
    """Keeps one role (``archive`` or ``gateway``) as the desired state says."""

    def __init__(self, role: str, relays: list[Relay]) -> None:
        self.role = role
        self.relays = relays
        self.watch = Watch(DESIRED.parent)
        self.service = Service(role, ended=self.watch.wake)
        self.plan: Plan | None = None
        self.generation = 0
        # a command that a keeper before this one was given is not carried out again: its content would be lost
        self.command_id: str | None = (_desired().get("command") or {}).get("id")
        self.falls = 0
        self.retry_at = 0.0
        self.status: dict[str, Any] = {
            "role": role,
            "keeper": os.getpid(),
            "begun": time.time(),
            "state": "stopped",
            "restarts": 0,
            "error": [],
        }
        if role == "archive":
            store.prepare()
            self.status |= {"version": orthanc_version(), "plugins": plugins(), "snapshots": store.snapshots()}

    async def run(self) -> None:
        """Follow the desired state for ever."""
        seen: tuple[int, int] | None = None
        desired: dict[str, Any] = {}
        while True:
            stamp = _stamp()
            if stamp != seen:
                seen, desired = stamp, _desired()
                await self._follow(desired)
            elif self.plan and self.service.pid is None and self.status["state"] != "failed":
                await self._raise_again()
            await self.watch.wait(impatient=self.retry_at > 0)

    async def beat(self) -> None:
        """Say every second that the keeper lives, also while a program starts or a command runs."""
        while True:
            self._report()
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def verify(self) -> None:
        """The archive's machine: verify the storage again and again, as the site wants it."""
        verification, loop = Verification(), asyncio.get_running_loop()
        wished: dict[str, Any] = {}
        last = loop.time()
        while self.role == "archive":
            await asyncio.sleep(1)
            site = _desired().get("site") or {}
            wish = _host(site).get("verification") or {}
            if wish != wished:
                wished, last = wish, loop.time()  # a new plan begins with its pause
            if loop.time() - last < wish.get("every_seconds", 1) - 1:
                continue
            last = loop.time()
            if self.status["state"] == "ready":
                await loop.run_in_executor(None, verification.run, wish.get("by", "nobody"), _administrator(site))

    async def _follow(self, desired: dict[str, Any]) -> None:
        command = desired.get("command")
        if self.role == "archive":
            store.CURRENT.chmod(0o700)  # Orthanc and the commands need it; the site's wish comes last
        if self.role == "archive" and command and command["id"] != self.command_id:
            await self._carry_out(command)
        plan = self._plan(desired)
        broken = self.status["state"] == "failed"
        if plan != self.plan or broken or (plan and self.service.pid is None):
            await self._bring(plan)
        if self.role == "archive" and plan:
            await self._furnish(desired, plan)
        self.generation = desired.get("generation", 0)
        self._publish(desired)
        self._report()

    async def _furnish(self, desired: dict[str, Any], plan: Plan) -> None:
        """Make the machine around the archive as the site says: the backup, and who may read the storage."""
        host = _host(desired.get("site") or {})
        if not host:
            return
        certificate = Path(plan.folder) / "backup.pem"
        try:
            await asyncio.get_running_loop().run_in_executor(None, backup.keep, host["backup"], certificate)
        except (OSError, shutil.Error) as failure:
            note("backup", error=str(failure))
        store.CURRENT.chmod(int(host["storage"], 8))

    def _plan(self, desired: dict[str, Any]) -> Plan | None:
        if not desired.get("running"):
            return None
        folder = str(ROOT / "control" / desired[self.role])
        if self.role == "archive":
            return Plan(folder, desired["log_level"], (ARCHIVE_ADDRESS,))
        return Plan(folder, ready=tuple((host, port) for host, port in desired["listen"]))

    async def _bring(self, plan: Plan | None) -> None:
        """Stop what runs and start what the plan says; a plan that cannot start leaves the state ``failed``."""
        self._report(state="starting" if plan else "stopping")
        await self.service.stop()
        self.plan = plan
        if plan is None:
            self._report(state="stopped", error=[])
            return
        try:
            await self.service.start(plan)
            self.status |= {"state": "ready", "error": []}
            self.falls = 0
        except StartFailed as failure:
            self.status |= {"state": "failed", "error": failure.lines}

    async def _raise_again(self) -> None:
        """The program fell without being asked to: start it again, more patiently each time."""
        if self.retry_at == 0.0:
            self.retry_at = time.monotonic() + BACKOFF_SECONDS[min(self.falls, len(BACKOFF_SECONDS) - 1)]
            self._report(state="fallen")
        if time.monotonic() < self.retry_at or self.plan is None:
            return
        self.retry_at = 0.0
        falls = self.falls + 1
        self.status["restarts"] += 1
        await self._bring(self.plan)
        self.falls = falls
        if self.status["state"] == "failed" and falls < len(BACKOFF_SECONDS):
            self.status["state"] = "fallen"
        self._report()

    async def _carry_out(self, command: dict[str, Any]) -> None:
        """A command on the archive's content. Orthanc is stopped for it and comes back by the plan."""
        self.command_id = command["id"]
        if command["op"] not in store.LIVE:
            self._report(state="stopping")
            await self.service.stop()
        error = None
        try:
            await asyncio.get_running_loop().run_in_executor(None, store.run, command["op"], command.get("name"))
        except (OSError, ValueError, shutil.Error) as failure:
            error = str(failure)
        self.status |= {"command": {"id": command["id"], "error": error}, "snapshots": store.snapshots()}

    def _publish(self, desired: dict[str, Any]) -> None:
        """Open the relays that belong to this role and are wanted; close the others."""
        running = self.status["state"] == "ready"
        wanted = {(host, port) for host, port in desired.get("listen" if self.role == "gateway" else "console", [])}
        for relay in self.relays:
            relay.publish(running and relay.address in wanted)

    def _report(self, **changes: Any) -> None:
        self.status |= changes | {"generation": self.generation, "service": self.service.pid, "heartbeat": time.time()}
        write_json(ROOT / "run" / f"status-{self.role}.json", self.status)


def orthanc_version() -> str:
    """What ``Orthanc --version`` says, for example ``1.12.7``; empty when there is no Orthanc."""
    try:
        answer = subprocess.run(
            [orthanc_command(Plan("."))[0], "--version"], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    first = answer.stdout.split("\n", 1)[0].split()
    return first[-1] if len(first) > 1 else ""  # before it stands the program as it was called, blanks and all


def plugins() -> list[str]:
    """The plugins that are there. One that is named and is not: Orthanc 1.13 does not start, older ones say so and go on."""
    return sorted(map(str, PLUGINS.glob("*.so")))


def _desired() -> dict[str, Any]:
    return read_json(DESIRED) or {}


def _host(site: dict[str, Any]) -> dict[str, Any]:
    return site.get("host") or {}


def _administrator(site: dict[str, Any]) -> tuple[str, str] | None:
    """The account under which the machine's own jobs ask the archive."""
    users = (site.get("users") or {}).items()
    return next(((name, user["password"]) for name, user in users if user["role"] == "administrator"), None)


def _stamp() -> tuple[int, int] | None:
    try:
        status = os.stat(DESIRED)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino


async def keep(roles: list[str], sockets: dict[str, list[int]]) -> None:
    """Keep these roles until SIGTERM or SIGINT, then stop their programs."""
    for folder in ("logs", "tmp"):
        make_folder(ROOT / "run" / folder)
    keepers = [RoleKeeper(role, [Relay.adopt(number) for number in sockets.get(role, [])]) for role in roles]
    tasks = [asyncio.create_task(part) for keeper in keepers for part in (keeper.run(), keeper.beat())]
    tasks += [asyncio.create_task(keeper.verify()) for keeper in keepers if keeper.role == "archive"]
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    waiter = asyncio.create_task(stop.wait())
    await asyncio.wait([waiter, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*(keeper.service.stop() for keeper in keepers))
    for keeper in keepers:
        keeper._report(state="stopped")
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, asyncio.CancelledError):
            raise result


def alive(role: str) -> bool:
    """Whether the keeper of a role has reported within the last few seconds. Read-only; the container's health check."""
    status = read_json(ROOT / "run" / f"status-{role}.json")
    return bool(status) and time.time() - status["heartbeat"] < 5 * HEARTBEAT_SECONDS


def main() -> int:
    """The command line: which roles to keep, and the sockets that were handed in (``role=3,4,5``)."""
    parser = argparse.ArgumentParser(prog="keeper", description=__doc__)
    parser.add_argument("--role", action="append", required=True, choices=["archive", "gateway"])
    parser.add_argument("--sockets", action="append", default=[], metavar="ROLE=FD,…")
    parser.add_argument("--health", action="store_true", help="exit 0 when the keeper of this role is alive")
    options = parser.parse_args()
    if options.health:
        return 0 if all(alive(role) for role in options.role) else 1
    confine(alone=bool(options.sockets))
    sockets = {
        role: [int(part) for part in rest.split(",")] for role, _, rest in (s.partition("=") for s in options.sockets)
    }
    asyncio.run(keep(options.role, sockets))
    return 0


if __name__ == "__main__":
    sys.exit(main())

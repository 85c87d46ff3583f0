"""One Orthanc as its configuration describes it: options merged from files and variables, defaults for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from lab.audit.compose import Service, is_loopback
from lab.audit.environment import Variable
from lab.audit.jsonc import Node, Unknown
from lab.audit.platform import Platform
from lab.audit.routes import Route
from lab.audit.source import Place, Source
from lab.i18n import Text

JSON = Any


class Reach(IntEnum):
    """From where a port of the archive can be reached, as far as the configuration tells."""

    NOBODY = 0
    """Switched off, or from the same machine only."""
    INSIDE = 1
    """From other containers of the same compose project."""
    NETWORK = 2


@dataclass(frozen=True)
class Option:
    """One option as it is written: in a JSON file (``node``) or as a variable."""

    name: str
    value: JSON
    place: Place
    source: Source | None = None
    node: Node | None = None
    variable: Variable | None = None


@dataclass(frozen=True)
class Setting:
    """The value that holds for an option, where that is written, and of what it is the default if it is not."""

    name: str
    value: JSON
    place: Place
    default: Text | None

    @property
    def known(self) -> bool:
        return not isinstance(self.value, Unknown)


@dataclass
class Archive:
    """An Orthanc. ``anchor`` is where a finding about something unwritten points to."""

    name: str
    platform: Platform
    anchor: Place
    options: dict[str, Option] = field(default_factory=dict)
    duplicates: list[tuple[Option, Option]] = field(default_factory=list)
    files: list[tuple[Source, Node]] = field(default_factory=list)
    service: Service | None = None
    variables: tuple[Variable, ...] = ()
    inline: tuple[Variable, ...] = ()
    """Whole configurations that stand in the compose file itself."""
    sections: set[str] = field(default_factory=set)
    """Plugins that a variable of their own switches on."""
    web_routes: list[Route] = field(default_factory=list)
    dicom_routes: list[Route] = field(default_factory=list)

    def setting(self, name: str) -> Setting:
        """The value that holds: written, else the default of this platform (None where no default is known)."""
        if option := self.options.get(name):
            return Setting(name, option.value, option.place, None)
        default = self.platform.default(name)
        value, origin = (default.value, default.origin) if default else (None, self.platform.label)
        return Setting(name, value, self.anchor, origin)

    def is_on(self, name: str) -> bool:
        return self.setting(name).value is True

    def table(self, name: str) -> Mapping[str, JSON]:
        """An option that is an object; empty if it is not written or something else."""
        value = self.setting(name).value
        return value if isinstance(value, dict) else {}

    @property
    def main_file(self) -> tuple[Source, Node]:
        """The file that says the most: where what is missing belongs. Only for an archive that has files."""
        return max(self.files, key=lambda pair: len(pair[1].members))

    @property
    def remote(self) -> Setting:
        return self.setting("RemoteAccessAllowed")

    @property
    def authentication(self) -> Setting:
        """``AuthenticationEnabled``; where it is not set, Orthanc asks for accounts iff remote access is allowed."""
        stated = self.setting("AuthenticationEnabled")
        if stated.default is None or stated.value is not None:
            return stated
        return Setting(stated.name, self.remote.value, stated.place, stated.default)

    @property
    def asks_for_accounts(self) -> bool:
        """Whether Orthanc, its authorization plugin or its TLS asks who is calling; an unknown value counts as yes."""
        plugin = any(name.startswith("WebService") for name in self.table("Authorization"))
        certificate = self.is_on("SslEnabled") and self.is_on("SslVerifyPeers")
        return plugin or certificate or self.authentication.value is not False

    @property
    def web(self) -> Reach:
        """From where the REST API and the web interface can be reached."""
        if self.setting("HttpServerEnabled").value is False:
            return Reach.NOBODY
        if any(not listen.loopback for route in self.web_routes for listen in route.listens):
            return Reach.NETWORK
        if self.remote.value is False or self.binds_loopback:
            return Reach.NOBODY
        return self.published(self.port("HttpPort"))

    @property
    def dicom(self) -> Reach:
        """From where the DICOM port can be reached. Orthanc binds it to every address, whatever RemoteAccessAllowed says."""
        if self.setting("DicomServerEnabled").value is False:
            return Reach.NOBODY
        if any(not listen.loopback for route in self.dicom_routes for listen in route.listens):
            return Reach.NETWORK
        return self.published(self.port("DicomPort"))

    @property
    def binds_loopback(self) -> bool:
        """Whether the web server listens on loopback addresses only, which Orthanc can from 1.12.10 on; its DICOM port never does."""
        addresses = self.setting("HttpBindAddresses").value
        if not isinstance(addresses, list) or not addresses or self.platform.lacks("HttpBindAddresses"):
            return False
        return all(is_loopback(str(address)) for address in addresses)

    def port(self, option: str) -> int | None:
        value = self.setting(option).value
        return value if isinstance(value, int) else None

    def published(self, port: int | None) -> Reach:
        """From where a port of the container can be reached directly, past any proxy."""
        if self.service is None:
            return Reach.NETWORK
        if self.on_host_network:
            return Reach.NETWORK
        published = [entry for entry in self.service.ports if entry.target == port]
        return Reach.NETWORK if any(not entry.loopback for entry in published) else Reach.INSIDE

    @property
    def on_host_network(self) -> bool:
        mode = self.service.item.get("network_mode") if self.service else None
        return mode is not None and mode.text == "host"

    @property
    def verbose(self) -> bool:
        return self.flag("VERBOSE_ENABLED", "--verbose") or self.traces

    @property
    def traces(self) -> bool:
        return self.flag("TRACE_ENABLED", "--trace")

    def flag(self, variable: str, argument: str) -> bool:
        """Whether a variable or an argument of the command line switches something on."""
        on = any(found.name == variable and (found.value or "").lower() == "true" for found in self.variables)
        return on or (self.service is not None and argument in self.service.command.split())

    def add_file(self, source: Source, node: Node) -> None:
        """Merge a file. Orthanc refuses a name that two files have; the official image takes the later one."""
        self.files.append((source, node))
        for member in node.members:
            self._add(Option(member.name, member.value.data, member.place, source, member.value))

    def add_variable(self, variable: Variable, path: tuple[str, ...], value: JSON) -> None:
        """Merge an option given as a variable; it goes over what the files say."""
        for part in reversed(path[1:]):
            value = {part: value}
        before = self.options.get(path[0])
        if before and isinstance(before.value, dict) and isinstance(value, dict):
            value = _merged(before.value, value)
        self.options[path[0]] = Option(path[0], value, variable.place, variable.source, None, variable)

    def add_object(self, variable: Variable, data: Mapping[str, JSON]) -> None:
        """Merge a whole configuration that a variable holds (ORTHANC_JSON)."""
        for name, value in data.items():
            self.options[name] = Option(name, value, variable.place, variable.source, None, variable)

    def _add(self, option: Option) -> None:
        if before := self.options.get(option.name):
            self.duplicates.append((before, option))
        self.options[option.name] = option

    def written(self) -> Iterator[Option]:
        yield from self.options.values()


def _merged(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> dict[str, JSON]:
    merged = dict(before)
    for name, value in after.items():
        old = merged.get(name)
        merged[name] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged

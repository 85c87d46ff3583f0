"""``docker-compose.yml``: the services, with the place of everything that the rules look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address

from lab.audit.environment import Variable, read_environment
from lab.audit.platform import is_orthanc_image
from lab.audit.source import AuditError, Place, Source
from lab.audit.yamlfile import MAX_DEPTH, Item, Overlaid, laid_over, parse_yaml
from lab.i18n import t


@dataclass(frozen=True)
class Port:
    """One published port: host address (empty: all), host port (None: any), port in the container."""

    host: str
    published: str | None
    target: int | None
    item: Item

    @property
    def loopback(self) -> bool:
        return is_loopback(self.host)


@dataclass(frozen=True)
class Service:
    """One container as the compose file describes it."""

    name: str
    item: Item
    place: Place
    image: str | None
    environment: tuple[Variable, ...]
    ports: tuple[Port, ...]

    @property
    def builds(self) -> bool:
        return self.item.get("build") is not None

    @property
    def context(self) -> str:
        """The folder that the image is built from; empty when it is not."""
        build = self.item.get("build")
        return _text(build) or _text(build.get("context") if build else None)

    @property
    def is_orthanc(self) -> bool:
        """Whether Orthanc runs in it: by image, by its variables, or by a configuration that is mounted."""
        if self.image is not None and is_orthanc_image(self.image):
            return True
        if any(
            variable.name.startswith("ORTHANC__") or variable.name == "ORTHANC_JSON" for variable in self.environment
        ):
            return self.image is None or "postgres" not in self.image
        return any("/etc/orthanc" in target for _, target, _ in self.mounts)

    @property
    def mounts(self) -> tuple[tuple[str, str, Item], ...]:
        """Volumes, configs and secrets: what of the host, where in the container, and the item that says so."""
        found = []
        for name in ("volumes", "configs", "secrets"):
            for item in _items(self.item.get(name)):
                if item.text is not None:
                    source, _, rest = item.text.partition(":")
                    found.append((source, rest.partition(":")[0] or source, item))
                else:
                    found.append((_text(item.get("source")), _text(item.get("target")), item))
        return tuple(found)

    @property
    def command(self) -> str:
        parts = _items(self.item.get("command")) + _items(self.item.get("entrypoint"))
        return " ".join(part.text or "" for part in parts)


@dataclass(frozen=True)
class Compose:
    """A compose file."""

    source: Source
    root: Item
    services: tuple[Service, ...]

    def file_of(self, section: str, name: str) -> str | None:
        """The host file of a top-level config or secret."""
        item = self.root.get(section, name, "file")
        return item.text if item else None

    def written_in(self, section: str, name: str) -> Item | None:
        """The text of a top-level config that stands in the compose file itself."""
        item = self.root.get(section, name, "content")
        return item if item and item.text else None


def read_compose(source: Source, surroundings: Mapping[str, str], overrides: Iterable[Source] = ()) -> Compose:
    """The services of a compose file, with what its overrides change. ``surroundings`` are the variables known for ``${…}``."""
    root = parse_yaml(source)
    for override in overrides:
        root = laid_over("", root, parse_yaml(override))
    services = root.get("services")
    if services is None or not services.entries():
        raise AuditError(
            t("{file} is no compose file: it has no services.", file=source.name),
            t("The audit reads docker-compose.yml among the YAML files."),
        )
    keys, entries = services.keys(), services.entries()
    whole = {name: _extended(name, entries, ()) for name in entries}
    return Compose(source, root, tuple(_service(name, item, keys, surroundings) for name, item in whole.items()))


def _extended(name: str, entries: Mapping[str, Item], above: tuple[str, ...]) -> Item:
    """A service with what it takes from another one of the same file (``extends``)."""
    own = entries[name]
    extends = own.get("extends")
    base = (extends.text or _text(extends.get("service"))) if extends and extends.get("file") is None else ""
    if base not in entries or base in (*above, name) or len(above) > MAX_DEPTH:
        return own
    return laid_over("", _extended(base, entries, (*above, name)), own)


def _service(name: str, item: Item, keys: Mapping[str, Item], surroundings: Mapping[str, str]) -> Service:
    image = item.get("image")
    environment = _last(_variables(item.get("environment"), surroundings))
    image_name = _resolved(image.text, surroundings) if image and image.text else None
    ports = tuple(_ports(item.get("ports"), surroundings))
    return Service(name, item, keys[name].place if name in keys else item.place, image_name, environment, ports)


def with_files(service: Service, files: Mapping[str, Source]) -> Service:
    """The service with the variables of its ``env_file``, where that file is known; its own override them."""
    before: list[Variable] = []
    for item in _items(service.item.get("env_file")):
        name = item.text or _text(item.get("path"))
        if name in files:
            before += read_environment(files[name])
    return replace(service, environment=_last([*before, *service.environment]))


def _last(variables: list[Variable]) -> tuple[Variable, ...]:
    """Each variable once: the later one holds."""
    return tuple({variable.name: variable for variable in variables}.values())


def _variables(item: Item | None, surroundings: Mapping[str, str]) -> list[Variable]:
    if item is None:
        return []
    if isinstance(item, Overlaid):  # a list and a mapping may lie over each other
        return [variable for layer in item.layers for variable in _variables(layer, surroundings)]
    found = []
    for name, value in item.entries().items():
        text = _resolved(value.text, surroundings) if value.text is not None else None
        found.append(Variable(name, text, value.place, value.span, value.source))
    for element in item.items() if not found else []:
        name, equals, text = (element.text or "").partition("=")
        value_text = _resolved(text, surroundings) if equals else None
        span = _span_within(element, len(name) + 1) if equals else None
        found.append(Variable(name.strip(), value_text, element.place, span, element.source, listed=True))
    return found


def _span_within(element: Item, offset: int) -> tuple[int, int] | None:
    """Where the rest of a text stands from a character on; None when it is written with escapes or over several lines."""
    start, end = element.span
    written = element.source.text[start:end]
    quotes = 1 if written[:1] in ("'", '"') else 0
    if written[quotes : len(written) - quotes] != element.text:
        return None
    return start + quotes + offset, end - quotes


_PORT = re.compile(
    r"^(?:(?P<host>\[[0-9a-fA-F:.%]+\]|\d+\.\d+\.\d+\.\d+|localhost):)?(?:(?P<published>\d+(?:-\d+)?)?:)?(?P<target>\d{1,5})(?:-\d+)?(?:/\w+)?$"
)


def _ports(item: Item | None, surroundings: Mapping[str, str]) -> list[Port]:
    found = []
    for element in _items(item):
        if element.text is None:
            host, published = _text(element.get("host_ip")), _text(element.get("published"))
            found.append(Port(host, published or None, _number(_text(element.get("target"))), element))
        elif match := _PORT.match(_resolved(element.text, surroundings) or ""):
            host = (match["host"] or "").strip("[]")
            found.append(Port(host, match["published"], int(match["target"]), element))
    return found


def is_loopback(host: str) -> bool:
    """Whether an address is this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


_REFERENCE = re.compile(r"\$\{(\w+)(?::?[-?]([^}]{0,2000}))?\}|\$(\w+)")


def _resolved(text: str | None, surroundings: Mapping[str, str]) -> str | None:
    """The text with ``${NAME:-default}`` put in; None when a variable is known nowhere."""
    if text is None or "$" not in text:
        return text
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        name = found[1] or found[3]
        if name in surroundings:
            return surroundings[name]
        missing |= found[2] is None or ":?" in found[0]
        return found[2] or ""

    resolved = _REFERENCE.sub(value, text.replace("$$", "\0")).replace("\0", "$")
    return None if missing else resolved


def _items(item: Item | None) -> list[Item]:
    return item.items() if item else []


def _text(item: Item | None) -> str:
    return (item.text if item else None) or ""


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) else None

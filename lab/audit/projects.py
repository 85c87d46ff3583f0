"""Which compose files belong together: a project's own, and those that docker compose lays over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lab.audit.source import Source, read
from lab.audit.yamlfile import Item, parse_yaml


def projects(sources: list[Source]) -> list[tuple[Source, list[Source]]]:
    """Each compose file with its overrides, in the order in which they are laid over it.

    An override is ``docker-compose.override.yml`` beside ``docker-compose.yml``, which docker compose reads unasked and so
    is read here; and any file of the same folder whose services say neither image nor build (nor ``extends``) and so cannot run by
    themselves (``docker compose -f a.yml -f b.yml``). Two files that can are two deployments.
    """
    services = {source: _services(source) for source in sources} if len(sources) > 1 else {}
    found: dict[Source, list[Source]] = {}
    rest = []
    for source in sources:
        bases = [other for other in sources if other is not source and _lies_over(source, other, services)]
        if bases:
            rest.append((source, min(bases, key=lambda other: len(other.path.name))))
        else:
            found[source] = _unasked(source, sources)
    for source, base in rest:
        above = found.get(base)
        if above is None:  # its base lies over another one itself
            found[source] = []
        elif source not in above:
            above.append(source)
    return list(found.items())


def _services(source: Source) -> dict[str, bool]:
    """The services of a file, and whether each could run by itself."""
    section = parse_yaml(source).get("services")
    return {name: _stands_alone(item) for name, item in section.entries().items()} if section else {}


def _stands_alone(service: Item) -> bool:
    return any(service.get(name) is not None for name in ("image", "build", "extends"))


def _lies_over(source: Source, base: Source, services: Mapping[Source, Mapping[str, bool]]) -> bool:
    if source.path.resolve().parent != base.path.resolve().parent:
        return False
    if source.path.name in _override_names(base.path):
        return True
    own, below = services[source], services[base]
    return bool(own) and not any(own.values()) and own.keys() <= below.keys() and any(below.values())


def _override_names(base: Path) -> list[str]:
    return [f"{base.stem}.override{suffix}" for suffix in (".yml", ".yaml")]


def _unasked(base: Source, known: list[Source]) -> list[Source]:
    """The override that docker compose reads without being told to."""
    if base.path.stem not in ("docker-compose", "compose"):
        return []
    for name in _override_names(base.path):
        path = base.path.parent / name
        if path.is_file() and path.resolve().parent == base.path.resolve().parent:
            named = next((source for source in known if source.path.resolve() == path.resolve()), None)
            return [named or read(path)]
    return []

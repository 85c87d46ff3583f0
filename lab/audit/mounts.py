"""What a compose file puts into a container: files and folders of the host, and what it holds itself."""

from __future__ import annotations

from pathlib import Path

from lab.audit.compose import Compose, Service
from lab.audit.environment import INLINE, Variable
from lab.audit.jsonc import Node, parse
from lab.audit.known import is_orthanc_file
from lab.audit.source import Source, read

Files = list[tuple[Source, Node]]


def env_files(source: Source, service: Service, known: list[Source]) -> dict[str, Source]:
    item = service.item.get("env_file")
    found = {}
    for entry in item.items() if item else []:
        name = entry.text or (path.text if (path := entry.get("path")) else None)
        path_there = source.path.parent / (name or "")
        if name and inside(path_there, source.path.parent) and path_there.is_file():
            found[name] = next((file for file in known if file.path.resolve() == path_there.resolve()), None) or read(
                path_there
            )
    return found


def inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _host_paths(compose: Compose, service: Service) -> list[Path]:
    """The host's files and folders that are put into a container: volumes, configs, secrets."""
    folder = compose.source.path.parent
    names = []
    for source, _, _ in service.mounts:
        named = compose.file_of("configs", source) or compose.file_of("secrets", source) or source
        if named.startswith((".", "/")) or named != source:
            names.append(folder / named)
    if service.context and (folder / service.context).resolve() != folder.resolve():
        names.append(folder / service.context)
    return names


def mounts(compose: Compose, service: Service, file: Source) -> bool:
    there = file.path.resolve()
    return any(there == path.resolve() or path.resolve() in there.parents for path in _host_paths(compose, service))


def mounted_files(compose: Compose, service: Service, known: set[Path]) -> Files:
    """Orthanc's JSON files that the service mounts from the compose file's own folder and that were not named."""
    folder = compose.source.path.parent
    found: Files = []
    for path in _host_paths(compose, service):
        if path.suffix == ".json" and path.is_file() and inside(path, folder) and path.resolve() not in known:
            source = read(path)
            node = parse(source)
            found += [(source, node)] if is_orthanc_file(node) else []
    return found


def inline(compose: Compose, service: Service) -> list[tuple[Variable, Node]]:
    """The configurations of Orthanc that the compose file holds itself, under ``configs`` with ``content``."""
    found = []
    for name, target, _ in service.mounts:
        item = compose.written_in("configs", name)
        if item is None or not (name.endswith(".json") or target.endswith(".json")):
            continue
        variable = Variable(f"{INLINE}{name}", item.text, item.place, item.span, item.source)
        node = parse(Source(Path(f"{variable.place.file}: {variable.name}"), item.text or ""))
        if is_orthanc_file(node):
            found.append((variable, node))
    return found

"""The whole deployment that the files describe: archives, containers, gateways, and which leads to which."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from lab.audit.archive import Archive
from lab.audit.compose import Compose, Service, read_compose, with_files
from lab.audit.environment import (
    SECRET,
    WHOLE,
    Variable,
    enabled_section,
    option_path,
    option_value,
    read_environment,
)
from lab.audit.jsonc import Unknown, parse
from lab.audit.known import is_orthanc_file
from lab.audit.mounts import Files, env_files, inline, inside, mounted_files, mounts
from lab.audit.nginx import Block, read_nginx
from lab.audit.platform import Platform, platform_of
from lab.audit.projects import projects
from lab.audit.recipe import installs_orthanc
from lab.audit.routes import Route, routes
from lab.audit.source import Kind, Place, Source, collect, read

WEB_PORTS, DICOM_PORTS = (8042,), (4242, 104, 11112, 2762)


@dataclass
class Deployment:
    """Everything that the rules look at."""

    sources: list[Source]
    archives: list[Archive] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    built: list[Service] = field(default_factory=list)
    """Services whose image is built here with Orthanc in it, and of whose configuration no file tells."""
    gateway: Block | None = None
    routes: list[Route] = field(default_factory=list)
    """The routes that lead to an archive, over HTTP or as a plain stream."""
    skipped: list[Source] = field(default_factory=list)
    """JSON files that are not Orthanc's."""

    @property
    def web_routes(self) -> list[Route]:
        return [route for route in self.routes if not self.is_dicom(route)]

    def is_dicom(self, route: Route) -> bool:
        known = {archive.port("DicomPort") for archive in self.archives} | set(DICOM_PORTS)
        web = {archive.port("HttpPort") for archive in self.archives}
        return route.stream and any(port in known and port not in web for _, port in route.targets)


def assemble(paths: list[Path], image: str | None = None, version: str | None = None) -> Deployment:
    """The deployment that these files and folders describe. Read-only. Raises AuditError for what cannot be read."""
    sources = collect(paths)
    stated = platform_of(image, version)
    site = Deployment(sources)
    kinds = {kind: [source for source in sources if source.kind is kind] for kind in Kind}
    parsed = [(source, parse(source)) for source in kinds[Kind.ORTHANC]]
    files = [pair for pair in parsed if is_orthanc_file(pair[1])]
    site.skipped = [pair[0] for pair in parsed if not is_orthanc_file(pair[1])]
    variables = [variable for source in kinds[Kind.ENVIRONMENT] for variable in read_environment(source)]
    for source, overrides in projects(kinds[Kind.COMPOSE]):
        sources += [part for part in overrides if part not in sources]
        files = _add_compose(site, source, overrides, files, variables, stated, version)
    if files or (variables and not site.services):
        _add_plain(site, files, [] if site.services else variables, stated)
    if kinds[Kind.NGINX]:
        site.gateway = read_nginx(kinds[Kind.NGINX])
        _connect(site)
    return site


def _add_compose(
    site: Deployment,
    source: Source,
    overrides: list[Source],
    files: Files,
    variables: list[Variable],
    stated: Platform,
    version: str | None,
) -> Files:
    """Add the services of a compose file; returns the JSON files that belong to none of them."""
    beside = source.path.parent / ".env"
    if not variables and beside.is_file():
        variables = read_environment(read(beside))
    known_values = {variable.name: variable.value for variable in variables if variable.value is not None}
    compose = read_compose(source, known_values, overrides)
    ours = [service for service in compose.services if service.is_orthanc or _built(compose, service, files)]
    rest = files
    for service in compose.services:
        runs = service in ours
        service = with_files(service, env_files(source, service, site.sources))
        site.services.append(service)
        if not runs:
            site.built += [service] if installs_orthanc(compose, service) else []
            continue
        platform = _platform(compose, service, stated, version)
        archive = Archive(service.name, platform, service.place, service=service, variables=service.environment)
        mounted = files if len(ours) == 1 else [pair for pair in files if mounts(compose, service, pair[0])]
        known = {pair[0].path.resolve() for pair in files}
        for pair in [*mounted, *mounted_files(compose, service, known)]:
            archive.add_file(*pair)
        rest = [pair for pair in rest if pair not in mounted]
        for variable, node in inline(compose, service):
            archive.add_object(variable, node.data)
            archive.inline += (variable,)
        _add_variables(archive, service.environment)
        _add_secrets(archive, compose, service)
        site.archives.append(_patched_over(archive))
    return rest


def _built(compose: Compose, service: Service, files: Files) -> bool:
    """Whether an image is built here, in a folder of its own, with one of the Orthanc files that were named."""
    folder = compose.source.path.parent
    if not service.context or (folder / service.context).resolve() == folder.resolve():
        return False
    return any(mounts(compose, service, file) for file, _ in files)


def _platform(compose: Compose, service: Service, stated: Platform, version: str | None) -> Platform:
    """The image's, or that of the image which the build begins with; the Orthanc Book builds on orthancteam/orthanc."""
    if service.image is not None or stated.image is not None:
        return platform_of(service.image or stated.image, version)
    context = service.context
    recipe = compose.source.path.parent / context / "Dockerfile" if context else None
    if recipe and inside(recipe, compose.source.path.parent) and recipe.is_file():
        bases = re.findall(r"^FROM\s+(?:--\S+\s+)?(\S+)", read(recipe).text, re.MULTILINE | re.IGNORECASE)
        if bases:
            return platform_of(bases[-1], version)
    return platform_of("orthancteam/orthanc" if service.builds else None, version)


def _patched_over(archive: Archive) -> Archive:
    """jodogne/orthanc has its settings in a file of its own: another one put in its place brings Orthanc's defaults."""
    if archive.platform.family == "jodogne" and (archive.files or archive.inline):
        archive.platform = Platform("upstream", archive.platform.version, archive.platform.image)
    return archive


def _add_variables(archive: Archive, variables: tuple[Variable, ...]) -> None:
    for variable in variables:
        if variable.name == WHOLE and variable.value:
            node = parse(Source(Path(f"{variable.place.file}: {WHOLE}"), variable.value))
            archive.add_object(variable, node.data)
        elif section := enabled_section(variable):
            archive.sections.add(section)
        elif not variable.name.endswith(SECRET) and (path := option_path(variable.name)):
            value = Unknown() if variable.value is None else option_value(variable)
            archive.add_variable(variable, path, value)
        elif variable.name.endswith(SECRET) and (path := option_path(variable.name.removesuffix(SECRET))):
            archive.add_variable(variable, path, Unknown())


def _add_secrets(archive: Archive, compose: Compose, service: Service) -> None:
    item = service.item.get("secrets")
    for entry in item.items() if item else []:
        name = entry.text or (target.text if (target := entry.get("target") or entry.get("source")) else None)
        if name and (path := option_path(name)):
            archive.add_variable(Variable(name, None, entry.place), path, Unknown())


def _add_plain(site: Deployment, files: Files, variables: list[Variable], stated: Platform) -> None:
    """An Orthanc that no compose file describes. Variables alone mean the official image, which reads them."""
    if variables and stated.image is None:
        stated = platform_of("orthancteam/orthanc", ".".join(map(str, stated.version)) if stated.version else None)
    archive = Archive("orthanc", stated, Place("orthanc"), variables=tuple(variables))
    for pair in files:
        archive.add_file(*pair)
    archive.anchor = archive.main_file[1].place if files else variables[0].place
    _add_variables(archive, archive.variables)
    site.archives.append(archive)


def _connect(site: Deployment) -> None:
    """Find the routes that lead to an archive, and tell the archives."""
    for route in routes(site.gateway) if site.gateway else []:
        archive = _archive_behind(site, route)
        if archive is None and not (not site.archives and _looks_like_orthanc(route)):
            continue
        site.routes.append(route)
        if archive is not None:
            (archive.dicom_routes if site.is_dicom(route) else archive.web_routes).append(route)


def _archive_behind(site: Deployment, route: Route) -> Archive | None:
    for host, port in route.targets:
        for archive in site.archives:
            named = archive.service and host in _names(archive.service)
            ports = (archive.port("HttpPort"), archive.port("DicomPort"))
            if named or (len(site.archives) == 1 and port in ports):
                return archive
            if archive.service and any(entry.published == str(port) for entry in archive.service.ports):
                return archive
    return None


def _names(service: Service) -> set[str]:
    container = service.item.get("container_name")
    return {service.name, (container.text if container else None) or service.name}


def _looks_like_orthanc(route: Route) -> bool:
    known = {*WEB_PORTS, *DICOM_PORTS[:1]} if not route.stream else {*WEB_PORTS, *DICOM_PORTS}
    return any(port in known or "orthanc" in host.lower() for host, port in route.targets)

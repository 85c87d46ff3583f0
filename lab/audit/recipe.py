"""What a Dockerfile puts into an image that is built here."""

from __future__ import annotations

import re
from pathlib import Path

from lab.audit.compose import Compose, Service
from lab.audit.platform import is_orthanc_image
from lab.audit.source import read

_STAGE = re.compile(r"^FROM\s+(?:--\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_INSTALLED = re.compile(r"(?<![\w./-])orthanc(?![\w./-])")  # the package, and not a path or a companion of it


def installs_orthanc(compose: Compose, service: Service) -> bool:
    """Whether the image of a service is built here with Orthanc in it: from its image, or as a package that a RUN installs.

    Quiet where the Dockerfile does not lie below the compose file's folder, or builds Orthanc from its source.
    """
    folder = compose.source.path.parent
    build = service.item.get("build")
    if build is None or not service.context:
        return False
    named = build.get("dockerfile")
    recipe = folder / service.context / ((named.text if named else None) or "Dockerfile")
    if not recipe.resolve().is_relative_to(folder.resolve()) or not recipe.is_file():
        return False
    target = build.get("target")
    return _has_orthanc(_stages(recipe), target.text if target else None)


def _stages(recipe: Path) -> dict[str, tuple[str, list[str]]]:
    """Each stage by its name (or number): what it begins with, and its RUN lines."""
    stages: dict[str, tuple[str, list[str]]] = {}
    runs: list[str] = []
    for line in read(recipe).text.replace("\\\n", " ").splitlines():
        if found := _STAGE.match(line.strip()):
            runs = []
            stages[found[2] or str(len(stages))] = (found[1], runs)
        elif line.strip().upper().startswith("RUN "):
            runs.append(line)
    return stages


def _has_orthanc(stages: dict[str, tuple[str, list[str]]], target: str | None) -> bool:
    name = target or next(reversed(stages), "")
    seen = set()
    while name in stages and name not in seen:
        seen.add(name)
        base, runs = stages[name]
        if any(_INSTALLED.search(line) for line in runs) or is_orthanc_image(base):
            return True
        name = base
    return False

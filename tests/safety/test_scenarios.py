"""Rule 5: a scenario is data and a probe. It starts no program, brings none along, and cannot choose where it is run."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import clients, scenarios
from lab.catalogue import catalogue
from lab.errors import SiteError
from lab.site.baseline import baseline
from lab.site.options import RESERVED

STARTS_PROGRAMS = {
    "subprocess",
    "ctypes",
    "multiprocessing",
    "pty",
    "os",
    "shutil",
    "importlib",
    "runpy",
    "code",
    "cffi",
}
BUILT_IN = {"eval", "exec", "compile", "__import__", "open"}
SOURCES = [path for package in (scenarios, clients) for path in sorted(Path(package.__path__[0]).glob("*.py"))]


def _used(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_scenario_and_no_client_starts_a_program(path: Path) -> None:
    assert set(_used(path.read_text("utf-8"))) & (STARTS_PROGRAMS | BUILT_IN) == set()


def test_the_look_at_the_sources_finds_what_it_looks_for() -> None:
    assert set(_used("import os\nfrom subprocess import run\neval('1')")) >= {"os", "subprocess", "eval"}


@pytest.mark.parametrize("scenario", list(catalogue()))
def test_what_a_scenario_changes_is_plain_data(scenario: str) -> None:
    part = catalogue()[scenario].scenario
    for overlay in (part.misconfiguration, *(fix.overlay for fix in part.fixes)):
        assert json.loads(json.dumps(overlay)) == overlay
        assert set(overlay.get("orthanc", {})).isdisjoint(RESERVED)


@pytest.mark.parametrize("option", sorted(RESERVED))
def test_no_site_chooses_ports_folders_scripts_or_plugins(option: str) -> None:
    with pytest.raises(SiteError, match=rf"^orthanc\.{option} is set by the sandbox\."):
        baseline().changed({"orthanc": {option: True}})

"""An archive whose image is built here: known by what its Dockerfile puts into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.audit import audit
from lab.audit.show import report_json
from lab.audit.source import AuditError
from tests.audit.support import found, write

COMPOSE = """\
services:
  archive:
    build: { context: ., dockerfile: images/Dockerfile, target: archive }
  proxy:
    image: nginx:1.27
    ports: ["%s"]
"""
RECIPE = """\
FROM debian:trixie-slim AS base
RUN apt-get update
FROM base AS archive
RUN apt-get install --yes \\
    curl %s
FROM base AS tools
RUN apt-get install --yes %s
"""


def of(folder: Path, ports: str, archive: str, tools: str = "curl") -> set[str]:
    write(folder, "images/Dockerfile", RECIPE % (archive, tools))
    return found(audit([write(folder, "docker-compose.yml", COMPOSE % ports)]))


@pytest.mark.parametrize(
    ("ports", "rules"),
    [
        ("8042:8042", {"bind-all"}),
        ("0.0.0.0:9042:8042", {"bind-all"}),
        ("104:4242", {"bind-all"}),
        ("127.0.0.1:8042:8042", set()),
        ("443:443", set()),
    ],
)
def test_a_port_of_an_archive_that_is_built_here_is_found_where_another_container_publishes_it(
    ports: str, rules: set[str], tmp_path: Path
) -> None:
    assert of(tmp_path, ports, "orthanc") == rules


def test_an_image_of_orthanc_may_be_what_the_build_begins_with(tmp_path: Path) -> None:
    write(tmp_path, "images/Dockerfile", "FROM orthancteam/orthanc:26.8.1 AS archive\nCOPY x /etc/x\n")
    report = audit([write(tmp_path, "docker-compose.yml", COMPOSE % "8042:8042")])
    assert [service.name for service in report.deployment.built] == ["archive"]
    assert report_json(report)["archives"] == []


@pytest.mark.parametrize("archive", ["", "orthanc-wsi", "-o /opt/orthanc"])
def test_what_is_no_orthanc_or_stands_in_another_stage_is_none(archive: str, tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="no Orthanc in these files"):
        of(tmp_path, "8042:8042", archive, tools="orthanc")


def test_a_recipe_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, "images/Dockerfile", RECIPE % ("orthanc", ""))
    inner = COMPOSE.replace("context: .", "context: ..") % "8042:8042"
    with pytest.raises(AuditError, match="no Orthanc in these files"):
        audit([write(tmp_path, "project/docker-compose.yml", inner)])


def test_stages_that_begin_with_each_other_come_to_an_end(tmp_path: Path) -> None:
    write(tmp_path, "images/Dockerfile", "FROM archive AS other\nFROM other AS archive\n")
    with pytest.raises(AuditError, match="no Orthanc in these files"):
        audit([write(tmp_path, "docker-compose.yml", COMPOSE % "8042:8042")])

"""Reading the files one is given, in bounded time and memory: sizes, kinds of file, loops."""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from lab.errors import LabError
from lab.i18n import t

MAX_BYTES = 2_000_000  # Orthanc's own commented default file has 40,000
MAX_FILES = 200
MAX_TOTAL = 10_000_000  # characters of all files together


class AuditError(LabError):
    """A file that cannot be audited: unreadable, too large, not what its name says."""


class Kind(StrEnum):
    """What a file configures."""

    ORTHANC = "orthanc"
    COMPOSE = "compose"
    ENVIRONMENT = "environment"
    NGINX = "nginx"


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: the file as the user named it, line and column from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Source:
    """The text of one file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        return str(self.path)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def place(self, offset: int) -> Place:
        """Line and column of a character."""
        line = bisect_right(self._starts, offset)
        return Place(self.name, line, offset - self._starts[line - 1] + 1)

    @cached_property
    def kind(self) -> Kind:
        """What this file configures, by its name, else by how it begins. Raises AuditError when neither tells."""
        found = _kind_by_name(self.path) or _kind_by_content(self.text)
        if found is None:
            raise AuditError(
                t("{file} is no configuration that the audit knows.", file=self.name),
                t(
                    "It reads Orthanc's JSON, docker-compose.yml, environment files (.env) and nginx configuration (.conf)."
                ),
            )
        return found


def read(path: Path) -> Source:
    """The text of a file. Read-only. Raises AuditError for what is no readable, reasonably small text file."""
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise AuditError(
                    t("{file} is not a regular file.", file=path), t("Name configuration files or a folder of them.")
                )
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise AuditError(
            t("{file} cannot be read: {reason}.", file=path, reason=error.strerror or error),
            t("Check the name and your rights."),
        ) from None
    if len(content) > MAX_BYTES:
        raise AuditError(
            t(
                "{file} is too large for a configuration: more than {limit} MB.",
                file=path,
                limit=MAX_BYTES // 1_000_000,
            ),
            t("Name the configuration files one by one."),
        )
    if b"\0" in content:
        raise AuditError(t("{file} is a binary file, not a configuration.", file=path), t("Name text files."))
    try:
        return Source(path, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise AuditError(
            t("{file} is not UTF-8 text: line {line}.", file=path, line=line),
            t("Save it as UTF-8; Orthanc reads nothing else."),
        ) from None


def collect(paths: list[Path]) -> list[Source]:
    """The files named, and those directly in the folders named, as Orthanc scans a folder: not below it. Read-only."""
    found: dict[Path, Source] = {}
    total = 0
    for path in paths:
        inside = _folder(path) if path.is_dir() else [path]
        for file in inside:
            if (real := Path(os.path.realpath(file))) in found:
                continue
            if len(found) == MAX_FILES:
                raise AuditError(
                    t("More than {limit} files.", limit=MAX_FILES), t("Name the configuration files one by one.")
                )
            found[real] = read(file)
            total += len(found[real].text)
            if total > MAX_TOTAL:
                raise AuditError(
                    t("The files are too large together: more than {limit} MB.", limit=MAX_TOTAL // 1_000_000),
                    t("Name the configuration files one by one."),
                )
    return list(found.values())


def _folder(folder: Path) -> list[Path]:
    try:
        entries = sorted(entry for entry in folder.iterdir() if _kind_by_name(entry) and not entry.is_dir())
    except OSError as error:
        raise AuditError(
            t("{file} cannot be read: {reason}.", file=folder, reason=error.strerror or error),
            t("Check the name and your rights."),
        ) from None
    if not entries:
        raise AuditError(
            t("There is no configuration in the folder {folder}.", folder=folder),
            t("It reads Orthanc's JSON, docker-compose.yml, environment files (.env) and nginx configuration (.conf)."),
        )
    return entries


def _kind_by_name(path: Path) -> Kind | None:
    if path.name == ".env" or path.suffix.lower() == ".env":
        return Kind.ENVIRONMENT
    by_suffix = {".json": Kind.ORTHANC, ".yml": Kind.COMPOSE, ".yaml": Kind.COMPOSE, ".conf": Kind.NGINX}
    return by_suffix.get(path.suffix.lower())


_COMMENTS = re.compile(r"\s*(?:(?://|#)[^\n]*\s*|/\*.*?\*/\s*)*", re.DOTALL)


def _kind_by_content(text: str) -> Kind | None:
    begin = _COMMENTS.match(text)
    body = text[begin.end() if begin else 0 :][:20_000]
    if body.startswith("{"):
        return Kind.ORTHANC
    if re.search(r"^services:", body, re.MULTILINE):
        return Kind.COMPOSE
    if re.match(r"(?:export )?[A-Za-z_]\w*=", body):
        return Kind.ENVIRONMENT
    return Kind.NGINX if re.match(r"\w[^;{}=]*[;{]", body) else None

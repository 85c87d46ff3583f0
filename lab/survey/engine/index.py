"""The index: one row a system that said something, with full-text search over its banner (SQLite FTS5)."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lab.survey import products
from lab.survey.engine.query import Condition
from lab.survey.tool.finding import Finding, Outcome
from lab.survey.tool.target import Target
from lab.survey.world.policy import HONEYPOT_UID

PAGE = 20
FACETS = ("country", "port", "product", "service")
_SCHEMA = """
CREATE TABLE hosts (id INTEGER PRIMARY KEY, address TEXT UNIQUE, port INTEGER, listed_port INTEGER, country TEXT, org TEXT,
    service TEXT, product TEXT, version TEXT, banner TEXT, tls INTEGER, web INTEGER, viewer INTEGER, dicom INTEGER);
CREATE VIRTUAL TABLE words USING fts5 (address, org, product, version, banner, content='hosts', content_rowid='id',
    tokenize="unicode61 remove_diacritics 2 tokenchars '_'");
"""
_SAID_NOTHING = (Outcome.SILENT, Outcome.UNREACHABLE, Outcome.INTERRUPTED)
_HUNG_UP = (["connection closed"], ["connection reset"])
_SERVICES = ((b"SSH-", "ssh"), (b"220 FTP", "ftp"), (b"220 ", "smtp"), (b"RFB", "vnc"), (b"HTTP/", "http"))


@dataclass(frozen=True)
class Host:
    """One hit."""

    address: str
    port: int
    country: str
    org: str
    service: str
    product: str
    version: str
    banner: str
    tls: bool
    web: bool
    viewer: bool


@dataclass(frozen=True)
class Hits:
    """A page of hits, how many there are in all, and the counts of each facet over all of them."""

    total: int
    hosts: tuple[Host, ...]
    facets: dict[str, tuple[tuple[str, int], ...]]


class Index:
    """The index in memory. Made once from a crawl, then read-only."""

    def __init__(self, targets: Iterable[Target], findings: Iterable[Finding]) -> None:
        self._file = sqlite3.connect(":memory:", check_same_thread=False)
        self._file.row_factory = sqlite3.Row
        self._file.executescript(_SCHEMA)
        listed = {target.address: target for target in targets}
        self._web_ports = {target.address: target.web_port for target in listed.values() if target.web_port}
        rows = [row for finding in findings if (row := _row(listed[finding.address], finding)) is not None]
        places = ", ".join("?" * 13)
        self._file.executemany(f"INSERT INTO hosts VALUES (NULL, {places})", rows)
        self._file.execute("INSERT INTO words (words) VALUES ('rebuild')")
        self._file.commit()

    def __len__(self) -> int:
        return int(self._file.execute("SELECT count(*) FROM hosts").fetchone()[0])

    def search(self, conditions: Sequence[Condition], page: int = 1) -> Hits:
        """The hits of a query, in the order of the list of addresses. Read-only."""
        where = " AND ".join(condition.sql for condition in conditions) or "1"
        values = [value for condition in conditions for value in condition.values]
        total = int(self._file.execute(f"SELECT count(*) FROM hosts WHERE {where}", values).fetchone()[0])
        rows = self._file.execute(
            f"SELECT * FROM hosts WHERE {where} ORDER BY id LIMIT {PAGE} OFFSET ?", [*values, (page - 1) * PAGE]
        )
        facets = {name: self._facet(name, where, values) for name in FACETS}
        return Hits(total, tuple(_host(row) for row in rows), facets)

    def host(self, address: str) -> Host | None:
        """The host at an address. Read-only."""
        row = self._file.execute("SELECT * FROM hosts WHERE address = ?", [address]).fetchone()
        return _host(row) if row is not None else None

    def web_port(self, address: str) -> int | None:
        """Where a listed system has a web page; None where it has none, and for any other address."""
        return self._web_ports.get(address)

    def _facet(self, name: str, where: str, values: Sequence[object]) -> tuple[tuple[str, int], ...]:
        rows = self._file.execute(
            f"SELECT {name}, count(*) FROM hosts WHERE {where} AND {name} != '' GROUP BY 1 ORDER BY 2 DESC, 1", values
        )
        return tuple((str(value), count) for value, count in rows)


def _host(row: sqlite3.Row) -> Host:
    names = ("address", "port", "country", "org", "service", "product", "version", "banner")
    return Host(*(row[name] for name in names), *(bool(row[name]) for name in ("tls", "web", "viewer")))


def _row(target: Target, finding: Finding) -> tuple[object, ...] | None:
    if finding.outcome in _SAID_NOTHING or finding.steps in _HUNG_UP:
        return None  # it said nothing: there is nothing to find
    service = _service(finding)
    product, version = _product(finding)
    banner = "\n".join([*([finding.implementation] if finding.implementation else []), *finding.steps])
    web = bool(target.web_port)
    return (
        target.address, target.port, target.listed_port, target.country, target.operator, service, product, version, banner,
        target.tls, web, finding.open_viewer, service == "dicom",
    )  # fmt: skip


def _service(finding: Finding) -> str:
    if finding.outcome is Outcome.NOT_DICOM:
        said = re.search(r"b['\"](.*)", finding.steps[0] if finding.steps else "")
        text = said[1].encode() if said else b""
        return next((name for start, name in _SERVICES if text.startswith(start)), "unknown")
    if finding.outcome is Outcome.TLS_CERTIFICATE:
        return "tls"
    return "unknown" if finding.outcome is Outcome.DROPPED else "dicom"


def _product(finding: Finding) -> tuple[str, str]:
    """Product and version by what the association shows; empty for an archive that rejected it."""
    if finding.implementation_uid == HONEYPOT_UID:
        return "Go DICOM", finding.implementation
    for product in products.PRODUCTS:
        if product.class_uid == finding.implementation_uid:
            version = next((version for version, name in product.versions if name == finding.implementation), "")
            return product.name, version
    return "", ""

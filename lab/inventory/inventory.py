"""What the search of a source came to: counts at hand, findings on disk until somebody wants them."""

from __future__ import annotations

import csv
import io
import json
import pickle
import struct
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import IO, Any

from lab.inventory.finding import DIRECT, Finding, Place, Trouble
from lab.inventory.thumbnail import Thumbnail
from lab.inventory.worker import Chunk, FileFindings
from synthetic_data import Kind

JSON = dict[str, Any]
MOST_TROUBLES = 1000
COLUMNS = (
    "file", "sop_instance_uid", "place", "tag", "private_creator", "kind", "value", "person", "sure", "reason",
    "span_start", "span_end", "first_page", "last_page", "box_left", "box_top", "box_right", "box_bottom",
)  # fmt: skip
_LENGTH = struct.Struct("<Q")


def _spool() -> IO[bytes]:
    return tempfile.TemporaryFile(prefix="pacslab-inventory-")


@dataclass
class Inventory:
    """The inventory of a source. The findings themselves lie in a nameless temporary file that goes with this object."""

    title: str
    with_pictures: bool = True
    every: int = 1
    complete: bool = False
    seconds: float = 0.0
    files: int = 0
    counts: Counter[tuple[Place, Kind]] = field(default_factory=Counter)
    files_with: Counter[tuple[Place, Kind]] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    troubles: list[Trouble] = field(default_factory=list)
    more_troubles: int = 0
    thumbnails: list[Thumbnail] = field(default_factory=list)
    _store: IO[bytes] = field(default_factory=_spool, repr=False)

    def add(self, chunk: Chunk, most_pictures: int) -> None:
        """Take in what a worker found."""
        self.files += chunk.files
        self.counts.update(chunk.findings)
        self.files_with.update(chunk.files_with)
        self.people.update(chunk.people)
        room = MOST_TROUBLES - len(self.troubles)
        self.troubles += chunk.troubles[:room]
        self.more_troubles += max(0, len(chunk.troubles) - room)
        self.thumbnails += chunk.thumbnails[: max(0, most_pictures - len(self.thumbnails))]
        self._store.seek(0, io.SEEK_END)
        self._store.write(_LENGTH.pack(len(chunk.pickled)) + chunk.pickled)

    def by_file(self) -> Iterator[FileFindings]:
        """The findings of each file, as they were found; a file without any is there, too."""
        at = 0
        while True:
            self._store.seek(at)
            head = self._store.read(_LENGTH.size)
            if len(head) < _LENGTH.size:
                return
            (length,) = _LENGTH.unpack(head)
            at += _LENGTH.size + length
            yield from pickle.loads(self._store.read(length))  # this run's own, in a file without a name

    def findings(self) -> Iterator[Finding]:
        """Every finding with its file, one after the other; there may be millions."""
        for file, uid, found in self.by_file():
            for finding in found:
                yield replace(finding, file=file, sop_instance_uid=uid)

    @property
    def total(self) -> int:
        """How many findings there are that are sure enough."""
        return sum(self.counts.values())

    @property
    def direct(self) -> int:
        """How many of them name a person by themselves."""
        return sum(count for (_, kind), count in self.counts.items() if kind in DIRECT)

    def csv(self) -> Iterator[str]:
        """The findings as CSV, line by line, the header first."""
        yield _line(COLUMNS)
        for finding in self.findings():
            yield _line(row_of(finding).values())

    def json_text(self, more: JSON) -> Iterator[str]:
        """Everything for programs as the text of one JSON object, finding by finding: the summary, ``more``, and ``findings``."""
        yield json.dumps(self.summary() | more, ensure_ascii=False, indent=2)[:-2]
        before = ',\n  "findings": [\n'
        for finding in self.findings():
            yield before + "    " + json.dumps(row_of(finding), ensure_ascii=False)
            before = ",\n"
        yield "\n  ]\n}\n" if before == ",\n" else ',\n  "findings": []\n}\n'

    def summary(self) -> JSON:
        """The counts for programs, and whom the findings are about."""
        return {
            "searched": self.title,
            "complete": self.complete,
            "pictures_read": self.with_pictures,
            "one_file_of": self.every,
            "files": self.files,
            "seconds": round(self.seconds, 1),
            "total": self.total,
            "direct": self.direct,
            "people": [{"person": person, "findings": count} for person, count in self.people.most_common()],
            "by_place_and_kind": [
                {"place": place.value, "kind": kind.value, "findings": count, "files": self.files_with[place, kind]}
                for (place, kind), count in sorted(self.counts.items())
            ],
            "not_searched": [{"file": one.file, "reason": one.reason} for one in self.troubles],
            "not_searched_more": self.more_troubles,
        }


def row_of(finding: Finding) -> JSON:
    """A finding as one row, the columns in the order of `COLUMNS`."""
    span, pages, box = finding.span or ("", ""), finding.pages or ("", ""), finding.box or ("", "", "", "")
    values = (
        finding.file, finding.sop_instance_uid, finding.place.value, finding.tag, finding.private_creator,
        finding.kind.value, finding.value, finding.person, finding.sure, finding.reason.value, *span, *pages, *box,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def _line(values: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(_harmless(value) for value in values)
    return out.getvalue()


def _harmless(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value

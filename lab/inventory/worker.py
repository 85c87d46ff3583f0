"""What a worker does with a chunk of files: learn who is named in them, or search them. No state but what speeds it up."""

from __future__ import annotations

import pickle
import signal
import threading
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from lab.inventory.errors import NotDicom, Unreadable
from lab.inventory.file import Searched, search_dicom, search_name
from lab.inventory.finding import SURE_ENOUGH, Finding, Place, Trouble
from lab.inventory.learning import Memory, facts_of
from lab.inventory.others import search_other
from lab.inventory.packed import START, Member, members, packing
from lab.inventory.people import Fact, KnownPeople
from lab.inventory.raw import open_dicom
from lab.inventory.source import Item
from lab.inventory.text import NOBODY
from lab.inventory.thumbnail import Thumbnail, thumbnail
from synthetic_data import Kind

SECONDS_A_FILE = 120
"""After so long a file is given up and reported."""
_AGAIN = 2
"""It is told so every few seconds: what is searched may take the first time for a broken file's error."""
PICTURES_A_CHUNK = 2
_MEMORY = Memory()


class Options(NamedTuple):
    """`with_pictures`: pixels and pictures in documents are read."""

    with_pictures: bool = True


class FileFindings(NamedTuple):
    """The findings of one file; their own `file` is empty, since files of a series share them."""

    file: str
    sop_instance_uid: str
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Chunk:
    """What the search of a chunk came to. `pickled` is a list of FileFindings, unread until somebody wants them."""

    files: int = 0
    pickled: bytes = b""
    findings: Counter[tuple[Place, Kind]] = field(default_factory=Counter)
    files_with: Counter[tuple[Place, Kind]] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    troubles: list[Trouble] = field(default_factory=list)
    thumbnails: list[Thumbnail] = field(default_factory=list)


def learn_chunk(items: Sequence[Item]) -> tuple[int, list[Fact]]:
    """The facts in the headers of these files, each once, and the number of files. Broken files teach nothing here."""
    facts: dict[Fact, None] = {}
    for item in items:
        if item.trouble:
            continue
        try:
            with _in_time(), _silent():
                for source in _dicom_in(Path(item.path)):
                    for fact in facts_of(open_dicom(source).dataset, _MEMORY):
                        facts[fact] = None
        except (NotDicom, Unreadable, TimeoutError, MemoryError, OSError):
            continue
    return len(items), list(facts)


def _dicom_in(path: Path) -> Iterator[Path | bytes]:
    """The file itself, or the files of a backup."""
    with path.open("rb") as stream:
        start = stream.read(START)
    if not packing(start):
        yield path
        return
    for member in members(path):
        if member.content is not None and member.content[128:132] == b"DICM":
            yield member.content


@lru_cache(maxsize=1)
def _known(path: str) -> KnownPeople:
    with open(path, "rb") as stream:
        known: KnownPeople = pickle.load(stream)  # written by this very run, in a folder of its own
    return known


def search_chunk(items: Sequence[Item], known_at: str, options: Options, wants_pictures: bool) -> Chunk:
    """Search these files for whom `known_at` (a pickled KnownPeople) knows."""
    chunk, known = Chunk(), _known(known_at)
    kept: list[FileFindings] = []
    for item in items:
        for name, found, source in _searched(item, known, options, chunk):
            kept.append(FileFindings(name, found.sop_instance_uid, tuple(found.findings)))
            chunk.troubles += [Trouble(name, reason) for reason in found.troubles]
            _count(chunk, found.findings)
            if wants_pictures and source is not None and len(chunk.thumbnails) < PICTURES_A_CHUNK:
                chunk.thumbnails += thumbnail(name, source, found.findings)
        chunk.files += 1
    chunk.pickled = pickle.dumps(kept, pickle.HIGHEST_PROTOCOL)
    return chunk


def _searched(
    item: Item, known: KnownPeople, options: Options, chunk: Chunk
) -> Iterator[tuple[str, Searched, Path | bytes | None]]:
    """The file, or each file in a backup, searched: name, outcome, and the DICOM file itself."""
    path = Path(item.path)
    if item.trouble:
        chunk.troubles.append(Trouble(item.name, item.trouble))
        return
    try:
        with path.open("rb") as stream:
            start = stream.read(START)
        if packing(start):
            yield item.name, Searched(list(search_name(item.name, known, NOBODY))), None
            for member in _in_turn(path):
                name = f"{item.name}!{member.name}"
                if member.content is None:
                    chunk.troubles.append(Trouble(name, member.trouble))
                else:
                    yield from _one(name, member.content, known, options, chunk)
        else:
            yield from _one(item.name, path, known, options, chunk)
    except OSError as error:
        chunk.troubles.append(Trouble(item.name, error.strerror or str(error)))


def _one(
    name: str, source: Path | bytes, known: KnownPeople, options: Options, chunk: Chunk
) -> Iterator[tuple[str, Searched, Path | bytes | None]]:
    try:
        with _in_time(), _silent():
            found = search_dicom(source, name, known, _MEMORY, with_pictures=options.with_pictures)
        yield name, found, source
    except NotDicom:
        yield from _no_dicom(name, source, known, options, chunk)
    except Unreadable as error:
        chunk.troubles.append(Trouble(name, str(error)))
    except TimeoutError:
        chunk.troubles.append(Trouble(name, f"took more than {SECONDS_A_FILE} s"))
    except MemoryError:
        chunk.troubles.append(Trouble(name, "needs more memory than there is"))


def _no_dicom(
    name: str, source: Path | bytes, known: KnownPeople, options: Options, chunk: Chunk
) -> Iterator[tuple[str, Searched, Path | bytes | None]]:
    troubles: list[str] = []
    findings = list(search_name(name, known, NOBODY))
    try:
        with _in_time(), _silent():
            for finding in search_other(source, known, troubles, with_pictures=options.with_pictures):
                findings.append(finding)
    except TimeoutError:
        troubles.append(f"took more than {SECONDS_A_FILE} s")
    except MemoryError:
        troubles.append("needs more memory than there is")
    yield name, Searched(findings, troubles), source


def _in_turn(path: Path) -> Iterator[Member]:
    """The files of a backup, each of them unpacked in time or given up, and the rest with it."""
    unpacked = members(path)
    while True:
        try:
            with _in_time():
                member = next(unpacked, None)
        except TimeoutError:
            member, unpacked = Member("", None, f"took more than {SECONDS_A_FILE} s"), iter(())
        except MemoryError:
            member, unpacked = Member("", None, "needs more memory than there is"), iter(())
        if member is None:
            return
        yield member


def _count(chunk: Chunk, findings: Sequence[Finding]) -> None:
    pairs = [(one.place, one.kind) for one in findings if one.sure >= SURE_ENOUGH]
    chunk.findings.update(pairs)
    chunk.files_with.update(set(pairs))
    chunk.people.update(one.person for one in findings if one.person)


@contextmanager
def _silent() -> Iterator[None]:
    """Without pydicom's warnings: what they are about is searched all the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _in_time() -> Iterator[None]:
    """Raises TimeoutError when what is inside takes too long; where signals do not reach, it takes what it takes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(number: int, frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_A_FILE, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

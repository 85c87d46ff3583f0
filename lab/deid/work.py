"""What a worker does: learn from files, and clean files. Everything here runs in a process of its own, or in this one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lab.deid.elements import read_file
from lab.deid.identities import Identities
from lab.deid.journal import Line
from lab.deid.limits import bind_process, in_time
from lab.deid.pixels import Undecoded
from lab.deid.problems import Reason, Unclean
from lab.deid.profile import Profile
from lab.deid.secret import Secret
from lab.deid.storing import store
from lab.deid.whole import Cleaned, FileCleaner

Means = tuple[Profile, Secret, Identities]


@dataclass(frozen=True)
class Place:
    """Where a run reads and writes."""

    source: Path
    target: Path


@dataclass
class Done:
    """What became of some files; `undecoded` are those whose pixels have to be decoded, in a process that may die of it."""

    lines: list[Line] = field(default_factory=list)
    undecoded: list[str] = field(default_factory=list)


def learn(place: Place, names: list[str]) -> Identities:
    """What these files say about people; a file that cannot be read says nothing, and is not cleaned either."""
    identities = Identities()
    for name in names:
        try:
            with in_time():
                identities.learn(read_file(place.source / name))
        except Unclean:
            continue
    return identities


def clean(place: Place, cleaner: FileCleaner, names: list[str]) -> Done:
    """Clean these files into the target. Raises OSError when it cannot be written."""
    done = Done()
    for name in names:
        path = place.source / name
        stamp = stamp_of(path)
        try:
            with in_time():
                cleaned = cleaner.clean(path)
            size = store(place.target, cleaned.name, cleaned.pieces)
        except Undecoded:
            done.undecoded.append(name)
        except Unclean as problem:
            done.lines.append(Line(name, stamp, reason=problem.reason.value))
        except OSError:
            raise
        except MemoryError:
            done.lines.append(Line(name, stamp, reason=Reason.TOO_LARGE.value))
        except Exception:  # whatever a hostile file provokes, it must not keep the others from being cleaned
            done.lines.append(Line(name, stamp, reason=Reason.BROKEN_STRUCTURE.value))
        else:
            done.lines.append(_line(name, stamp, cleaned, size))
    return done


def texts(place: Place, cleaner: FileCleaner, names: list[str]) -> dict[str, str]:
    """A digest of each file's texts as they would be cleaned now; none for a file that would not be."""
    found = {}
    for name in names:
        with suppress(Exception), in_time():  # cleaning it will say what is wrong
            found[name] = cleaner.texts(place.source / name)
    return found


def _line(name: str, stamp: tuple[int, int], cleaned: Cleaned, size: int) -> Line:
    seen, tally = cleaned.seen, cleaned.tally
    return Line(
        name, stamp, cleaned.name, size=size, actions=dict(tally.done), looked=seen.looked, boxes=len(seen.boxes),
        recoded=seen.recoded, texts=tally.texts,
    )  # fmt: skip


def lost(place: Place, name: str, reason: Reason) -> Done:
    """What is left of a file that took its worker with it."""
    return Done([Line(name, stamp_of(place.source / name), reason=reason.value)])


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of the last change, by which one knows a file again."""
    try:
        state = path.stat()
    except OSError:
        return (0, 0)
    return state.st_size, state.st_mtime_ns


_state: dict[str, FileCleaner] = {}


def set_up(means: Means | None) -> None:
    """Prepare a worker's process, for cleaning if there are means."""
    bind_process()
    if means is not None:
        _state["cleaner"] = FileCleaner(*means)


def clean_here(place: Place, names: list[str]) -> Done:
    """Clean in a process that was set up."""
    return clean(place, _state["cleaner"], names)


def texts_here(place: Place, names: list[str]) -> dict[str, str]:
    """The digests, in a process that was set up."""
    return texts(place, _state["cleaner"], names)

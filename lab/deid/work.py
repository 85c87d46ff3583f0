"""What a worker does: learn from files, and clean files. Everything here runs in a process of its own, or in this one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from lab.deid.elements import read_file
from lab.deid.identities import Identities
from lab.deid.journal import Line
from lab.deid.problems import Reason, Unclean
from lab.deid.profile import Profile
from lab.deid.secret import Secret
from lab.deid.storing import store
from lab.deid.whole import FileCleaner


@dataclass(frozen=True)
class Place:
    """Where a run reads and writes."""

    source: Path
    target: Path


@dataclass
class Done:
    """What became of some files."""

    lines: list[Line] = field(default_factory=list)
    actions: Counter[str] = field(default_factory=Counter)
    looked: int = 0
    boxes: int = 0
    recoded: int = 0


def learn(place: Place, names: list[str]) -> Identities:
    """What these files say about people; a file that cannot be read says nothing, and is not cleaned either."""
    identities = Identities()
    for name in names:
        try:
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
            cleaned = cleaner.clean(path)
            store(place.target, cleaned.name, cleaned.pieces)
        except Unclean as problem:
            done.lines.append(Line(name, stamp, reason=problem.reason.value))
            continue
        except OSError:
            raise
        except Exception:  # whatever a hostile file provokes, it must not keep the others from being cleaned
            done.lines.append(Line(name, stamp, reason=Reason.BROKEN_STRUCTURE.value))
            continue
        done.lines.append(Line(name, stamp, cleaned.name, uid=cleaned.sop_instance_uid))
        done.actions.update(cleaned.tally.done)
        done.looked += cleaned.seen.looked
        done.boxes += len(cleaned.seen.boxes)
        done.recoded += cleaned.seen.recoded
    return done


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of the last change, by which one knows a file again."""
    try:
        state = path.stat()
    except OSError:
        return (0, 0)
    return state.st_size, state.st_mtime_ns


_state: dict[str, FileCleaner] = {}


def set_up(profile: Profile, secret: Secret, identities: Identities) -> None:
    """Prepare a worker's process for cleaning."""
    _state["cleaner"] = FileCleaner(profile, secret, identities)


def clean_here(place: Place, names: list[str]) -> Done:
    """Clean in a process that was set up."""
    return clean(place, _state["cleaner"], names)

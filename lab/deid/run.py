"""A whole run: learn who is meant, clean every file that can be cleaned, and say what was done."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from lab.deid import work
from lab.deid.crew import Crew
from lab.deid.identities import Identities
from lab.deid.journal import Journal, Line
from lab.deid.marking import IMPLEMENTATION_NAME
from lab.deid.problems import DeidError
from lab.deid.profile import Option, Profile
from lab.deid.report import Audit
from lab.deid.secret import Secret, load_or_make
from lab.deid.storing import sweep, sweep_copies, write_whole
from lab.i18n import t
from lab.inventory.source import ANSWER_KEYS

Report = Callable[[int, int], None]
REPORT_NAME = "deidentification-report.json"
_WORTH_IT, _WORTH_IT_PICTURES = 2000, 8
"""With fewer files a second process costs more than it saves; looking at pictures takes about a second each."""


@dataclass(frozen=True)
class Request:
    """What is asked for. Without a key file the run is anonymous: its key is destroyed at the end."""

    source: Path
    target: Path
    profile: Profile
    key: Path | None
    workers: int = 2
    retry: bool = False
    """Whether to try again what an earlier leg of the run left in quarantine."""


def deidentify(asked: Request, report: Report | None = None) -> Audit:
    """Write the cleaned files of `source` below `target`; the report (`deidentification-report.json`) comes last.

    Goes on where a run that was stopped had been. Never writes into the source. Raises DeidError for folders or a key
    that cannot be used, and for a disk that is full; what is in the target then is clean, and the run can go on.
    """
    began = time.monotonic()
    asked = replace(asked, target=Path(os.path.abspath(asked.target)))
    _check(asked)
    journal = Journal(asked.target)
    fresh = not journal.folder.exists()
    if fresh and asked.target.exists() and any(asked.target.iterdir()):
        raise DeidError(
            t("{path} is not empty, and no run of pacslab has begun it.", path=asked.target),
            t("Name a new folder as target."),
        )
    try:
        asked.target.mkdir(parents=True, exist_ok=True)
        secret = load_or_make(asked.key) if asked.key else journal.temporary_key()
        done = journal.open(_settings(asked, secret))
        sweep(asked.target)
        if journal.is_there:
            sweep_copies(asked.target, {line.target for line in done.values()})
        audit = _run(asked, secret, journal, done, report)
        audit.seconds = time.monotonic() - began
        _finish(asked, journal, audit)
    except OSError as error:
        raise DeidError(
            t("The run stopped: {reason}.", reason=error.strerror or error),
            t("What is in the target is clean. Make room, and run the same command again: it goes on."),
        ) from error
    return audit


def _check(asked: Request) -> None:
    source, target = asked.source.resolve(), asked.target.resolve()
    if not source.is_dir():
        raise DeidError(t("There is no folder {path}.", path=asked.source), t("Name the folder with the DICOM files."))
    if source == target or source in target.parents or target in source.parents:
        raise DeidError(
            t("Source and target overlap: {path}.", path=asked.target), t("Name a target outside of the source.")
        )
    if asked.key is not None:
        key = asked.key.resolve()
        if target in key.parents or source in key.parents:
            raise DeidError(
                t("The key {path} would lie with the data.", path=asked.key),
                t("Keep it where neither the data nor those who get them are."),
            )
    leading_back = [option for option in (Option.UIDS, Option.FULL_DATES) if asked.profile.has(option)]
    if asked.key is None and leading_back:
        raise DeidError(
            t("With {options} each file leads back to its patient, key or not.", options=", ".join(leading_back)),
            t("Leave the option out, or keep the key and call the data pseudonymised: --key FILE."),
        )


def _settings(asked: Request, secret: Secret) -> dict[str, object]:
    return {
        "source": hashlib.sha256(str(asked.source.resolve()).encode("utf-8", "surrogateescape")).hexdigest(),
        "options": sorted(asked.profile.options),
        "key": secret.token("check", "key"),
        "anonymous": asked.key is None,
        "by": IMPLEMENTATION_NAME,
    }


def files_of(folder: Path) -> list[str]:
    """The regular files below a folder, by their relative paths in order; links are not followed.

    The answer key of a synthetic set is none of them: it is known, and no patient's file that stays behind.
    """
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in ANSWER_KEYS)
        for name in sorted(names):
            path = os.path.join(parent, name)
            if name not in ANSWER_KEYS and stat.S_ISREG(os.lstat(path).st_mode):
                found.append(os.path.relpath(path, folder))
    return found


def _run(asked: Request, secret: Secret, journal: Journal, before: dict[str, Line], report: Report | None) -> Audit:
    names = files_of(asked.source)
    place = work.Place(asked.source, asked.target)
    audit = Audit(asked.profile, asked.key is None, files=len(names))
    known = {
        name: line for name in names if (line := before.get(name)) and _still_holds(line, place, name, asked.retry)
    }
    people, state = _learnt(asked, place, journal, names, known)
    means = (asked.profile, secret, people)
    _recheck(asked, place, means, state, journal, known)
    todo = [name for name in names if name not in known]
    lines = list(known.values())
    audit.already = sum(1 for line in lines if line.target)
    for done in _crew(asked, place, len(todo)).clean(means, todo):
        new = [replace(line, known=state) for line in done.lines]
        journal.note(new)
        lines += new
        if report is not None:
            report(len(lines), len(names))
    journal.settle()
    audit.count(lines)
    journal.write_quarantine([line for line in lines if line.reason])
    return audit


def _crew(asked: Request, place: work.Place, files: int) -> Crew:
    enough = _WORTH_IT_PICTURES if asked.profile.has(Option.CLEAN_PIXELS) else _WORTH_IT
    return Crew(place, asked.workers if files >= enough else 1)


def _learnt(
    asked: Request, place: work.Place, journal: Journal, names: list[str], known: dict[str, Line]
) -> tuple[Identities, str]:
    """Whom the set names, with what earlier legs learnt from files that are gone by now, and the digest of that."""
    people = journal.people()
    state = people.digest()
    if len(known) < len(names) or any(line.known != state for line in known.values()):
        for part in _crew(asked, place, len(names) - len(known)).learn(names):
            people.add(part)
        state = people.digest()
        journal.remember(people)
    return people, state


def _recheck(
    asked: Request, place: work.Place, means: work.Means, state: str, journal: Journal, known: dict[str, Line]
) -> None:
    """Take out of `known` and of the target what would be cleaned otherwise by what was learnt since."""
    before = {name: line for name, line in known.items() if line.known != state}
    texts = _crew(asked, place, len(before)).texts(means, [name for name, line in before.items() if line.target])
    for name, line in before.items():
        if line.target and texts.get(name) != line.texts:
            (place.target / line.target).unlink(missing_ok=True)
            del known[name]
        else:
            known[name] = replace(line, known=state)
            journal.note([known[name]])


def _still_holds(line: Line, place: work.Place, name: str, retry: bool) -> bool:
    """Whether the file is the one that was cleaned, and its copy is there and whole. A torn copy is removed."""
    if line.stamp != work.stamp_of(place.source / name):
        return False
    if line.reason:
        return not retry
    copy = place.target / line.target
    if copy.is_file() and copy.stat().st_size != line.size:
        copy.unlink()
    return copy.is_file()


def _finish(asked: Request, journal: Journal, audit: Audit) -> None:
    path = asked.target / REPORT_NAME
    write_whole(path, audit.text())
    if asked.key is None:
        journal.destroy()

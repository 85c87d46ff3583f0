"""Which file of the target was made from which of the source, although names and UIDs are new and parts were covered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable

import numpy as np

from lab.deid.score.objects import Seen

Pairs = dict[int, int]


def pair(sources: list[Seen], targets: list[Seen]) -> list[Seen | None]:
    """For each source its target, or None.

    First by equal pixels or samples, then pictures by their likeness, those that are equally alike (black sheets without
    their letters) and documents by what both say, where the study of what was already paired counts most, at last by their
    number.
    """
    found: Pairs = {}
    free = set(range(len(targets)))
    _by_key(sources, targets, found, free, lambda seen: (seen.shape, seen.fingerprint) if seen.fingerprint else None)
    _by_likeness(sources, targets, found, free, _renamed(sources, targets, found))
    studies = _renamed(sources, targets, found)
    _by_content(sources, targets, found, free, studies)
    _by_key(
        sources, targets, found, free, lambda seen: (seen.shape, seen.text("SeriesNumber"), seen.text("InstanceNumber"))
    )
    return [targets[found[index]] if index in found else None for index in range(len(sources))]


def _by_key(
    sources: list[Seen], targets: list[Seen], found: Pairs, free: set[int], key: Callable[[Seen], Hashable | None]
) -> None:
    """Pair what has the same key; what has the same key several times is paired in order."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for index in sorted(free, reverse=True):
        name = key(targets[index])
        if name is not None:
            waiting[name].append(index)
    for index, source in enumerate(sources):
        if index in found:
            continue
        name = key(source)
        if name is not None and waiting.get(name):
            found[index] = waiting[name].pop()
            free.discard(found[index])


def _by_likeness(
    sources: list[Seen], targets: list[Seen], found: Pairs, free: set[int], studies: dict[str, str]
) -> None:
    """Pair pictures of one shape, the most alike first."""
    for shape in {sources[i].shape for i in range(len(sources)) if i not in found}:
        left = [i for i in range(len(sources)) if i not in found and sources[i].shape == shape]
        right = [i for i in free if targets[i].shape == shape]
        distances = sorted(
            (d, _unlike(sources[i], targets[j], studies), i, j)
            for i in left
            for j in right
            if (d := _distance(sources[i], targets[j])) is not None
        )
        for _, _, i, j in distances:
            if i not in found and j in free:
                found[i] = j
                free.discard(j)


def _distance(one: Seen, other: Seen) -> float | None:
    """The median difference of the blocks: covered parts do not move it unless they are half of the picture."""
    if one.sketch is None or other.sketch is None or not np.ptp(other.sketch):
        return None  # a picture that was covered as a whole is like every other
    return float(np.median(np.abs(one.sketch - other.sketch)))


def _renamed(sources: list[Seen], targets: list[Seen], found: Pairs) -> dict[str, str]:
    """The source's study UID for each of the target's, by what most of the pairs say."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for i, j in found.items():
        votes[targets[j].text("StudyInstanceUID")][sources[i].text("StudyInstanceUID")] += 1
    return {new: counts.most_common(1)[0][0] for new, counts in votes.items()}


def _by_content(
    sources: list[Seen], targets: list[Seen], found: Pairs, free: set[int], studies: dict[str, str]
) -> None:
    """Pair documents of one kind, those first that have the most values in common."""
    for shape in {sources[i].shape for i in range(len(sources)) if i not in found}:
        left = [i for i in range(len(sources)) if i not in found and sources[i].shape == shape]
        right = [i for i in free if targets[i].shape == shape]
        likeness = sorted((_unlike(sources[i], targets[j], studies), i, j) for i in left for j in right)
        for _, i, j in likeness:
            if i not in found and j in free:
                found[i] = j
                free.discard(j)


def _unlike(source: Seen, target: Seen, studies: dict[str, str]) -> tuple[bool, int, int]:
    """For sorting: first what is of one study as far as that is known, then what says the most in common.

    Dates decide last: a shift may bring one examination of a patient to the day of another, and these then have theirs in common.
    """
    other_study = studies.get(target.text("StudyInstanceUID")) != source.text("StudyInstanceUID")
    return other_study, -len(source.leaves & target.leaves), -len(source.days & target.days)

"""What was asked for and what was done, in the vocabulary of the MIDI-B benchmark.

The ledger asks for what becomes of a planted identifier. What has to stay (`tag_retained`, `text_notnull`,
`pixels_retained`) follows from what research needs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from lab.deid.score.harm import Harm
from lab.deid.score.judging import Fate, Judged
from synthetic_data.ledger import Action

Counts = dict[str, tuple[int, int]]
_PATIENT_ID = "(0010,0020)"
_CONSISTENT = (Action.UID_CONSISTENT, Action.PATID_CONSISTENT)


def actions_of(judged: Iterable[Judged], harm: Harm) -> Counts:
    """Action to how many were done, and how many were asked for."""
    judged = list(judged)
    one_to_one = _one_to_one(judged)
    asked = Counter(one.entry.action for one in judged)
    done = Counter(one.entry.action for one in judged if one.fate is Fate.GOOD and _is_done(one, one_to_one))
    found = {action: (done[action], asked[action]) for action in asked}
    found[Action.TAG_RETAINED], found[Action.TEXT_NOTNULL] = harm.present, harm.filled
    found[Action.PIXELS_RETAINED] = harm.pictures
    return {action.value: found[action] for action in sorted(found)}


def _one_to_one(judged: Iterable[Judged]) -> set[tuple[Action, str]]:
    """The old values that became one and the same new value everywhere, which no other old one became."""
    there: dict[tuple[Action, str], set[str]] = defaultdict(set)
    back: dict[tuple[Action, str], set[str]] = defaultdict(set)
    for one in judged:
        action = one.entry.action
        if action in _CONSISTENT and one.new is not None:
            there[action, one.entry.value].add(one.new)
            back[action, one.new].add(one.entry.value)
    return {
        (action, old)
        for (action, old), new in there.items()
        if len(new) == 1 and "" not in new and len(back[action, next(iter(new))]) == 1
    }


def _is_done(one: Judged, one_to_one: set[tuple[Action, str]]) -> bool:
    action = one.entry.action
    if action not in _CONSISTENT:
        return True
    gone_rightly = action is Action.PATID_CONSISTENT and not one.new and one.entry.tag != _PATIENT_ID
    return gone_rightly or (action, one.entry.value) in one_to_one

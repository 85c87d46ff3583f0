"""The catalogue of weaknesses: whatever files lie in ``lab/scenarios``. There is no list to keep up to date."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from lab import scenarios
from lab.clients.live import LiveSite
from lab.clients.patience import at_most
from lab.errors import UnknownScenario
from lab.i18n import t
from lab.model import Safe, Verdict
from lab.scenario import Group, Scenario

Probe = Callable[[LiveSite], Verdict]
PROBE_SECONDS = 4.5
"""After so long a probe waits for nothing any more; it is over within five seconds."""


@dataclass(frozen=True)
class Weakness:
    """A scenario and its probe, as its file defines them (``SCENARIO`` and ``probe``)."""

    scenario: Scenario
    probe_once: Probe

    @property
    def id(self) -> str:
        return self.scenario.id

    def probe(self, site: LiveSite) -> Verdict:
        """Try the weakness as an outsider would. A site that is not alive is NotChecked, never Safe."""
        with at_most(PROBE_SECONDS):
            run = site.run()
            verdict = site.dead() or self.probe_once(site)
            return (site.dead(since=run) if isinstance(verdict, Safe) else None) or verdict

    def probe_alive(self, site: LiveSite) -> Verdict:
        """The same on a site that is known to be alive."""
        with at_most(PROBE_SECONDS):
            return self.probe_once(site)


def probe_each(site: LiveSite, weaknesses: Iterable[Weakness]) -> dict[str, Verdict]:
    """The verdict on each weakness, by id and in their order. Faster than one probe after the other, with the same verdicts.

    DICOM probes run beside the others, each kind in its order: logins of one address are limited by the second, and so are
    associations. Those that disturb others (``Scenario.alone``) come afterwards, one by one. A site that is found dead at the
    beginning is NotChecked; where it is dead at the end or fell meanwhile, what looked safe may have been silence, and is NotChecked too.
    """
    parts, run = list(weaknesses), site.run()
    if trouble := site.dead():
        return {part.id: trouble for part in parts}
    beside = [part for part in parts if not part.scenario.alone]
    lanes = [[part for part in beside if (part.scenario.group is Group.DIMSE) is dimse] for dimse in (True, False)]

    def in_order(lane: list[Weakness]) -> dict[str, Verdict]:
        return {part.id: part.probe_alive(site) for part in lane}

    found: dict[str, Verdict] = {}
    with ThreadPoolExecutor(len(lanes)) as pool:
        for verdicts in pool.map(in_order, lanes):
            found |= verdicts
    found |= in_order([part for part in parts if part.scenario.alone])
    if trouble := site.dead(since=run):
        found |= {name: trouble for name, verdict in found.items() if isinstance(verdict, Safe)}
    return {part.id: found[part.id] for part in parts}


@cache
def catalogue() -> dict[str, Weakness]:
    """Every weakness by id, in the order of the course (the order of the ids' chapters and titles)."""
    found = []
    for module in pkgutil.iter_modules(scenarios.__path__):
        part = importlib.import_module(f"{scenarios.__name__}.{module.name}")
        found.append(Weakness(part.SCENARIO, part.probe))
    groups = list(type(found[0].scenario.group)) if found else []
    found.sort(key=lambda weakness: (groups.index(weakness.scenario.group), weakness.id))
    return {weakness.id: weakness for weakness in found}


def weakness(scenario: str) -> Weakness:
    """The weakness with this id. Raises UnknownScenario with the nearest id."""
    known = catalogue()
    if scenario not in known:
        near = difflib.get_close_matches(scenario, known, n=1, cutoff=0.4)
        tip = t("Did you mean {near}?", near=near[0]) if near else t("There are: {known}.", known=", ".join(known))
        raise UnknownScenario(t("There is no scenario {scenario!r}.", scenario=scenario), tip)
    return known[scenario]

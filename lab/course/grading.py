"""Whether a repair counts: the weakness is gone, nothing else got worse, and the hospital still works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lab.catalogue import Weakness, probe_each
from lab.clients.clinic import clinic_day
from lab.clients.live import LiveSite
from lab.i18n import Text, t
from lab.model import ClinicDay, NotChecked, Safe, Verdict, Vulnerable, verdict_text
from lab.scenario import Outcome


@dataclass(frozen=True)
class Grade:
    """The result of a check on a running site."""

    scenario: str
    verdict: Verdict
    worse: tuple[tuple[str, Verdict], ...]
    """Other scenarios that are vulnerable though the misconfiguration did not make them so."""
    day: ClinicDay

    @property
    def passed(self) -> bool:
        return isinstance(self.verdict, Safe) and not self.worse and self.day.runs

    @property
    def outcome(self) -> Outcome | None:
        """What came of the repair; None when nothing can be said."""
        if isinstance(self.verdict, NotChecked):
            return None
        if isinstance(self.verdict, Vulnerable) or self.worse:
            return Outcome.STILL_OPEN
        return Outcome.REPAIRED if self.day.runs else Outcome.STOPS_HOSPITAL

    @property
    def reasons(self) -> tuple[Text, ...]:
        """Why it does not count yet; empty when it does."""
        found: list[Text] = []
        if not isinstance(self.verdict, Safe):
            found.append(verdict_text(self.verdict))
        found += [
            t("{scenario} is open now: {why}", scenario=name, why=verdict_text(verdict)) for name, verdict in self.worse
        ]
        found += [t("{step}: {detail}.", step=step.title, detail=step.detail) for step in self.day.stopped]
        return tuple(found)


def grade(site: LiveSite, scenario: Weakness, known: Mapping[str, Weakness], active: frozenset[str]) -> Grade:
    """Check a repair on the running site.

    ``known`` is the catalogue: its other weaknesses are probed too. Those that the active misconfigurations bring along
    (``active`` and what they declare as ``also``) do not count as worse. A site that dies while it is checked has not stopped
    the hospital, and nothing is known of the others: it is NotChecked.
    """
    run = site.run()
    verdict = scenario.probe(site)
    if isinstance(verdict, NotChecked):
        return Grade(scenario.id, verdict, (), ClinicDay(()))
    made = [known[name].scenario for name in active if name in known] + [scenario.scenario]
    excused = {name for part in made for name in (part.id, *part.also)}
    verdicts = probe_each(site, (other for name, other in known.items() if name not in excused))
    worse = tuple((name, other) for name, other in verdicts.items() if isinstance(other, Vulnerable))
    found = Grade(scenario.id, verdict, worse, clinic_day(site))
    if found.outcome is not Outcome.STILL_OPEN and (trouble := site.dead(since=run)):
        return Grade(scenario.id, trouble, (), ClinicDay(()))
    return found

"""The trainee's own handle on the lab: ``from lab import Lab``. The command line uses the same verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from lab import i18n
from lab.catalogue import Weakness, catalogue, probe_each, weakness
from lab.clients.live import LiveSite
from lab.course.cards import labelled
from lab.course.grading import grade
from lab.course.lessons import Fixed, Fixes, Hint, Listed, Traces
from lab.course.progress import Progress
from lab.course.report import Report
from lab.course.status import Status
from lab.course.traces import break_in, matching, tail
from lab.course.verdicts import Checked, Overview, Probed
from lab.errors import LabError, SandboxError, SiteCannotStart, SiteError
from lab.home import Home
from lab.i18n import t
from lab.patients import BEFORE_A_DAY, PATIENTS, SNAPSHOT, note_orthanc, outlived, put_patients
from lab.sandbox.inside.files import read_json
from lab.sandbox.machine import HospitalMachine
from lab.sandbox.protocol import Log, state_label
from lab.scenario import logging_at
from lab.site.baseline import baseline
from lab.site.config import SiteConfig, difference
from lab.syllabus import lesson, syllabus
from lab.verbs.detection import Detection
from lab.verbs.learning import Learning
from lab.verbs.looking import Looking
from lab.verbs.privacy import Privacy
from lab.verbs.publishing import Publishing

Loaded = Callable[[int, int], None]


class Lab(Learning, Looking, Detection, Privacy, Publishing):
    """The lab: one hospital's archive in its sandbox, the weaknesses one can make in it, and the trainee's progress.

    ``Lab()`` takes hold of the lab that runs (or starts none). ``language`` is ``"en"`` or ``"fr"``. Every method that
    answers returns a record that shows itself as a card in a notebook. All raise LabError with a tip when they cannot.
    """

    def __init__(self, language: str | None = None, home: Home | None = None, sandbox: str | None = None) -> None:
        if language is not None:
            i18n.set_language(language)
        self.home = home or Home.find()
        self.sandbox = self.home.sandbox(sandbox)
        self._progress = Progress(self.home.progress)

    # -- running -------------------------------------------------------------------------------------------------

    def start(self, *, with_parent: bool = False, patients: int = PATIENTS, report: Loaded | None = None) -> Status:
        """Start the sandbox with the site it had last (the hardened baseline at first) and its patients.

        ``patients`` are made and loaded the first time only; ``report(done, total)`` is called meanwhile.
        """
        self.sandbox.start(with_parent=with_parent)
        unknown = self.sandbox.health().generation > 0 and self.sandbox.site() is None
        site, active, note = self.sandbox.site(), self._progress.active(), None
        if SNAPSHOT not in self.sandbox.snapshots():
            site, active = None, frozenset()
            self._fill(patients, report)
        elif outlived(self.sandbox, self.home.orthanc):
            note = t("A newer Orthanc had the archive before, so that the patients were loaded anew.")
            self._fill(patients, report)
        note_orthanc(self.sandbox, self.home.orthanc)
        try:
            self._run(site or baseline(), active)
        except SiteCannotStart as error:
            note = t(
                "The last site does not start ({why}); the hardened one runs instead.", why=" ".join(error.details[-1:])
            )
            return replace(self.harden(), note=note)
        if unknown:
            note = t("The last site is of another version of the lab; the hardened one runs instead.")
            return replace(self.harden(), note=note)
        return replace(self.status(), note=note)

    def _fill(self, patients: int, report: Loaded | None) -> None:
        self._run(baseline(), frozenset())
        put_patients(self.sandbox, self.live(), patients, report)

    def stop(self) -> Status:
        """Stop the sandbox. Site, patients and progress are kept."""
        self.sandbox.stop()
        return self.status()

    def harden(self) -> Status:
        """Back to the hardened baseline; the archive's content is left as it is."""
        self._run(baseline(), frozenset())
        return self.status()

    def reset(self, report: Loaded | None = None) -> Status:
        """Back to the hardened baseline and the patients of the first day. Progress and the trainee's files are kept."""
        self.harden()
        if BEFORE_A_DAY in self.sandbox.snapshots():  # left by a day that was killed
            self.sandbox.forget(BEFORE_A_DAY)
        if SNAPSHOT in self.sandbox.snapshots():
            self.sandbox.restore(SNAPSHOT)
        else:
            put_patients(self.sandbox, self.live(), report=report)
        return self.status()

    def status(self) -> Status:
        """How the lab is. Read-only."""
        health = self.sandbox.health()
        session = read_json(self.home.session) or {}
        url = session.get("url") if health.running else None
        return Status(self.sandbox.kind, health, self.sandbox.endpoints(), tuple(sorted(self._progress.active())), url)

    def logs(self, log: str = "orthanc", lines: int = 40) -> list[str]:
        """The last lines of a log: ``orthanc``, ``gateway-access``, ``gateway-stream``, ``gateway-error`` or ``host``. Read-only."""
        names = {entry.value.removesuffix(".log"): entry for entry in Log}
        if log not in names:
            raise LabError(t("There is no log {log!r}.", log=log), t("There are: {known}.", known=", ".join(names)))
        return tail(self.sandbox.log(names[log]), lines)

    # -- the site ------------------------------------------------------------------------------------------------

    @property
    def site(self) -> SiteConfig:
        """The site that runs."""
        site = self.sandbox.site()
        if site is None:
            raise SandboxError(t("The lab has not been started yet."), t("Start it: pacslab start (or ./start.sh)."))
        return site

    def change(self, overlay: Mapping[str, Any], *, dry_run: bool = False) -> str:
        """Merge a change onto the running site and apply it. Returns the difference; with ``dry_run`` only that."""
        after = self.site.changed(overlay)
        changes = difference(self.site, after)
        if not dry_run:
            self._run(after, self._progress.active())
        return changes

    def apply(self, site: SiteConfig | Path | str) -> str:
        """Apply a whole site, or the ``site.json`` that one has edited by hand. Returns the difference."""
        if not isinstance(site, SiteConfig):
            site = read_site(Path(site))
        changes = difference(self.site, site)
        self._run(site, self._progress.active())
        return changes

    def live(self) -> LiveSite:
        """The running site as its clients see it."""
        sandbox = self.sandbox
        machine = HospitalMachine(sandbox.storage, lambda name: sandbox.log(Log(name)), sandbox.alter)
        troubles, run, kept = self._trouble, self._program_runs, self.home.masked
        return LiveSite(sandbox.network, self.site, sandbox.certificates, troubles, run, machine, kept)

    # -- the course ----------------------------------------------------------------------------------------------

    def scenarios(self) -> Listed:
        """The catalogue, with the trainee's progress."""
        active = self._progress.active()
        return Listed(tuple((w.scenario, self._progress.standing(w.id), w.id in active) for w in catalogue().values()))

    def misconfigure(self, *scenarios: str) -> Status:
        """Break the hardened site on purpose, with one weakness or several; without a name, with all of them."""
        chosen = [weakness(name) for name in scenarios] or list(catalogue().values())
        site = baseline()
        for part in chosen:
            site = part.scenario.broken(site)
        self._run(site, frozenset(part.id for part in chosen))
        for part in chosen:
            self._progress.record(part.id, "misconfigured")
        return self.status()

    def probe(self, scenario: str) -> Probed:
        """Try one weakness as an outsider would."""
        part = weakness(scenario)
        return Probed(part.scenario, part.probe(self.live()))

    def probe_all(self) -> Overview:
        """Try every weakness of the catalogue."""
        verdicts = probe_each(self.live(), catalogue().values())
        return Overview(tuple(Probed(weakness(name).scenario, verdict) for name, verdict in verdicts.items()))

    def hint(self, name: str, question: str | None = None) -> Hint:
        """The next hint of a scenario, or of a lesson's question; the last one again when all have been taken. Counted."""
        if question is None and name not in syllabus():
            part = weakness(name).scenario
            key, title, hints = name, part.title, part.hints
        else:
            asked = lesson(name).question(question or "")
            key, title, hints = lesson(name).key(asked), asked.text, asked.hints
        number = min(self._progress.hints_taken(key) + 1, len(hints))
        self._progress.record(key, "hint", str(number))
        return Hint(key, title, hints, number)

    def report(self) -> Report:
        """Try every weakness, and report: what stands open, whom it exposes, what was done, what is left to do."""
        hints = {name: self._progress.hints_taken(name) for name in catalogue()}
        version = self.sandbox.health().archive.version
        return Report.of(self.sandbox.kind, version, self.probe_all(), self._progress.events(), hints)

    def fixes(self, scenario: str) -> Fixes:
        """The repairs that somebody proposed. One is right."""
        return Fixes(weakness(scenario).scenario)

    def fix(self, scenario: str, option: int | None = None, *, dry_run: bool = False) -> Fixed:
        """Make a proposed repair by its number, or without a number the right one. ``dry_run`` shows what would change."""
        part = weakness(scenario).scenario
        if option is not None and not 1 <= option <= len(part.fixes):
            raise LabError(
                t("{scenario} has no repair {option}.", scenario=scenario, option=option),
                t("Choose from 1 to {last}.", last=len(part.fixes)),
            )
        chosen = part.right_fix if option is None else part.fixes[option - 1]
        if chosen.elsewhere:
            raise LabError(t("“{repair}” is not made in the site.", repair=chosen.title), chosen.why)
        after = chosen(self.site)
        fixed = Fixed(part, chosen, difference(self.site, after), dry_run)
        if not dry_run:
            self._run(after, self._progress.active())
            self._progress.record(scenario, "fixed", chosen.id)
        return fixed

    def check(self, scenario: str) -> Checked:
        """Is the repair good? The weakness gone, nothing else worse, and the clinic's day runs. Graded on the live system."""
        part = weakness(scenario)
        made = part.scenario.proposal(part.scenario.broken(baseline()), self.site)
        result = Checked(part.scenario, grade(self.live(), part, catalogue(), self._progress.active()), made)
        self._progress.record(scenario, "checked", "passed" if result.passed else "failed")
        if result.passed and scenario in self._progress.active():
            self._progress.record(scenario, "solved")
        return result

    def traces(self, scenario: str) -> Traces:
        """Break in once more and show what each log says of it, at the log levels that the scenario names."""
        part, before = weakness(scenario), self.site
        found = []
        try:
            for level in dict.fromkeys(trace.log_level for trace in part.scenario.traces):
                self._apply(logging_at(before, level))
                expected = [trace for trace in part.scenario.traces if trace.log_level == level]
                lines = break_in(self.sandbox, self.live(), part, expected)
                found += [(trace, matching(trace, lines[trace.log], self.live())) for trace in expected]
        finally:
            self._apply(before)
        return Traces(part.scenario, tuple(found), before.filters.audit)

    # -- inside --------------------------------------------------------------------------------------------------

    def _run(self, site: SiteConfig, active: frozenset[str]) -> None:
        """Apply a site and note it where the trainee can edit it."""
        before = self.sandbox.site()
        self._apply(site)
        self._progress.set_active(active)
        self.home.keep_site(site.to_json(), before.to_json() if before else None)

    def _apply(self, site: SiteConfig) -> None:
        self.sandbox.apply(site)

    def _trouble(self) -> str | None:
        health = self.sandbox.health()
        for name, part in ((t("archive"), health.archive), (t("gateway"), health.gateway)):
            if part.state != "ready":
                return str(labelled(name, state_label(part.state)))
        return None

    def _program_runs(self) -> object:
        health = self.sandbox.health()
        return health.archive.run, health.gateway.run

    def _repr_html_(self) -> str:
        return self.status()._repr_html_()

    def __repr__(self) -> str:
        return repr(self.status())


def read_site(path: Path) -> SiteConfig:
    """The site of a file. Raises SiteError when it is missing, unreadable or not valid."""
    try:
        text = path.read_text("utf-8-sig")  # Windows' editor puts a mark before the text
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(
            t("{path} cannot be read: {reason}.", path=path, reason=error),
            t("Name a site.json; pacslab site prints the current one."),
        ) from error
    return SiteConfig.from_json(text, path.name)


__all__ = ["Lab", "Weakness", "read_site"]

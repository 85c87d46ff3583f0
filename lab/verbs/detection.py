"""The verbs of detection: play a day, read its events, try rules, investigate, notify."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from lab.verbs.base import Running

if TYPE_CHECKING:
    import sqlite3

    import pandas

    from lab.course.detected import Detected
    from lab.course.investigated import Investigated, Notified
    from lab.course.watched import Watched
    from lab.detection.recording import Recording
    from lab.detection.rules.sigma import Rule

    AnyDay = Watched | Recording | Path | str


_UNSEEN_SEED, _UNSEEN_HOURS = 70_000, 4.0
"""Days that are played for a judgement have seeds that nobody names by chance, and are no longer than need be."""


class Detection(Running):
    """See ``Lab``. What these need is read when they are called: pySigma and pandas take their time."""

    def day(
        self,
        hours: float = 24.0,
        speed: float = 600.0,
        seed: int = 1,
        *,
        intrusions: Sequence[str] | None = None,
        folder: Path | str | None = None,
        capture: bool = True,
        again: bool = True,
        report: Callable[[int, int], None] | None = None,
    ) -> Watched:
        """Play a hospital's day against the sandbox, intruders included, and record it.

        ``speed`` is how many seconds of the day pass in one; ``seed`` decides what happens and who breaks in, unless
        ``intrusions`` names them; ``capture`` says whether packets are captured. The recording lies in ``folder``, else
        below the lab's state. The site and the patients are afterwards as they were. With ``again=False`` a recording of this
        very day that lies there is taken up, and nothing is played.
        """
        from lab.course.watched import Watched
        from lab.detection.conduct import Stage, conduct, recorded
        from lab.detection.traffic.plan import make_plan

        plan = make_plan(seed, hours, intrusions)
        place = Path(folder) if folder is not None else self.home.folder / "days" / f"day-{seed}"
        if not again and (there := recorded(plan, speed, self.sandbox.kind, place)):
            return Watched(there)
        stage = Stage(self.sandbox, self.live, self.home.folder / "day.lock", capture)
        return Watched(conduct(stage, plan, speed, place, report))

    def events(self, day: AnyDay | None = None, where: str = "1") -> pandas.DataFrame:
        """The events of a recorded day as a pandas frame, in the order of time. ``where`` is an SQL condition on its columns.

        Without a day, those in the running sandbox's logs, by the machine's own clock (UTC).
        """
        from contextlib import closing

        from lab.detection.events.table import frame

        with closing(self.event_table(day)) as database:
            return frame(database, where)

    def event_table(self, day: AnyDay | None = None) -> sqlite3.Connection:
        """The same events as a SQLite database in memory, with one table, ``events``."""
        from lab.detection.events.live import live_events
        from lab.detection.events.load import load, table_of

        if day is not None:
            return load(_recording(day))
        return table_of(live_events(self.sandbox, self.live().config))

    def detect(
        self,
        rule: Rule | Path | str | list[Rule],
        *days: AnyDay,
        play: int = 0,
        report: Callable[[int, int], None] | None = None,
    ) -> Detected:
        """Run a Sigma rule over recorded days and score it on their truth.

        ``rule`` is a file, the name of a rule that comes with the lab, or the text of a rule. Without ``days``, it runs over a day
        that you may have looked at (the one that you recorded last, else those that come with the lab), and is judged on days
        that you have not: others that come with the lab, or as many as ``play`` says, which are played now.
        """
        from lab.course.detected import Detected
        from lab.detection.rules.score import score

        rules = rule if isinstance(rule, list) else [_rule(rule)]
        if days:
            return Detected(score(rules, [_recording(day) for day in days]))
        seen, unseen = self._days_for(rules, play, report)
        return Detected(score(rules, unseen), score(rules, seen))

    def _days_for(
        self, rules: Sequence[Rule], play: int, report: Callable[[int, int], None] | None
    ) -> tuple[Sequence[Recording], Sequence[Recording]]:
        """Days that the trainee may have looked at, and days that she has not."""
        from lab.detection.samples import SEEN, UNSEEN, last_recorded, sample_days

        samples = self.home.folder / "samples"
        about = {str(rule.custom.get("intrusion", "")) for rule in rules}
        last = last_recorded(self.home.folder / "days")
        # a day on which nobody did what the rules are about says nothing about them
        usable = last is not None and about <= {incident.intrusion for incident in last.truth.incidents} | {""}
        seen = (last,) if last is not None and usable else sample_days(samples, SEEN)
        if not play:
            return seen, sample_days(samples, UNSEEN)
        kinds = sorted(about - {""}) or None
        folder = self.home.folder / "days"
        first = next(seed for seed in count(_UNSEEN_SEED) if not (folder / f"{UNSEEN}-{seed}").exists())
        played = [
            self.day(
                _UNSEEN_HOURS,
                seed=seed,
                intrusions=kinds,
                folder=folder / f"{UNSEEN}-{seed}",
                capture=False,
                report=report,
            )
            for seed in range(first, first + play)
        ]
        return seen, [day.recording for day in played]

    def investigate(
        self,
        day: AnyDay,
        *,
        patients: Iterable[str],
        attributes: Iterable[str],
        began: object,
        ended: object,
        by: str,
        copied: bool,
        changed: bool = False,
        deleted: bool = False,
        records: int = 0,
    ) -> Investigated:
        """Lay your account of an incident beside the truth.

        Which ``patients`` (PatientIDs), which ``attributes``, when it ``began`` and ``ended`` by the clock of the day, ``by`` whom
        (an address, AE title or account that the intruder used), and whether images were ``copied`` or only listed, or records
        ``changed`` (forged ones added, too) or ``deleted``. ``records`` is about how many studies are concerned; it is not graded.
        """
        from lab.course.investigated import Investigated
        from lab.detection.breach import Account, examine

        account = Account.of(
            patients, attributes, began, ended, by, copied, changed=changed, deleted=deleted, records=records
        )
        return Investigated(examine(account, _recording(day)))

    def notify(
        self,
        account: Investigated,
        aware: object,
        measures: Sequence[str] = (),
        *,
        sent: object = None,
        delay: str = "",
    ) -> Notified:
        """The notification to the authority (GDPR art. 33, 34) that your account makes. ``aware`` is when the hospital knew.

        ``sent`` is when the authority is told; after 72 hours, ``delay`` gives the reasons (art. 33(1)).
        """
        from lab.course.investigated import Notified
        from lab.detection.breach import moment
        from lab.detection.notification import Notification

        notes, told = {"delay": delay}, None if sent is None else moment(sent)
        form = Notification(account.examined.account, moment(aware), tuple(measures), notes=notes, sent=told)
        return Notified(form)


def _recording(day: AnyDay) -> Recording:
    from lab.course.watched import Watched
    from lab.detection.recording import Recording

    if isinstance(day, Watched):
        return day.recording
    return day if isinstance(day, Recording) else Recording.load(day)


def _rule(rule: Rule | Path | str) -> Rule:
    from lab.detection.rules.export import named
    from lab.detection.rules.sigma import Rule, read_rule, rule_from

    if isinstance(rule, Rule):
        return rule
    text = str(rule)
    if "\n" in text:
        return rule_from(text, "my-rule")
    return read_rule(rule) if text.endswith((".yml", ".yaml")) else named(text)

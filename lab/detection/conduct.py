"""A whole day from the site as it is and back to it: weaknesses and sensors on, the plan played, all of it recorded."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from lab.clients.live import LiveSite
from lab.clients.rest import rest
from lab.detection.clock import Clock
from lab.detection.recording import SENSORS, TRUTH, Day, Recording, require_free, with_new, write_day
from lab.detection.sensors.collect import log_sizes, overlay, wait_for_lines, watching
from lab.detection.traffic.cast import Cast
from lab.detection.traffic.hands import Hands
from lab.detection.traffic.plan import Plan
from lab.detection.traffic.play import Player
from lab.detection.traffic.receiver import Receivers
from lab.detection.traffic.routine import Work
from lab.detection.traffic.scribe import Scribe
from lab.detection.traffic.stock import Stock
from lab.detection.traffic.studies import new_studies
from lab.detection.truth import Truth
from lab.errors import LabError
from lab.i18n import t
from lab.patients import BEFORE_A_DAY
from lab.sandbox.lockfile import held
from lab.sandbox.protocol import Progress, Sandbox
from lab.site.baseline import baseline
from lab.site.config import SiteConfig
from lab.site.zones import ARCHIVE_HTTP_PORT

LEAD_SECONDS = 0.2


@dataclass(frozen=True)
class Stage:
    """The running sandbox and how to look at it."""

    sandbox: Sandbox
    live: Callable[[], LiveSite]
    lock: Path
    """Held while a day is played: two at once would each put back what the other one made of the archive."""
    capture: bool = True
    """Whether to capture packets: a whole day's are some hundred MB."""


def day_site(plan: Plan, cast: Cast) -> SiteConfig:
    """The site of a day: the hardened baseline with the hospital's people, the weaknesses of its intrusions, the sensors. Pure."""
    site = baseline().changed(cast.overlay())
    for found in plan.intrusions:
        site = site.changed(found.intrusion.needs)
    return site.changed(overlay())


def conduct(stage: Stage, plan: Plan, speed: float, folder: Path, report: Progress | None = None) -> Recording:
    """Play a plan and record it into ``folder``. The site and the archive's content are put back on every way out.

    Raises LabError when the sandbox does not run or ``folder`` holds something else.
    """
    require_free(folder)
    with held(stage.lock) as alone:
        if not alone:
            raise LabError(t("Another day is being played."), t("Wait until it is over, or break it off with Ctrl-C."))
        _record(stage, plan, speed, folder, report)
    return Recording.load(folder)


def recorded(plan: Plan, speed: float, sandbox: str, folder: Path) -> Recording | None:
    """The recording of this very day in ``folder``; None when there is none, or one of another day. Read-only."""
    try:
        found = Recording.load(folder)
        planned = Counter(beginning.incident for beginning in plan.beginnings if beginning.incident)
        same = (found.day.seed, found.day.hours, found.day.speed, found.day.start, found.day.sandbox) == (
            plan.seed, (plan.end - plan.start) / 3600, speed, plan.start, sandbox
        ) and planned == Counter(incident.id for incident in found.truth.incidents)  # fmt: skip
    except LabError:
        return None
    return found if same else None


def _record(stage: Stage, plan: Plan, speed: float, folder: Path, report: Progress | None) -> None:
    """Play a plan into a new folder in the place of ``folder``."""
    cast = Cast.of(stage.sandbox.network)

    def fill(part: Path) -> None:
        (part / SENSORS).mkdir()
        with restored(stage.sandbox):
            stage.sandbox.apply(day_site(plan, cast))
            day, truth = _play(stage, plan, cast, speed, part / SENSORS, report)
        truth.save(part / TRUTH)
        write_day(day, part)

    with_new(folder, fill)


@contextmanager
def restored(sandbox: Sandbox) -> Iterator[None]:
    """Whatever happens to site and archive in this context, both are afterwards as they were.

    A day that was killed before it could do so left its snapshot: the content before that day is put back first.
    """
    before = sandbox.site()
    if before is None or not sandbox.health().running:
        raise LabError(t("The sandbox is not running."), t("Start it: pacslab start (or ./start.sh)."))
    if BEFORE_A_DAY in sandbox.snapshots():
        sandbox.restore(BEFORE_A_DAY)
    else:
        sandbox.snapshot(BEFORE_A_DAY)
    try:
        yield
    finally:
        with _undisturbed():
            sandbox.apply(before)
            sandbox.restore(BEFORE_A_DAY)
            sandbox.forget(BEFORE_A_DAY)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not keep the lab from being put back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _play(
    stage: Stage, plan: Plan, cast: Cast, speed: float, sensors_folder: Path, report: Progress | None
) -> tuple[Day, Truth]:
    site = stage.live()
    with ExitStack() as stack:
        console = stack.enter_context(
            rest(site.network, site.station("ct"), f"http://{site.network.archive}:{ARCHIVE_HTTP_PORT}",
                 user=site.account("administrator"))
        )  # fmt: skip
        stock = Stock.read(console)
        incoming = new_studies(Random(f"{plan.seed} studies").randrange(1 << 30), plan.arrivals)
        patients = [study.patient for study in stock.studies] + [str(images[0].PatientID) for images in incoming]
        treatment = cast.treatment(patients)
        receivers = Receivers(stage.sandbox)
        stack.callback(receivers.close)
        sensors = stack.enter_context(watching(stage.sandbox, sensors_folder, stage.capture))
        clock = Clock(datetime.now().date(), plan.start, time.time() + LEAD_SECONDS, speed)
        scribe = Scribe(clock)
        hands = Hands(site, stock, scribe)
        player = Player(plan, hands, Work(hands, cast, Random(plan.seed), treatment, incoming), receivers)
        player.play(report)
        real_end = time.time()
        answered = sum(request.protocol == "http" and request.status is not None for request in scribe.truth.requests)
        wait_for_lines(stage.sandbox, sensors.began, answered)
        on = sensors.collect(console, stock.index(), sensors_folder, log_sizes(stage.sandbox))
    day = Day(
        seed=plan.seed,
        hours=(plan.end - plan.start) / 3600,
        speed=speed,
        date=clock.date.isoformat(),
        start=plan.start,
        real_start=clock.real_start,
        real_end=real_end,
        utc_offset=round(datetime.now().astimezone().utcoffset().total_seconds()),  # type: ignore[union-attr]
        sandbox=stage.sandbox.kind,
        prefix=site.network.prefix,
        transparent=site.network.transparent,
        version=stage.sandbox.health().archive.version,
        sensors=on,
        site=site.config.data(),
        staff=cast.roster(),
        treatment=treatment,
    )
    return day, scribe.truth

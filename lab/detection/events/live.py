"""The events in the logs of the running sandbox, by the machine's own clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from lab.detection.events.inventory import Inventory, declared
from lab.detection.events.lines import Clock
from lab.detection.events.load import of_logs, timed
from lab.detection.events.repeats import with_repeats
from lab.detection.events.schema import Event
from lab.detection.sensors.collect import LOGS
from lab.sandbox.protocol import Sandbox
from lab.site.config import SiteConfig


def live_events(sandbox: Sandbox, site: SiteConfig) -> Iterator[Event]:
    """What stands in the logs now. The lookups are those that the site itself has: its modalities and their addresses. Read-only."""
    logs = {name: path for name, log in LOGS.items() if (path := Path(sandbox.log(log))).is_file()}
    inventory = Inventory(sandbox.network, declared(sandbox.network, site.data()))
    clock = Clock(
        datetime.now().astimezone()
    )  # Orthanc's lines are in the zone of its machine, which is this one or has the same
    stream = chain.from_iterable(of_logs(logs, clock))
    return with_repeats(timed(inventory.enriched(stream), lambda real: datetime.fromtimestamp(real, UTC)))

"""A recorded day's sensors, as one table of events."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

from lab.detection.events.archive_json import change_events, job_events, kept_events
from lab.detection.events.gateway_logs import access_events, stream_events
from lab.detection.events.inventory import of_day
from lab.detection.events.lines import Clock, lines
from lab.detection.events.orthanc_log import log_events
from lab.detection.events.repeats import with_repeats
from lab.detection.events.schema import Event
from lab.detection.events.table import create, insert
from lab.detection.recording import Recording
from lab.site.zones import Network

LOGS = ("orthanc", "gateway-access", "gateway-stream")


def load(recording: Recording, path: Path | str = ":memory:") -> sqlite3.Connection:
    """The table of events of a recorded day, in a new database at ``path``. Times are those of the day that was played."""
    return table_of(events(recording), path)


def table_of(stream: Iterable[Event], path: Path | str = ":memory:") -> sqlite3.Connection:
    """The table of these events, in a new database at ``path``."""
    database = create(path)
    insert(database, stream)
    database.execute('CREATE INDEX by_action ON events ("event.dataset", "event.action")')
    return database


def events(recording: Recording) -> Iterator[Event]:
    """The events of all sensors that were on, with what the hospital knows about them. Packets and files are read elsewhere."""
    day = recording.day
    network = Network(day.prefix, day.transparent)
    inventory = of_day(network, day, patients_of(recording))
    clock = Clock(
        datetime.fromtimestamp(day.real_start, timezone(timedelta(seconds=day.utc_offset)) if day.utc_offset else UTC)
    )
    sources = of_logs({name: recording.sensor(name) for name in LOGS}, clock)
    began = datetime.fromtimestamp(day.real_start, UTC)
    for name, read in (("changes", change_events), ("jobs", job_events), ("metadata", kept_events)):
        sources.append(read(recording.json(name), began))
    return with_repeats(timed(inventory.enriched(chain.from_iterable(sources)), day.clock.moment))


def of_logs(logs: Mapping[str, Path | None], clock: Clock) -> list[Iterable[Event]]:
    """What each of these logs (keys of ``LOGS``) says; None stands for a log that is not there."""
    sources: list[Iterable[Event]] = []
    if log := logs.get("orthanc"):
        sources.append(log_events(partial(lines, log), clock))
    if log := logs.get("gateway-access"):
        sources.append(access_events(lines(log)))
    if log := logs.get("gateway-stream"):
        sources.append(stream_events(lines(log)))
    return sources


def patients_of(recording: Recording) -> dict[str, str]:
    """The archive's own index of the day: its identifiers and Study Instance UIDs -> PatientID."""
    index: Any = recording.json("index") or {}
    return {str(identifier): str(patient) for identifier, patient in index.items()}


def timed(stream: Iterable[Event], of_real: Callable[[float], datetime]) -> Iterator[Event]:
    """The events with their time by another clock, such as that of the day that was played. Changes them."""

    @lru_cache(maxsize=65536)
    def moment(stamp: str) -> tuple[float, str]:
        real = datetime.fromisoformat(stamp).timestamp()
        return real, of_real(real).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    for event in stream:
        event["log.time"], event["timestamp"] = moment(event["timestamp"])
        yield event

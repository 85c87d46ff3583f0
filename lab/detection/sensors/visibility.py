"""Which sensor shows which intruder: the traces of each intrusion in a recording, counted with the help of the truth.

A trace is a line (a packet, an entry, a file) that belongs to a request of the intrusion and to nobody else's: it names
its address, AE title, path or object at the right time, or stands alone in the time that the request took.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lab.detection.recording import Recording
from lab.detection.sensors.ascribing import Ascription
from lab.detection.sensors.entries import changed_files, changes, jobs, metadata
from lab.detection.sensors.lines import access_lines, orthanc_lines, packets, stream_lines
from lab.detection.truth import Request
from lab.i18n import Text, t

Traces = Callable[[Recording, Ascription], Iterator[Request]]
"""Yields, for each trace in a sensor, a request that it belongs to."""


def _lines(kind: str) -> Traces:
    return lambda recording, ascription: orthanc_lines(recording, ascription, kind)


# What a hospital has by default stands first; the sensor's file, and who reads the traces in it.
COLUMNS: tuple[tuple[str, str, Traces], ...] = (
    ("orthanc-default", "orthanc", _lines("default")),
    ("orthanc-verbose", "orthanc", _lines("verbose")),
    ("lua-audit", "orthanc", _lines("audit")),
    ("gateway-access", "gateway-access", access_lines),
    ("gateway-stream", "gateway-stream", stream_lines),
    ("capture", "capture", packets),
    ("changes", "changes", changes),
    ("jobs", "jobs", jobs),
    ("metadata", "metadata", metadata),
    ("files", "files", changed_files),
)


def column_label(name: str) -> Text:
    """A sensor in the trainee's language."""
    return {
        "orthanc-default": t("Orthanc, default"),
        "orthanc-verbose": t("Orthanc, --verbose"),
        "lua-audit": t("Lua audit"),
        "gateway-access": t("gateway, web"),
        "gateway-stream": t("gateway, connections"),
        "capture": t("packets"),
        "changes": t("/changes"),
        "jobs": t("/jobs"),
        "metadata": t("metadata"),
        "files": t("files"),
    }[name]


@dataclass(frozen=True)
class Visibility:
    """Traces by intrusion and sensor; a sensor that was off is not among the columns."""

    columns: tuple[str, ...]
    rows: Mapping[str, Mapping[str, int]]

    def seen_by(self, intrusion: str) -> tuple[str, ...]:
        """The sensors that show an intrusion at all."""
        return tuple(name for name in self.columns if self.rows[intrusion][name])


def visibility(recording: Recording) -> Visibility:
    """Count the traces of every intrusion of a recording in every sensor that was on. Reads the truth. Read-only."""
    ascription = Ascription(recording)
    intrusions = sorted({incident.intrusion for incident in recording.truth.incidents})
    found: dict[str, Counter[str]] = {intrusion: Counter() for intrusion in intrusions}
    columns = [column for column in COLUMNS if recording.sensor(column[1]) is not None]
    for name, _, traces in columns:
        for request in traces(recording, ascription):
            if request.intrusion:
                found[request.intrusion][name] += 1
    names = tuple(name for name, _, _ in columns)
    return Visibility(names, {intrusion: {name: found[intrusion][name] for name in names} for intrusion in intrusions})

"""When a line of Orthanc's log was written: it has neither the year nor the zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lab.detection.events.lines import Clock


class Stamps:
    """Turns the day and the time of log lines into ISO 8601, UTC."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._days: dict[str, tuple[datetime, str] | None] = {}

    def of(self, day: str, time: str) -> str | None:
        """``day`` is MMDD. None when there is no such day or time."""
        if time[:2] > "23" or time[3:5] > "59" or time[6:8] > "59":
            return None
        if day not in self._days:
            self._days[day] = self._clock.day(int(day[:2]), int(day[2:]))
        found = self._days[day]
        if found is None:
            return None
        midnight, date = found
        zone = self._clock.reference.tzinfo
        if zone is UTC:
            return f"{date}T{time}Z"
        hours, minutes, seconds = time.split(":")
        moment = midnight + timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

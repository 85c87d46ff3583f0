"""A day that passes faster than real time: which moment of the hospital's day a real moment stands for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class Clock:
    """``moment = date + start + (real - real_start) * speed``. Logs carry real time; the story has the day's time."""

    date: date
    """The simulated day."""
    start: float
    """The time of day at which it begins, in seconds after midnight."""
    real_start: float
    """The same moment in real time, in seconds since 1970 (UTC)."""
    speed: float
    """Seconds of the day in one real second."""

    def seconds(self, real: float) -> float:
        """The time of day of a real moment, in seconds after the day's midnight; may pass 86,400 at its end. Pure."""
        return self.start + (real - self.real_start) * self.speed

    def moment(self, real: float) -> datetime:
        """The same as date and time, in the hospital's own time (no zone). Pure."""
        return datetime.combine(self.date, datetime.min.time()) + timedelta(seconds=self.seconds(real))

    def real(self, seconds: float) -> float:
        """The real moment of a time of day. Pure."""
        return self.real_start + (seconds - self.start) / self.speed

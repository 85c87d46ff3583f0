"""Reading log files line by line, whatever stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

LONGEST = 64 * 1024
"""Of a longer line only so much is looked at."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Among them halves of surrogate pairs, which JSON may hold and UTF-8 may not."""


def lines(path: Path) -> Iterator[str]:
    """The lines of a file: undecodable bytes replaced, long lines cut, an unfinished last line as it is. Bounded memory.

    Only LF ends a line: what Python takes for line ends besides (CR, FF, U+2028 …) may come from a visitor.
    """
    with path.open("rb") as file:
        while piece := file.readline(LONGEST):
            line = piece.decode("utf-8", "replace").rstrip("\r\n")
            while piece and not piece.endswith(b"\n"):  # skip the rest of a line that is too long
                piece = file.readline(LONGEST)
            yield line


def written_out(text: str, limit: int) -> str:
    """A text with its control characters written out, cut after ``limit`` characters."""
    text = text[:limit]
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text) if not text.isprintable() else text


@dataclass(frozen=True)
class Clock:
    """What the log leaves out: the year, and the zone of its clock.

    ``reference`` is a moment with a time zone within half a year of every line; the archive's clock runs in its zone.
    """

    reference: datetime

    @classmethod
    def now(cls) -> Clock:
        """For the log of an archive that runs in UTC, read today."""
        return cls(datetime.now(UTC))

    def day(self, month: int, day: int) -> tuple[datetime, str] | None:
        """Midnight of a day that is named without its year, and its date in UTC when the zone is UTC; None if there is no such day."""
        years = (self.reference.year, self.reference.year - 1, self.reference.year + 1)
        for year in years:
            try:
                moment = datetime(year, month, day, tzinfo=self.reference.tzinfo)
            except ValueError:
                continue
            if abs(moment - self.reference) <= timedelta(days=184):
                return moment, moment.strftime("%Y-%m-%d")
        return None

"""The errors a user of the lab can meet. The CLI catches their root once; a notebook shows them as they are."""

from __future__ import annotations

from collections.abc import Sequence

from lab.i18n import Text


class LabError(Exception):
    """What was wrong (with the value at fault) and what to do about it.

    ``message`` and ``tip`` are lazily translated; ``details`` are lines of evidence, such as log lines, shown as they are.
    """

    def __init__(self, message: Text | str, tip: Text | str | None = None, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.tip = tip
        self.details = tuple(details)

    def __str__(self) -> str:
        lines = [str(self.message), *(f"    {line}" for line in self.details)]
        if self.tip is not None:
            lines.append(f"→ {self.tip}")
        return "\n".join(lines)


class SiteError(LabError):
    """A site that is not valid: an unknown option, a value of the wrong type, unreadable JSON."""


class SiteCannotStart(LabError):
    """A valid site with which Orthanc or nginx does not come up. ``details`` holds the log lines that explain it."""


class SandboxError(LabError):
    """The sandbox is not running, does not answer, or a precondition of it is missing."""


class AddressRefused(LabError):
    """A client was pointed at an address outside the sandbox. There is no switch to allow it."""


class NotSynthetic(LabError):
    """A DICOM object without the synthetic marks was offered to the archive."""


class UnknownScenario(LabError):
    """No scenario has this id."""

"""What this project's own compose file publishes, and what the auditor says of a copy that would publish it to everybody."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from lab.course.cards import JSON, Block, Card, Lines, Paragraph, Shown, Table
from lab.i18n import Text, t, tn


@dataclass(frozen=True)
class PublishedPort:
    """One line of ``ports``."""

    container: str
    address: str
    """Empty: every address of the machine."""
    port: int


@dataclass(frozen=True, repr=False)
class Published(Shown):
    """The project's own file and a changed copy. The copy is read by the auditor; nobody ever runs it."""

    ports: tuple[PublishedPort, ...]
    own: str
    changed: str
    own_findings: tuple[str, ...]
    findings: tuple[str, ...]

    @property
    def changes(self) -> list[str]:
        """The lines that differ."""
        lines = difflib.unified_diff(self.own.splitlines(), self.changed.splitlines(), lineterm="", n=0)
        return [line for line in lines if not line.startswith(("---", "+++", "@@"))]

    def card(self) -> Card:
        rows = [(port.container, port.address or t("every address"), str(port.port)) for port in self.ports]
        blocks: list[Block] = [
            Paragraph(t("What docker-compose.yml of this lab publishes:"), strong=True),
            Table([t("container"), t("address of the machine"), t("port")], rows),
            Paragraph(t("What the auditor finds in it: {what}", what=_told(self.own_findings))),
            Paragraph(t("A copy without the addresses, which is read and never run:"), strong=True),
            Lines(self.changes),
            Paragraph(t("What the auditor finds in the copy: {what}", what=_told(self.findings))),
        ]
        badge = tn("{n} finding in the copy", "{n} findings in the copy", len(self.findings))
        return Card(t("The lab’s own compose file"), "neutral", badge, blocks)

    def json(self) -> JSON:
        return {
            "ports": [{"container": port.container, "address": port.address, "port": port.port} for port in self.ports],
            "findings": list(self.own_findings),
            "findings_of_the_copy": list(self.findings),
        }


def _told(findings: tuple[str, ...]) -> Text | str:
    return " ".join(findings) or t("nothing.")

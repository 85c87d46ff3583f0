"""How the lab is, as a card and as JSON."""

from __future__ import annotations

from dataclasses import dataclass

from lab.course.cards import JSON, Block, Card, Lines, Paragraph, Shown, Table, Tone
from lab.i18n import Text, t
from lab.sandbox.protocol import Endpoint, Health, kind_label, state_label
from lab.site.zones import Zone


@dataclass(frozen=True, repr=False)
class Status(Shown):
    """How the lab is."""

    kind: str
    health: Health
    endpoints: tuple[Endpoint, ...]
    active: tuple[str, ...]
    url: str | None
    note: Text | None = None
    """Something to know about the start."""

    def card(self) -> Card:
        """The lab without JupyterLab's address: it holds the key to it, and notebooks with their cards get shared."""
        health = self.health
        tone: Tone = "neutral"
        if health.running:
            tone = "good" if health.ready and not self.active else "warning"
        badge = t("running") if health.ready else t("not ready") if health.running else t("stopped")
        parts = [
            (
                t("archive"),
                state_label(health.archive.state),
                f"Orthanc {health.archive.version}",
                str(health.archive.restarts),
            ),
            (t("gateway"), state_label(health.gateway.state), "nginx", str(health.gateway.restarts)),
        ]
        blocks: list[Block] = [Table([t("part"), t("state"), t("program"), t("restarts")], parts)]
        if health.ready:
            doors: dict[Zone, list[str]] = {}
            for endpoint in self.endpoints:
                doors.setdefault(endpoint.zone, []).append(endpoint.url)
            rows = [(zone.label, ", ".join(urls)) for zone, urls in doors.items()]
            blocks.append(Table([t("zone"), t("published")], rows))
        if self.note is not None:
            blocks.append(Paragraph(self.note, strong=True))
        if self.active:
            blocks.append(Paragraph(t("Weaknesses made on purpose: {ids}", ids=", ".join(self.active))))
        lines = [*health.archive.error, *health.gateway.error]
        return Card(
            t("The lab ({kind} sandbox)", kind=kind_label(self.kind)),
            tone,
            badge,
            [*blocks, *([Lines(lines)] if lines else [])],
        )

    def json(self) -> JSON:
        parts = {"archive": self.health.archive, "gateway": self.health.gateway}
        return {
            "sandbox": self.kind,
            "running": self.health.running,
            "ready": self.health.ready,
            "generation": self.health.generation,
            "url": self.url,
            "active": list(self.active),
            **{
                name: {"state": part.state, "restarts": part.restarts, "error": list(part.error)}
                for name, part in parts.items()
            },
            "orthanc": self.health.archive.version,
            "published": [{"zone": e.zone.value, "door": e.door.value, "url": e.url} for e in self.endpoints],
        }

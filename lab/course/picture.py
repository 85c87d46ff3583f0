"""The site as a picture: zones, gateway, archive, and which doors stand open where. Drawn from the site that runs."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from lab.course.cards import Card, Shown, Table
from lab.i18n import Text, t
from lab.site.config import SiteConfig
from lab.site.zones import Door, Network, Zone

WIDTH, ROW = 860, 92
_COLOURS = {Zone.CLINIC: "#1a7f37", Zone.OFFICE: "#0b6bcb", Zone.INTERNET: "#cf222e"}


@dataclass(frozen=True, repr=False)
class Picture(Shown):
    """A drawing of the site, with the same content as a table for text and screen readers."""

    site: SiteConfig
    network: Network

    def card(self) -> Card:
        rows = [(zone_label(zone), _people(zone), self._doors(zone)) for zone in Zone]
        return Card(
            t("The hospital's site"),
            "neutral",
            t("map"),
            [Table([t("zone"), t("who is there"), t("open doors")], rows)],
        )

    def _doors(self, zone: Zone) -> str:
        doors = self.site.gateway.publish.doors(zone)
        return ", ".join(f"{door.value} ({self.network.gateway(zone)}:{door.port})" for door in doors) or "–"

    def _repr_html_(self) -> str:
        return f'<figure style="margin:6px 0" aria-label="{escape(str(self.card().title))}">{self.svg()}</figure>'

    def svg(self) -> str:
        """The drawing as SVG, legible on a light and on a dark theme."""
        height = 3 * ROW + 40
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="100%" style="max-width:{WIDTH}px" '
            'font-family="system-ui,sans-serif" font-size="14" role="img">',
            f"<title>{escape(str(self.card().title))}</title>",
            f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#fbfbfd" stroke="#d0d7de"/>',
        ]
        for number, zone in enumerate(Zone):
            parts.append(self._zone(zone, 20 + number * ROW))
        parts.append(self._archive(height))
        return "".join(parts) + "</svg>"

    def _zone(self, zone: Zone, top: int) -> str:
        colour = _COLOURS[zone]
        middle = top + 36
        parts = [
            f'<rect x="16" y="{top}" width="270" height="72" rx="6" fill="{colour}" fill-opacity=".08" stroke="{colour}"/>',
            f'<text x="28" y="{top + 24}" font-weight="700" fill="{colour}">{escape(str(zone_label(zone)))}</text>',
            f'<text x="28" y="{top + 44}" fill="#24292f" font-size="12.5">{escape(str(_people(zone)))}</text>',
            f'<text x="28" y="{top + 62}" fill="#57606a" font-size="11.5">{self.network.zone(zone)}</text>',
        ]
        open_doors = self.site.gateway.publish.doors(zone)
        for offset, door in enumerate(Door):
            is_open = door in open_doors
            y = middle - 22 + offset * 22
            line = (
                f'stroke="{colour}" stroke-width="2.5"'
                if is_open
                else 'stroke="#b6bec8" stroke-width="1.2" stroke-dasharray="3 5"'
            )
            reach = 470 if is_open else 440
            label = f"{door.value} {door.port}" if is_open else f"{door.value} ✕"
            shade = "#24292f" if is_open else "#8c959f"
            parts.append(f'<line x1="286" y1="{y}" x2="{reach}" y2="{y}" {line}/>')
            parts.append(f'<text x="300" y="{y - 4}" font-size="11.5" fill="{shade}">{escape(label)}</text>')
        return "".join(parts)

    def _archive(self, height: int) -> str:
        authentication = bool(self.site.orthanc.get("AuthenticationEnabled", False))
        lock = t("asks for an account") if authentication else t("asks nobody for an account")
        colour = "#1a7f37" if authentication else "#cf222e"
        middle = height // 2
        return (
            f'<rect x="470" y="20" width="120" height="{height - 40}" rx="6" fill="#eaeef2" stroke="#57606a"/>'
            f'<text x="530" y="{middle - 6}" text-anchor="middle" font-weight="700" fill="#24292f">{escape(str(t("gateway")))}</text>'
            f'<text x="530" y="{middle + 14}" text-anchor="middle" font-size="12" fill="#57606a">nginx</text>'
            f'<line x1="590" y1="{middle}" x2="650" y2="{middle}" stroke="#57606a" stroke-width="2.5"/>'
            f'<rect x="650" y="{middle - 60}" width="190" height="120" rx="6" fill="#fff" stroke="{colour}" stroke-width="2"/>'
            f'<text x="745" y="{middle - 22}" text-anchor="middle" font-weight="700" fill="#24292f">{escape(str(t("imaging archive")))}</text>'
            f'<text x="745" y="{middle - 2}" text-anchor="middle" font-size="12" fill="#57606a">Orthanc · {self.network.archive}</text>'
            f'<text x="745" y="{middle + 26}" text-anchor="middle" font-size="12" fill="{colour}">{escape(str(lock))}</text>'
        )


def zone_label(zone: Zone) -> Text:
    """The zone in the trainee's language."""
    return {Zone.CLINIC: t("clinic"), Zone.OFFICE: t("office"), Zone.INTERNET: t("Internet")}[zone]


def _people(zone: Zone) -> Text:
    return {
        Zone.CLINIC: t("CT, workstation, visitors"),
        Zone.OFFICE: t("administrator, your browser"),
        Zone.INTERNET: t("referring doctor, intruder"),
    }[zone]

"""The site as a picture: zones, gateway, archive, and which doors stand open where. Drawn from the site that runs."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from lab.course.cards import Card, Shown, Table
from lab.i18n import Text, t
from lab.site.config import SiteConfig
from lab.site.zones import Door, Network, Zone

WIDTH, ROW = 900, 92
_COLOURS = {Zone.CLINIC: "#0b6bcb", Zone.OFFICE: "#6639ba", Zone.INTERNET: "#9a6700"}
_GOOD, _BAD = "#1a7f37", "#cf222e"


@dataclass(frozen=True, repr=False)
class Picture(Shown):
    """A drawing of the site, with the same content as a table for text and screen readers."""

    site: SiteConfig
    network: Network

    def card(self) -> Card:
        rows = [(zone.label, _people(zone), self._doors(zone)) for zone in Zone]
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
            f'<text x="28" y="{top + 24}" font-weight="700" fill="{colour}">{escape(str(zone.label))}</text>',
            f'<text x="28" y="{top + 44}" fill="#24292f" font-size="12.5">{escape(str(_people(zone)))}</text>',
            f'<text x="28" y="{top + 62}" fill="#57606a" font-size="11.5">{self.network.zone(zone)}</text>',
        ]
        open_doors = self.site.gateway.publish.doors(zone)
        for offset, door in enumerate(Door):
            y = middle - 22 + offset * 22
            if door in open_doors:
                remark = _remark(door, zone)
                label = f"{door.value} {door.port}" + (f" · {remark}" if remark else "")
                shade = _BAD if remark else "#24292f"
                line = f'stroke="{_BAD if remark else _GOOD}" stroke-width="2.5"'
                reach = 470
            else:
                label, shade, reach = f"{door.value} ✕", "#8c959f", 440
                line = 'stroke="#b6bec8" stroke-width="1.2" stroke-dasharray="3 5"'
            parts.append(f'<line x1="286" y1="{y}" x2="{reach}" y2="{y}" {line}/>')
            parts.append(f'<text x="300" y="{y - 4}" font-size="11.5" fill="{shade}">{escape(label)}</text>')
        return "".join(parts)

    def _archive(self, height: int) -> str:
        authentication = bool(self.site.orthanc.get("AuthenticationEnabled", False))
        lock = t("asks for an account") if authentication else t("asks nobody for an account")
        anybody = bool(self.site.orthanc.get("DicomAlwaysAllowFind", False))
        query = t("DICOM queries: from anybody") if anybody else t("DICOM queries: declared only")
        colour = _GOOD if authentication and not anybody else _BAD
        middle = height // 2
        return (
            f'<rect x="470" y="20" width="120" height="{height - 40}" rx="6" fill="#eaeef2" stroke="#57606a"/>'
            f'<text x="530" y="{middle - 6}" text-anchor="middle" font-weight="700" fill="#24292f">{escape(str(t("gateway")))}</text>'
            f'<text x="530" y="{middle + 14}" text-anchor="middle" font-size="12" fill="#57606a">nginx</text>'
            f'<line x1="590" y1="{middle}" x2="636" y2="{middle}" stroke="#57606a" stroke-width="2.5"/>'
            f'<rect x="636" y="{middle - 60}" width="248" height="120" rx="6" fill="#fff" stroke="{colour}" stroke-width="2"/>'
            f'<text x="760" y="{middle - 22}" text-anchor="middle" font-weight="700" fill="#24292f">{escape(str(t("imaging archive")))}</text>'
            f'<text x="760" y="{middle - 2}" text-anchor="middle" font-size="12" fill="#57606a">Orthanc · {self.network.archive}</text>'
            f'<text x="760" y="{middle + 24}" text-anchor="middle" font-size="12" fill="{_GOOD if authentication else _BAD}">'
            f"{escape(str(lock))}</text>"
            f'<text x="760" y="{middle + 43}" text-anchor="middle" font-size="12" fill="{_BAD if anybody else _GOOD}">'
            f"{escape(str(query))}</text>"
        )


def _remark(door: Door, zone: Zone) -> Text | None:
    """What is bad about a door that stands open here; None when nothing is."""
    if door is Door.HTTP:
        return t("in the clear")
    return t("to everybody") if door is Door.DICOM and zone is Zone.INTERNET else None


def _people(zone: Zone) -> Text:
    return {
        Zone.CLINIC: t("CT, workstation, visitors"),
        Zone.OFFICE: t("administrator, your browser"),
        Zone.INTERNET: t("referring doctor, intruder"),
    }[zone]

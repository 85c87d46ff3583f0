"""What one sees through an open door: pictures with names, fetched as any visitor would."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from html import escape
from typing import Any

import httpx

from lab.course.cards import Card, Paragraph, Shown, Table
from lab.i18n import Text, t, tn
from lab.model import readable_date, readable_name


@dataclass(frozen=True)
class Seen:
    """One image as the visitor saw it: PNG bytes, and whose it is."""

    name: str
    born: str
    study: str
    png: bytes


@dataclass(frozen=True, repr=False)
class Gallery(Shown):
    """The images that a visitor got to see; or how the archive refused."""

    seen: tuple[Seen, ...]
    refused: Text | str = ""

    def card(self) -> Card:
        if not self.seen:
            return Card(
                t("What the visitor sees"),
                "neutral",
                t("nothing"),
                [Paragraph(self.refused)],
            )
        rows = [(seen.name, seen.born, seen.study) for seen in self.seen]
        table = Table([t("name"), t("date of birth"), t("imaging procedure")], rows)
        return Card(t("What the visitor sees"), "neutral", tn("{n} image", "{n} images", len(rows)), [table])

    def _repr_html_(self) -> str:
        if not self.seen:
            return super()._repr_html_()
        figures = "".join(
            '<figure style="margin:0;width:220px"><img style="width:220px;height:220px;object-fit:contain;background:#000" '
            f'alt="{escape(seen.study)}" src="data:image/png;base64,{b64encode(seen.png).decode()}">'
            f'<figcaption style="font-size:13px"><b>{escape(seen.name)}</b><br>{escape(seen.born)} · {escape(seen.study)}</figcaption></figure>'
            for seen in self.seen
        )
        return f'<div style="display:flex;gap:14px;flex-wrap:wrap;margin:6px 0">{figures}</div>'


def look(client: httpx.Client, count: int) -> Gallery:
    """Fetch the middle image of ``count`` studies, each of another patient where possible, through a web door."""
    try:
        answer = client.get("/patients", params={"expand": "", "since": "0", "limit": str(count)})
        if answer.status_code != 200:
            reason = f"{answer.status_code} {answer.reason_phrase}"
            return Gallery((), t("The archive answered: {answer}", answer=reason))
        return Gallery(tuple(_first_image(client, patient, number) for number, patient in enumerate(answer.json())))
    except httpx.ConnectError:
        return Gallery((), t("No connection: this door is closed in this zone."))
    except httpx.HTTPError as error:
        return Gallery((), str(error) or type(error).__name__)


def _first_image(client: httpx.Client, patient: dict[str, Any], number: int) -> Seen:
    study = patient["Studies"][number % len(patient["Studies"])]
    tags = client.get(f"/studies/{study}").json()["MainDicomTags"]
    instances = client.get(f"/studies/{study}/instances").json()
    picture = client.get(f"/instances/{instances[len(instances) // 2]['ID']}/preview")
    person = patient["MainDicomTags"]
    return Seen(
        readable_name(person.get("PatientName", "")),
        readable_date(person.get("PatientBirthDate", "")),
        tags.get("StudyDescription", ""),
        picture.content,
    )

"""The hospital's research office at work: it packs a teaching collection, one image of each kind of series, as the site says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from lab.clients.live import LiveSite
from lab.i18n import Text, t

MOST_SERIES = 16
Tags = Mapping[str, Any]


class ExportRefused(Exception):
    """The research office could not make its collection. ``reason`` says why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Exported:
    """What was handed out, and what the hospital knows of it."""

    collection: bytes
    """The ZIP file as the recipient gets it."""
    originals: dict[str, Tags]
    """For each name in it, the tags of the image in the archive, by keyword: the hospital's answer key, not handed out."""
    steps: tuple[str, ...]


def make_export(site: LiveSite) -> Exported:
    """Make the collection with the administrator's account from the office. Raises ExportRefused and httpx.HTTPError.

    Nothing is stored: Orthanc answers with the anonymised file (POST /instances/{id}/anonymize).
    """
    office = site.station("administrator")
    doors = site.web_doors(office)
    if not doors:
        raise ExportRefused(t("No web door answers in the office."))
    recipe, steps = site.config.export, []
    packed, originals = io.BytesIO(), {}
    with (
        site.web(office, doors[-1], site.account("administrator"), trusting=True) as client,
        zipfile.ZipFile(packed, "w") as collection,
    ):
        for number, series in enumerate(_kinds(client), 1):
            image = series["Instances"][0]
            tags = _ok(client.get(f"/instances/{image}/simplified-tags")).json()
            if tags.get("BurnedInAnnotation") == "YES" and not recipe.burned_in:
                continue
            content = _ok(client.post(f"/instances/{image}/anonymize", json=recipe.request)).content
            name = f"{number:04}/image.dcm" if recipe.folders == "numbers" else _own_name(client, series["ID"])
            collection.writestr(name, content)
            originals[name] = tags
            steps.append(f"POST /instances/{image}/anonymize → {name}")
    return Exported(packed.getvalue(), originals, tuple(steps))


def _kinds(client: httpx.Client) -> list[Tags]:
    """The first series of each kind: of each patient's study by modality and description."""
    kinds: dict[tuple[str, ...], Tags] = {}
    for series in _ok(client.get("/series", params={"expand": ""})).json():
        tags = series["MainDicomTags"]
        kinds.setdefault((tags.get("Modality", ""), tags.get("SeriesDescription", "")), series)
    return list(kinds.values())[:MOST_SERIES]


def _own_name(client: httpx.Client, series: str) -> str:
    """The path that the archive itself gives an image in a ZIP file: ``ID NAME/study/series/file.dcm``."""
    answer = _ok(client.get(f"/series/{series}/archive"))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as own:
        return own.namelist()[0]


def _ok(answer: httpx.Response) -> httpx.Response:
    if answer.status_code != 200:
        raise ExportRefused(t("{what} answered {status}.", what=answer.request.url.path, status=answer.status_code))
    return answer

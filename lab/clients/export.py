"""The hospital's research office at work: it packs a teaching collection, one image of each of a few series, as the site says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from pydicom import dcmread

from lab.clients.live import LiveSite
from lab.i18n import Text, t

MOST_PATIENTS, MOST_SERIES = 3, 10  # the gateway slows down whoever asks much at once
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
        studies = {study["ID"]: study for study in _listed(client, "/studies")}
        for number, series in enumerate(_chosen(_listed(client, "/series"), studies), 1):
            image, study = series["Instances"][0], studies[series["ParentStudy"]]
            content = _ok(client.post(f"/instances/{image}/anonymize", json=recipe.request)).content
            if has_text(content) and not recipe.burned_in:
                continue
            name = f"{number:04}/image.dcm" if recipe.folders == "numbers" else _own_name(client, series["ID"])
            collection.writestr(name, content)
            originals[name] = study["MainDicomTags"] | study["PatientMainDicomTags"]
            steps.append(f"POST /instances/{image}/anonymize → {name}")
    return Exported(packed.getvalue(), originals, tuple(steps))


def has_text(content: bytes) -> bool:
    """Whether an image says of itself that there is text in its pixels (0028,0301; PS3.3, C.7.6.1)."""
    return str(dcmread(io.BytesIO(content), stop_before_pixels=True).get("BurnedInAnnotation", "")) == "YES"


def _listed(client: httpx.Client, path: str) -> list[Tags]:
    found: list[Tags] = _ok(client.get(path, params={"expand": ""})).json()
    return found


def _chosen(listed: list[Tags], studies: Mapping[str, Tags]) -> list[Tags]:
    """A few series: the first of some patients, then one of each kind, single images (such as dose reports) first."""
    patients: dict[str, Tags] = {}
    kinds: dict[tuple[str, ...], Tags] = {}
    for series in sorted(listed, key=lambda series: len(series["Instances"])):
        tags = series["MainDicomTags"]
        kinds.setdefault((tags.get("Modality", ""), tags.get("SeriesDescription", "")), series)
    for series in listed:
        patients.setdefault(studies[series["ParentStudy"]]["ParentPatient"], series)
    chosen = [*list(patients.values())[:MOST_PATIENTS], *kinds.values()]
    return list({series["ID"]: series for series in chosen}.values())[:MOST_SERIES]


def _own_name(client: httpx.Client, series: str) -> str:
    """The path that the archive itself gives an image in a ZIP file: ``ID NAME/study/series/file.dcm``."""
    answer = _ok(client.get(f"/series/{series}/archive"))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as own:
        return own.namelist()[0]


def _ok(answer: httpx.Response) -> httpx.Response:
    if answer.status_code != 200:
        raise ExportRefused(t("{what} answered {status}.", what=answer.request.url.path, status=answer.status_code))
    return answer

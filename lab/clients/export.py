"""What leaves the hospital as files: the research office's teaching collection, and the copy that a test environment is filled with."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from pydicom import dcmread

from lab.clients.live import LiveSite
from lab.clients.masking import by_pacslab, by_script
from lab.i18n import Text, t

MOST_PATIENTS, MOST_SERIES, MOST_OF_A_KIND = 3, 6, 2
"""The gateway slows down whoever asks much at once, and whoever judges what was handed out looks at every letter of it."""
Tags = Mapping[str, Any]


class ExportRefused(Exception):
    """The hospital could not make its copy. ``reason`` says why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


class Original(NamedTuple):
    """An image of the archive as the hospital has it: the answer key of what was made of it, not handed out."""

    tags: Tags
    """Of its patient and study, by keyword."""
    content: bytes


@dataclass(frozen=True)
class Exported:
    """What was handed out, and what the hospital knows of it."""

    files: dict[str, bytes]
    """Each file by its name, as the recipient gets it."""
    originals: dict[str, Original]
    """For each name the image that it was made from."""
    steps: tuple[str, ...]

    @property
    def collection(self) -> bytes:
        """The ZIP file as the recipient gets it."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as collection:
            for name, content in self.files.items():
                collection.writestr(name, content)
        return packed.getvalue()


class _Image(NamedTuple):
    """One image that is to be handed out: the first of its series."""

    number: int
    instance: str
    series: str
    original: Original


def make_export(site: LiveSite) -> Exported:
    """Make the teaching collection as the site says. Raises ExportRefused and httpx.HTTPError. Nothing is stored."""
    recipe = site.config.export
    with _administrator(site) as client:
        images = [image for image in _images(client) if recipe.burned_in or not has_text(image.original.content)]
        names = {
            image.instance: f"{image.number:04}/image.dcm"
            if recipe.folders == "numbers"
            else _own_name(client, image.series)
            for image in images
        }
        made = _masked(client, recipe.tool, images, recipe.request, site.kept)
    return _exported(made, names, images)


def make_test_copy(site: LiveSite) -> Exported | None:
    """Fill the test environment as the site says; None where it gets nothing. Raises ExportRefused and httpx.HTTPError."""
    content = site.config.test_environment.content
    if content == "none":
        return None
    with _administrator(site) as client:
        images = list(_images(client))
        made = _masked(client, content, images, {}, site.kept)
    return _exported(made, {image.instance: f"test/{image.number:04}.dcm" for image in images}, images)


@contextmanager
def _administrator(site: LiveSite) -> Iterator[httpx.Client]:
    """The archive as the administrator reaches it from the office."""
    office = site.station("administrator")
    doors = site.web_doors(office)
    if not doors:
        raise ExportRefused(t("No web door answers in the office."))
    with site.web(office, doors[-1], site.account("administrator"), trusting=True) as client:
        yield client


def _images(client: httpx.Client) -> Iterator[_Image]:
    """One image of each of a few series."""
    studies = {study["ID"]: study for study in _listed(client, "/studies")}
    for number, series in enumerate(_chosen(_listed(client, "/series"), studies), 1):
        study, instance = studies[series["ParentStudy"]], str(series["Instances"][0])
        content = _ok(client.get(f"/instances/{instance}/file")).content
        tags = study["MainDicomTags"] | study["PatientMainDicomTags"]
        yield _Image(number, instance, str(series["ID"]), Original(tags, content))


def _masked(
    client: httpx.Client, tool: str, images: list[_Image], request: Tags, kept: Path | None
) -> dict[str, tuple[bytes, str]]:
    """The copies by instance, each with the step that made it."""
    if tool == "pacslab":
        cleaned = by_pacslab({image.instance: image.original.content for image in images}, kept)
        return {instance: (content, f"pacslab deidentify {instance}") for instance, content in cleaned.items()}
    made = {}
    for image in images:
        step, content = f"GET /instances/{image.instance}/file", image.original.content
        if tool == "orthanc":
            step = f"POST /instances/{image.instance}/anonymize"
            content = _ok(client.post(step.removeprefix("POST "), json=request)).content
        elif tool == "script":
            content = by_script(content)
        made[image.instance] = (content, step)
    return made


def _exported(made: dict[str, tuple[bytes, str]], names: dict[str, str], images: list[_Image]) -> Exported:
    originals = {names[image.instance]: image.original for image in images if image.instance in made}
    return Exported(
        {names[instance]: content for instance, (content, _) in made.items()},
        originals,
        tuple(f"{step} → {names[instance]}" for instance, (_, step) in made.items()),
    )


def has_text(content: bytes) -> bool:
    """Whether an image says of itself that there is text in its pixels (0028,0301; PS3.3, C.7.6.1)."""
    return str(dcmread(io.BytesIO(content), stop_before_pixels=True).get("BurnedInAnnotation", "")) == "YES"


def _listed(client: httpx.Client, path: str) -> list[Tags]:
    found: list[Tags] = _ok(client.get(path, params={"expand": ""})).json()
    return found


def _chosen(listed: list[Tags], studies: Mapping[str, Tags]) -> list[Tags]:
    """A few series: the longest of some patients, then two of each modality, single images (such as dose reports) first.

    Archives list their series in different orders; what is chosen does not depend on it.
    """
    patients: dict[str, Tags] = {}
    kinds: dict[tuple[str, str], Tags] = {}
    for series in sorted(listed, key=lambda series: (len(series["Instances"]), _kind(series), str(series["ID"]))):
        modality = _kind(series)[0]
        if sum(name == modality for name, _ in kinds) < MOST_OF_A_KIND:
            kinds.setdefault(_kind(series), series)
    for series in sorted(listed, key=lambda series: (-len(series["Instances"]), _kind(series), str(series["ID"]))):
        patients.setdefault(studies[series["ParentStudy"]]["ParentPatient"], series)
    chosen = [*list(patients.values())[:MOST_PATIENTS], *kinds.values()]
    return list({series["ID"]: series for series in chosen}.values())[:MOST_SERIES]


def _kind(series: Tags) -> tuple[str, str]:
    tags = series["MainDicomTags"]
    return tags.get("Modality", ""), tags.get("SeriesDescription", "")


def _own_name(client: httpx.Client, series: str) -> str:
    """The path that the archive itself gives an image in a ZIP file: ``ID NAME/study/series/file.dcm``."""
    answer = _ok(client.get(f"/series/{series}/archive"))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as own:
        return own.namelist()[0]


def _ok(answer: httpx.Response) -> httpx.Response:
    if answer.status_code != 200:
        raise ExportRefused(t("{what} answered {status}.", what=answer.request.url.path, status=answer.status_code))
    return answer

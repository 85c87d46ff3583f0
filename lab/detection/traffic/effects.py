"""Which patients a request touched, worked out from what really came back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
from pydicom import Dataset
from pydicom.datadict import tag_for_keyword

from lab.detection.traffic.stock import Resource, Stock
from lab.detection.truth import Effect, Touch
from lab.model import Attribute

_KEYWORDS = {
    "PatientName": Attribute.NAME,
    "PatientBirthDate": Attribute.BIRTH_DATE,
    "StudyDate": Attribute.STUDY_DATE,
    "StudyDescription": Attribute.PROCEDURE,
    "ReferringPhysicianName": Attribute.PHYSICIAN,
    "InstitutionName": Attribute.FACILITY,
    "PatientID": Attribute.PATIENT_ID,
}
_TAGS = {keyword: f"{tag_for_keyword(keyword):08X}" for keyword in _KEYWORDS}
WHOLE = (*(attribute.value for attribute in _KEYWORDS.values()), "image")
"""What a copy of a whole file gives away."""
_RESOURCE = re.compile(r"^/(?:patients|studies|series|instances)/([0-9a-f]{8}(?:-[0-9a-f]{8}){4})(/[^?]*)?")
_DICOMWEB = re.compile(
    r"^/dicom-web/studies(?:/(?P<study>[0-9.]+)(?P<rest>/[^?]*)?)?(?:\?|$)|^/wado\?(?:.*&)?studyUID=(?P<wado>[0-9.]+)"
)
_COPIES = ("/archive", "/media", "/file", "/preview", "/image-uint8", "/image-uint16", "/rendered")


def found_in(dataset: Dataset, effect: Effect = Effect.LISTED) -> Touch:
    """What an answer to a query, or an instance, says about whom."""
    given = tuple(_KEYWORDS[keyword].value for keyword in _KEYWORDS if str(dataset.get(keyword, "") or ""))
    if effect is Effect.LISTED:
        return Touch(effect, str(dataset.get("PatientID", "")), str(dataset.get("StudyInstanceUID", "")), 0, given)
    image = (*given, "image") if effect is Effect.COPIED else ()
    return Touch(effect, str(dataset.PatientID), str(dataset.StudyInstanceUID), 1, image)


def sum_up(touches: Iterable[Touch]) -> tuple[Touch, ...]:
    """One touch for each effect, patient and study: images are added, attributes united."""
    found: dict[tuple[Effect, str, str], Touch] = {}
    for touch in touches:
        key = (touch.effect, touch.patient, touch.study)
        before = found.get(key)
        images = touch.images + (before.images if before else 0)
        attributes = tuple(dict.fromkeys([*(before.attributes if before else ()), *touch.attributes]))
        found[key] = Touch(*key, images, attributes)
    return tuple(found.values())


def http_touches(stock: Stock, method: str, path: str, answer: httpx.Response) -> tuple[Touch, ...]:
    """The patients whose data crossed, or were changed, in a successful HTTP request; identifiers alone are nobody's data."""
    if answer.status_code != 200:
        return ()
    if web := _DICOMWEB.match(path):
        return _of_dicomweb(stock, web["study"] or web["wado"], web["rest"] or "", answer)
    one = _RESOURCE.match(path)
    if one is None:
        return sum_up(_listed(stock, answer))
    resource, rest = stock.find(one[1]), one[2] or ""
    if resource is None:
        return ()
    return _on(resource, method, rest, answer)


def _of_dicomweb(stock: Stock, uid: str | None, rest: str, answer: httpx.Response) -> tuple[Touch, ...]:
    """WADO-RS and WADO-URI give images; QIDO-RS (JSON) gives what its attributes say."""
    if "json" in answer.headers.get("content-type", ""):
        return sum_up(_described(stock, uid, answer))
    resource = stock.study(uid) if uid else None
    if resource is None:
        return ()
    whole = not rest and answer.headers.get("content-type", "").startswith("multipart")
    return (Touch(Effect.COPIED, resource.patient, resource.study, resource.images if whole else 1, WHOLE),)


def _described(stock: Stock, uid: str | None, answer: httpx.Response) -> Iterator[Touch]:
    """The studies that an answer in DICOM's JSON (PS3.18 F) says something about."""
    content = answer.json()
    for entry in content if isinstance(content, list) else ():
        values = {tag: (part.get("Value") or [""])[0] for tag, part in entry.items() if isinstance(part, dict)}
        resource = stock.study(str(values.get("0020000D") or uid or ""))
        given = tuple(attribute.value for keyword, attribute in _KEYWORDS.items() if values.get(_TAGS[keyword]))
        if resource is not None and given:
            yield Touch(Effect.LISTED, resource.patient, resource.study, 0, given)


def _on(resource: Resource, method: str, rest: str, answer: httpx.Response) -> tuple[Touch, ...]:
    """A request about one resource."""
    about = (resource.patient, resource.study)
    if method == "DELETE":
        return (Touch(Effect.DELETED, *about, resource.images),) if not rest else ()
    if method != "GET":  # /anonymize makes a copy and leaves the original; /modify, PUT of metadata, …
        return () if rest in ("/anonymize", "") else (Touch(Effect.CHANGED, *about, resource.images),)
    if rest.startswith(_COPIES):
        given = ("image",) if rest.startswith(("/preview", "/image", "/rendered")) else WHOLE
        return (Touch(Effect.COPIED, *about, resource.images, given),)
    text = answer.text
    given = tuple(attribute.value for keyword, attribute in _KEYWORDS.items() if f'"{keyword}"' in text)
    return (Touch(Effect.LISTED, *about, 0, given),) if given else ()


def _listed(stock: Stock, answer: httpx.Response) -> Iterator[Touch]:
    """Every patient or study described in a list; a list of bare identifiers describes nobody."""
    if "json" not in answer.headers.get("content-type", ""):
        return
    content = answer.json()
    for entry in content if isinstance(content, list) else ():
        resource = stock.find(entry["ID"]) if isinstance(entry, dict) and "ID" in entry else None
        if resource is not None:
            tags: dict[str, Any] = entry.get("MainDicomTags", {}) | entry.get("PatientMainDicomTags", {})
            given = tuple(_KEYWORDS[keyword].value for keyword in _KEYWORDS if tags.get(keyword))
            yield Touch(Effect.LISTED, resource.patient, resource.study, 0, given)

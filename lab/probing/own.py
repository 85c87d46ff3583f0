"""What a probe needs of the hospital's own people: to look whether an attack took effect, and to put things right again.

An outsider's probe that stores or deletes works on patients of its own, who bear the synthetic marks and are removed
afterwards; who is in the archive is never at stake.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from io import BytesIO
from typing import Any

import httpx
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from lab.clients.bulk import Object
from lab.clients.dimse import Peer
from lab.clients.live import LiveSite
from lab.clients.patience import unhurried
from lab.i18n import Text, t
from lab.model import Evidence, NotChecked, Safe, Verdict
from lab.probing.dimse import Attempt, Came
from synthetic_data.marks import ISSUER, MANUFACTURER, PATIENT_ID_PREFIX, STATEMENT

PROBE_ID = f"{PATIENT_ID_PREFIX}PROBE-"
_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


class CannotLook(Exception):
    """The hospital's own administrator is turned away, so that nobody can tell what an attack did."""

    def __init__(self, reason: object) -> None:
        super().__init__(str(reason))
        self.verdict = NotChecked(
            t("The administrator cannot look into the archive ({reason}), so nothing can be said.", reason=reason)
        )


class OwnHand:
    """The administrator at the archive's own console. Every method raises CannotLook when the archive refuses."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def patients(self) -> tuple[str, ...]:
        """The archive's own identifiers of its patients. Read-only."""
        return tuple(self._ask("GET", "/patients"))

    def find(self, uid: str) -> str | None:
        """Where the archive has a patient, study, series or instance of this DICOM identifier; None when it has none."""
        found = self._ask("POST", "/tools/lookup", content=uid)
        return str(found[0]["Path"]) if found else None

    def instance(self, uid: str) -> Dataset | None:
        """The object of this SOP Instance UID as the archive would give it to a doctor; None when it has none."""
        path = self.find(uid)
        return dcmread(BytesIO(self._send("GET", f"{path}/file").content)) if path else None

    def one_image(self) -> Dataset | None:
        """The three identifiers of one image, as they stand in a link to it; None in an empty archive."""
        found = self._ask("GET", "/instances?since=0&limit=1")
        if not found:
            return None
        return dcmread(BytesIO(self._send("GET", f"/instances/{found[0]}/file").content), stop_before_pixels=True)

    def one_study(self) -> Dataset | None:
        """A study of the archive with its patient's tags, as it stands on a letter; None in an empty archive."""
        query = {"ModalitiesInStudy": "CT\\MR\\DX"}
        found = self._ask("POST", "/tools/find", json={"Level": "Study", "Expand": True, "Limit": 1, "Query": query})
        tags = Dataset()
        for part in ("PatientMainDicomTags", "MainDicomTags") if found else ():
            for keyword in ("PatientID", "PatientName", "PatientBirthDate", "StudyInstanceUID", "StudyDate"):
                if keyword in found[0][part]:
                    setattr(tags, keyword, found[0][part][keyword])
        return tags if found else None

    def protect(self, patients: Iterable[str], wanted: bool) -> None:
        """Keep these patients from being deleted for lack of room, or no longer."""
        with nullcontext() if wanted else unhurried():
            for patient in patients:
                self._send("PUT", f"/patients/{patient}/protected", content="1" if wanted else "0")

    def protected(self, patients: Iterable[str]) -> tuple[str, ...]:
        """Which of these patients are protected. Read-only."""
        return tuple(p for p in patients if self._send("GET", f"/patients/{p}/protected").text.strip() == "1")

    def remove(self, patient_ids: Iterable[str]) -> None:
        """Delete a probe's own patients, whatever they have by now. Refuses to touch anybody else."""
        wanted = set(patient_ids)
        for patient_id in wanted:
            if not patient_id.startswith(PROBE_ID):
                raise ValueError(f"{patient_id} is no patient of a probe")
        with unhurried():
            self._delete([place for place, number in self._invented() if number in wanted])

    def sweep(self) -> None:
        """Delete the patients of any probe: of one that was broken off, as no other may run beside the one that asks for this."""
        with unhurried():
            self._delete([place for place, _ in self._invented()])

    def _invented(self) -> list[tuple[str, str]]:
        """The archive's own identifier and the PatientID of each patient whom a probe has invented."""
        query = {"Level": "Patient", "Expand": True, "Query": {"PatientID": f"{PROBE_ID}*"}}
        found = self._ask("POST", "/tools/find", json=query)
        return [(patient["ID"], str(patient["MainDicomTags"].get("PatientID", ""))) for patient in found]

    def _delete(self, places: list[str]) -> None:
        if places:
            self._send("POST", "/tools/bulk-delete", json={"Resources": places})

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        return self._send(method, path, **options).json()

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise CannotLook(type(error).__name__) from error
        if answer.status_code != 200:
            raise CannotLook(f"{method} {path}: {answer.status_code}")
        return answer


@contextmanager
def own_hand(site: LiveSite) -> Iterator[OwnHand]:
    """The administrator's hand, as a context. Raises CannotLook at once when she is not let in."""
    with site.console(site.account("administrator")) as client:
        hand = OwnHand(client)
        hand.patients()
        yield hand


def outsiders_then_ct(
    site: LiveSite, service: str, action: Callable[[OwnHand, Peer], Came | NotChecked], safe: Text
) -> Verdict:
    """Try as a client that nobody declared; where that one gets nothing, as the CT, in whose place a fault or an intruder may sit."""
    attempt = Attempt(site, service)
    try:
        with own_hand(site) as hand:
            found = attempt.everywhere(partial(action, hand), safe)
            if not isinstance(found, Safe):
                return found
            as_ct = attempt.once(site.equipment("ct"), partial(action, hand))
    except CannotLook as trouble:
        return trouble.verdict
    return as_ct or Safe(Evidence(safe, tuple(attempt.steps)))


def letter_of_a_patient(site: LiveSite) -> Dataset | None:
    """What an outsider may know without having asked the archive: what stands on one patient's letter. Read-only."""
    with own_hand(site) as hand:
        return hand.one_study()


def image_in_a_mail(site: LiveSite) -> Dataset | None:
    """What an outsider may know without having asked the archive: a link to one image, out of a mail to a doctor. Read-only."""
    with own_hand(site) as hand:
        return hand.one_image()


def invented(description: str, **same: str) -> Dataset:
    """A small marked CT object of a patient who exists in no other: new identifiers, but for those given in ``same``."""
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.PatientName = "Sonde^Essai"
    dataset.PatientBirthDate, dataset.PatientSex = "19000101", "O"
    dataset.IssuerOfPatientID, dataset.Manufacturer, dataset.ImageComments = ISSUER, MANUFACTURER, STATEMENT
    dataset.Modality, dataset.StudyDescription, dataset.SeriesNumber, dataset.InstanceNumber = "CT", description, 1, 1
    for keyword, value in (_identifiers() | same).items():
        setattr(dataset, keyword, value)
    dataset.file_meta = _meta(dataset)
    return dataset


def twins(example: Dataset, number: int) -> Iterator[Object]:
    """So many objects like an invented one, each of another patient. It is written once: identifiers are as long as others."""
    file = BytesIO()
    dcmwrite(file, example, enforce_file_format=True)
    for _ in range(number):
        content, identifiers = file.getvalue(), _identifiers()
        for keyword, value in identifiers.items():
            content = content.replace(str(example[keyword].value).encode(), value.encode())
        yield str(example.SOPClassUID), identifiers["SOPInstanceUID"], str(example.file_meta.TransferSyntaxUID), content


def _identifiers() -> dict[str, str]:
    """What tells an invented patient and her one image from all others; always of the same lengths."""
    number = uuid.uuid4()
    first = 10**38 + number.int % 10**38
    uids = {keyword: f"2.25.{first + part}" for part, keyword in enumerate(_UIDS)}
    return {"PatientID": f"{PROBE_ID}{number.hex[:10].upper()}", **uids}


def _meta(dataset: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return meta

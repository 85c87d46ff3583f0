"""One file from end to end: read within bounds, cleaned element by element, its pixels checked, and looked at once more."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from lab.deid.cleaning import ElementCleaner, must
from lab.deid.documents import placeholder
from lab.deid.elements import PIXEL_DATA, Buffer, DicomFile, Element, read_file
from lab.deid.identities import Identities, patient_key
from lab.deid.marking import file_head, marked
from lab.deid.overlays import clean_overlays
from lab.deid.people import People
from lab.deid.pixels import PixelCleaner, Seen
from lab.deid.problems import Reason, Unclean
from lab.deid.profile import Option, Profile
from lab.deid.secret import Secret
from lab.deid.subject import Subject, Tally
from lab.deid.text import Cleaner, folded
from lab.deid.writing import write_elements

SOP_CLASS, SOP_INSTANCE, STUDY, SERIES = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
_DOCUMENT, _DOCUMENT_LENGTH, _MIME = 0x00420011, 0x00420015, 0x00420012
_DIRECTORY = "1.2.840.10008.1.3.10"
_BULKY = frozenset((PIXEL_DATA, 0x7FE00008, 0x7FE00009, 0x54001010))


@dataclass
class Cleaned:
    """A file that may leave: where it belongs below the target, and its bytes in pieces."""

    name: str
    pieces: list[Buffer]
    seen: Seen
    tally: Tally = field(default_factory=Tally)


class FileCleaner:
    """Cleans files of one set with one profile and one key; without `decodes` it raises Undecoded where it would have to."""

    def __init__(self, profile: Profile, secret: Secret, identities: Identities, decodes: bool = True) -> None:
        self._profile, self._secret, self._identities = profile, secret, identities
        self._elements = ElementCleaner(profile, secret)
        self._pixels = PixelCleaner(profile.has(Option.CLEAN_PIXELS), decodes)
        self._overlays_are_read = profile.has(Option.CLEAN_GRAPHICS) and profile.has(Option.CLEAN_PIXELS)
        self._everybody = People(map(folded, identities.names))
        self._subjects: dict[str, Subject] = {}

    def clean(self, path: Path) -> Cleaned:
        """Clean a file. Raises Unclean with the reason when it has to stay in the house. Read-only."""
        return self.clean_read(read_file(path))

    def clean_read(self, file: DicomFile) -> Cleaned:
        """Clean a file that was read."""
        if must(file.dataset, SOP_CLASS) == _DIRECTORY:
            raise Unclean(Reason.DIRECTORY)
        instance = must(file.dataset, SOP_INSTANCE)
        key = patient_key(file)
        if not key:
            raise Unclean(Reason.NO_IDENTITY)
        subject, tally = self._subject(key), Tally()
        _check_document(file.dataset)
        dataset = self._elements.clean(file.dataset, subject, tally)
        dataset = clean_overlays(dataset, self._overlays_are_read, tally)
        dataset, syntax, seen = self._pixels.clean(dataset, file)
        for element in dataset:
            if element.tag == _DOCUMENT_LENGTH:
                element.value = len(placeholder()).to_bytes(4, "big" if file.form.big else "little")
        dataset = marked(dataset, self._profile, seen.clean, seen.looked)
        pieces = write_elements(dataset, file.form)
        self._look_again(dataset, file, subject)
        uid = must(dataset, SOP_INSTANCE)
        head = file_head(must(dataset, SOP_CLASS), uid, syntax)
        return Cleaned(self._name(key, dataset, instance), [head, *pieces], seen, tally)

    def texts(self, path: Path) -> str:
        """The digest of a file's texts as they would be cleaned. Raises Unclean where cleaning would. Read-only."""
        file = read_file(path)
        subject, tally = self._subject(patient_key(file)), Tally()
        self._look_again(self._elements.clean(file.dataset, subject, tally), file, subject)
        return tally.texts

    def _subject(self, key: str) -> Subject:
        found = self._subjects.get(key)
        if found is None:
            if len(self._subjects) > 64:
                self._subjects.clear()
            cleaner = Cleaner(self._identities.of(key), self._identities.shared, self._everybody)
            found = Subject(key, cleaner, self._secret.pseudonym(key), self._secret.days(key))
            self._subjects[key] = found
        return found

    def _look_again(self, dataset: list[Element], file: DicomFile, subject: Subject) -> None:
        """Search what would be written for what is known of the patient, whatever rule let it pass."""
        small = [element for element in dataset if element.tag not in _BULKY]
        if subject.cleaner.survivor(b"".join(write_elements(small, file.form))):
            raise Unclean(Reason.SURVIVED)

    def _name(self, patient: str, dataset: list[Element], instance: str) -> str:
        """A name that says nothing: patient, study, series and object under the key."""
        token = self._secret.token
        study, series = (_optional(dataset, tag) for tag in (STUDY, SERIES))
        parts = (token("patient", patient, 10), token("study", study, 8), token("series", series, 8))
        return f"{'/'.join(parts)}/{token('object', instance, 16)}.dcm"


def _optional(dataset: list[Element], tag: int) -> str:
    try:
        return must(dataset, tag)
    except Unclean:
        return ""


def _check_document(dataset: list[Element]) -> None:
    if any(element.tag == _DOCUMENT for element in dataset):
        mime = _optional(dataset, _MIME).lower()
        if mime not in ("application/pdf", ""):
            raise Unclean(Reason.DOCUMENT)

"""What a copy that left the hospital still says about its patients: scored against the answer key, not believed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO

from pydicom import dcmread

from lab.clients.export import Exported, Original, Tags, has_text
from lab.i18n import Text, tn
from lab.model import Attribute, Evidence, NotChecked, Safe, Verdict, Vulnerable
from lab.probing.answer_key import survival
from lab.probing.survivors import exposure_of, known_people, survivors, survivors_in_elements
from synthetic_data import Kind, LedgerEntry

_STEPS = 12
_ATTRIBUTES = {
    Kind.BIRTH_DATE: Attribute.BIRTH_DATE,
    Kind.DATE: Attribute.STUDY_DATE,
    Kind.TIME: Attribute.STUDY_DATE,
    Kind.UID: Attribute.STUDY_DATE,  # a UID leads to the examination in the archive
    Kind.INSTITUTION: Attribute.FACILITY,
    Kind.DEVICE: Attribute.FACILITY,
}


@dataclass
class Judgement:
    """What was found in the files, one after the other."""

    leaks: list[tuple[Tags, set[Attribute]]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    planted: int = 0
    survived: int = 0
    unsure: int = 0

    def verdict(self, clean: Text, named: Text) -> Verdict:
        """``Vulnerable``, in the words of ``named``, when anything survived; ``Safe``, in those of ``clean``, only if all was judged."""
        steps = tuple(self.steps[:_STEPS])
        if self.leaks:
            return Vulnerable(Evidence(named, steps, exposure_of(self.leaks, images=len(self.leaks))))
        if self.unsure:
            return NotChecked(
                tn(
                    "{n} place of the answer key could not be looked at in the copy, so nothing is said about it.",
                    "{n} places of the answer key could not be looked at in the copy, so nothing is said about them.",
                    self.unsure,
                )
            )
        return Safe(Evidence(clean, steps))


def judge(export: Exported) -> Judgement:
    """Score every file against the answer key of its original, and take its inventory for whoever else is named in it."""
    found = Judgement(steps=list(export.steps[:3]))
    known = known_people(original.tags for original in export.originals.values())
    for name, content in export.files.items():
        original = export.originals[name]
        inventoried = survivors_in_elements(content, original.tags, known)
        attributes = set(survivors(content, original.tags)) | inventoried.attributes
        score = survival(original.content, content)
        if score is None:
            attributes |= _same_picture(original, content)
        else:
            attributes |= {_attribute(entry, original.tags) for entry in score.leaked}
            found.planted, found.survived = found.planted + score.planted, found.survived + len(score.leaked)
            found.unsure += score.unsure
            places = Counter(f"{entry.place} {entry.tag}".strip() for entry in score.leaked)
            told = ", ".join(f"{place} {count}" for place, count in places.most_common(4))
            found.steps.append(f"{name}: {len(score.leaked)}/{score.planted} of the answer key survive ({told or '-'})")
        found.steps += [f"{name}: {line}" for line in inventoried.lines]
        if attributes:
            found.leaks.append((original.tags, attributes))
    return found


def _attribute(entry: LedgerEntry, tags: Tags) -> Attribute:
    """What an identifier gives away: whatever names a person and no member of staff gives away the patient's name."""
    if entry.kind in _ATTRIBUTES:
        return _ATTRIBUTES[entry.kind]
    if entry.kind in (Kind.PATIENT_ID, Kind.ACCESSION_NUMBER, Kind.CASE_ID, Kind.NATIONAL_ID):
        return Attribute.PATIENT_ID
    theirs = entry.person.partition("/")[0] == str(tags.get("PatientID", ""))
    return Attribute.NAME if theirs else Attribute.PHYSICIAN


def _same_picture(original: Original, copy: bytes) -> set[Attribute]:
    """The name, where a picture with letters in it went out as it was. Asked of the original: a copy says what its maker likes."""
    if not has_text(original.content):
        return set()
    before, after = (bytes(dcmread(BytesIO(content)).get("PixelData", b"")) for content in (original.content, copy))
    return {Attribute.NAME} if before == after else set()

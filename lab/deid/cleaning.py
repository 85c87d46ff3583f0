"""One file's elements: what the profile says for each, and a rule for what no table lists.

An attribute stays when the profile keeps it, or when the table does not list it and its value representation cannot name
anybody or was cleaned. Private attributes, attributes that the data dictionary does not know, and everything that is not
an element are left out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pydicom._uid_dict import UID_dictionary

from lab.deid import dates
from lab.deid.charset import decoded, encoded, encodings_of
from lab.deid.elements import Element, vr_of
from lab.deid.identities import character_set
from lab.deid.problems import Reason, Unclean
from lab.deid.profile import Option, Profile
from lab.deid.secret import Secret
from lab.deid.text import Cleaner

TEXTS = frozenset(("LO", "LT", "SH", "ST", "UC", "UR", "UT"))
_LENGTHS = {"LO": 64, "SH": 16, "ST": 1024, "LT": 10240}
_DUMMIES = {
    "DA": "19000101",
    "TM": "000000",
    "DT": "19000101000000",
    "IS": "0",
    "DS": "0",
    "AS": "",
    "PN": "REMOVED",
    "CS": "REMOVED",
}
_NUMBERS = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "AT": 4, "SV": 8, "UV": 8}
_BULK = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "UN"))

PATIENT_NAME, PATIENT_ID = 0x00100010, 0x00100020
_PERSONAL_NARRATIVES = frozenset(
    (0x00104000, 0x00380500, 0x00380300, 0x00102000, 0x00400280, 0x00401400, 0x00402400, 0x00321070)
)
"""Remarks about the person, not about the picture: nothing in them is worth the risk, so cleaning means to empty them."""
_TEXT_VALUE, _DOCUMENT = 0x0040A160, 0x00420011
_REQUEST, _NEEDED_IN_REQUEST = 0x0040A370, frozenset((0x00401001,))
"""Referenced Request Sequence needs Requested Procedure ID (type 2, PS3.3 C.17.2): emptied there, not removed."""
_TITLES = frozenset((0x00420010,))
_CHARACTERISTICS = frozenset((0x00101020, 0x00101030))
_DEID_ELEMENTS = frozenset((0x00120062, 0x00120063, 0x00120064, 0x00280303))


@dataclass
class Subject:
    """Whose file it is: the cleaner of this patient's texts and what the key makes of the patient."""

    key: str
    cleaner: Cleaner
    pseudonym: str
    days: int


@dataclass
class Tally:
    """What was done, counted by action and kind of element: no values, so that a report can hold it."""

    done: Counter[str] = field(default_factory=Counter)

    def note(self, action: str) -> None:
        self.done[action] += 1


class ElementCleaner:
    """Applies a profile to datasets."""

    def __init__(self, profile: Profile, secret: Secret) -> None:
        self._profile, self._secret = profile, secret
        self._structured = profile.has(Option.CLEAN_STRUCTURED)

    def clean(self, dataset: list[Element], subject: Subject, tally: Tally) -> list[Element]:
        """The dataset as it may leave the house, without the marks that say so. Raises Unclean."""
        work = _Work(self._profile, self._secret, subject, tally, encodings_of(character_set(dataset)))
        return work.elements(dataset, 0)


@dataclass
class _Work:
    """The cleaning of one dataset."""

    profile: Profile
    secret: Secret
    subject: Subject
    tally: Tally
    encodings: tuple[str, ...]

    def elements(self, elements: list[Element], parent: int) -> list[Element]:
        outer = self.encodings
        own = character_set(elements)
        if own:
            self.encodings = encodings_of(own)
        found = []
        creators = {e.tag: bytes(e.value).decode("latin-1").strip("\0 ") for e in elements if _is_creator(e.tag)}
        for element in elements:
            cleaned = self._element(element, parent, creators)
            if cleaned is not None:
                found.append(cleaned)
        self.encodings = outer
        return [element for element in found if not _is_lonely_creator(element.tag, found)]

    def _element(self, element: Element, parent: int, creators: dict[int, str]) -> Element | None:
        tag = element.tag
        if tag >> 16 & 1:
            return self._private(element, creators)
        if tag & 0xFFFF == 0 or tag in _DEID_ELEMENTS or tag >> 16 < 8:
            return None
        special = self._special(element)
        if special is not None:
            return special
        action = self.profile.action(tag)
        if action is None:
            return self._unlisted(element)
        self.tally.note(action)
        return self._listed(element, action, parent == _REQUEST)

    def _special(self, element: Element) -> Element | None:
        tag = element.tag
        if tag in (PATIENT_NAME, PATIENT_ID):
            self.tally.note("pseudonym")
            return Element(tag, element.vr, self.subject.pseudonym.encode())
        if tag in _PERSONAL_NARRATIVES and len(element.value) and self.profile.action(tag) in ("C", "K"):
            self.tally.note("Z")
            return Element(tag, element.vr, b"")
        if tag in _TITLES and element.items is None:
            return self._dummy(element)
        if tag == _TEXT_VALUE and not self.profile.has(Option.CLEAN_STRUCTURED):
            return self._dummy(element)
        if tag == _DOCUMENT:
            from lab.deid.documents import placeholder

            self.tally.note("document")
            return Element(tag, element.vr, placeholder())
        return None

    def _listed(self, element: Element, action: str, in_request: bool) -> Element | None:
        if action == "X" and not (in_request and element.tag in _NEEDED_IN_REQUEST):
            return None
        if element.items is not None:
            if action == "Z":
                return Element(element.tag, "SQ", items=[])
            return self._sequence(element)
        if action == "K":
            return self._kept(element)
        if action == "U":
            return self._uid(element)
        if action == "C":
            return self._cleaned(element)
        if action in "XZ" or not len(element.value):
            return Element(element.tag, element.vr, b"")
        return self._dummy(element)

    def _unlisted(self, element: Element) -> Element | None:
        """What Table E.1-1 does not name, by its value representation."""
        if element.items is not None:
            return self._sequence(element)
        tag, vr = element.tag, element.vr
        if vr_of(tag) == "UN":
            return None
        if vr == "UI":
            return self._uid(element)
        if vr == "AE":
            return None
        if vr == "PN":
            return Element(tag, vr, b"")
        if vr in ("DA", "DT"):
            return self._cleaned(element) if self._dates_stay else Element(tag, vr, b"")
        if vr in TEXTS:
            return self._cleaned(element)
        if vr in _BULK and not self._is_bulk(element):
            return None
        return element

    def _is_bulk(self, element: Element) -> bool:
        """Whether a binary value is what pictures, waveforms and tables are made of, rather than a hiding place."""
        group = element.tag >> 16
        return group in (0x7FE0, 0x5400, 0x0028, 0x0022, 0x0066, 0x3004, 0x0070) or vr_of(element.tag) not in _BULK

    @property
    def _dates_stay(self) -> bool:
        return self.profile.has(Option.MODIFIED_DATES) or self.profile.has(Option.FULL_DATES)

    def _sequence(self, element: Element) -> Element:
        return Element(element.tag, "SQ", items=[self.elements(item, element.tag) for item in element.items or ()])

    def _kept(self, element: Element) -> Element:
        if element.tag in _CHARACTERISTICS:
            return element
        return self._text(element) if element.vr in TEXTS and not self._is_retained_identity(element.tag) else element

    def _is_retained_identity(self, tag: int) -> bool:
        """Whether an option keeps just this identity: the house's or the device's."""
        return self.profile.has(Option.DEVICE) or self.profile.has(Option.INSTITUTION)

    def _cleaned(self, element: Element) -> Element:
        vr = element.vr
        if vr in ("DA", "DT"):
            if self.profile.has(Option.FULL_DATES):
                return element
            text = decoded(bytes(element.value), self.encodings)
            return Element(element.tag, vr, dates.shifted(text, self.subject.days).encode() if text else b"")
        if vr == "AS":
            return Element(element.tag, vr, dates.capped_age(decoded(bytes(element.value), self.encodings)).encode())
        if vr in TEXTS:
            return self._text(element)
        if vr == "PN":
            return Element(element.tag, vr, b"")
        return element

    def _text(self, element: Element) -> Element:
        raw = bytes(element.value)
        text = decoded(raw, self.encodings)
        cleaned = self.subject.cleaner.clean(text)
        if cleaned == text:
            return element
        self.tally.note("text")
        return Element(element.tag, element.vr, encoded(cleaned[: _LENGTHS.get(element.vr)], self.encodings))

    def _uid(self, element: Element) -> Element | None:
        if element.vr != "UI":
            return None
        values = bytes(element.value).decode("ascii", "replace").rstrip("\0 ").split("\\")
        if self.profile.has(Option.UIDS) and self.profile.action(element.tag) == "K":
            return element
        new = [value if not value or value in UID_dictionary else self.secret.uid(value) for value in values]
        return Element(element.tag, "UI", "\\".join(new).encode())

    def _dummy(self, element: Element) -> Element:
        vr = element.vr
        if vr in _NUMBERS:
            return Element(element.tag, vr, bytes(_NUMBERS[vr]))
        if vr in _BULK:
            return Element(element.tag, vr, b"\0\0")
        if vr == "UI":
            return self._uid(element) or Element(element.tag, vr, b"")
        return Element(element.tag, vr, _DUMMIES.get(vr, "REMOVED").encode())

    def _private(self, element: Element, creators: dict[int, str]) -> Element | None:
        if not self.profile.has(Option.SAFE_PRIVATE) or element.items is not None:
            return None
        group, number = element.tag >> 16, element.tag & 0xFFFF
        if _is_creator(element.tag):
            known = {creator for creator, _, _ in self.profile.safe_private}
            return element if creators[element.tag] in known else None
        creator = creators.get(group << 16 | number >> 8, "")
        if (creator, group, number & 0xFF) not in self.profile.safe_private:
            return None
        self.tally.note("safe-private")
        return self._unlisted_private(element)

    def _unlisted_private(self, element: Element) -> Element | None:
        """Even what is known to be safe is cleaned where it holds words, dates or UIDs."""
        if element.vr in TEXTS or element.vr in ("DA", "DT"):
            return self._cleaned(element)
        if element.vr == "UI":
            return self._uid(element)
        return None if element.vr in ("PN", "AE", "UN", "OB") else element


def _is_creator(tag: int) -> bool:
    return bool(tag >> 16 & 1) and 0x10 <= tag & 0xFFFF <= 0xFF


def _is_lonely_creator(tag: int, elements: list[Element]) -> bool:
    """Whether a private block has been emptied, so that nothing but its name is left."""
    if not _is_creator(tag):
        return False
    first = (tag & 0xFFFF0000) | (tag & 0xFF) << 8
    return not any(first <= element.tag <= first | 0xFF for element in elements)


def must(dataset: list[Element], tag: int) -> str:
    """A UID that no file goes without. Raises Unclean when it is missing."""
    for element in dataset:
        if element.tag == tag and element.items is None and len(element.value):
            return bytes(element.value).decode("ascii", "replace").strip("\0 ")
    raise Unclean(Reason.NO_IDENTITY)

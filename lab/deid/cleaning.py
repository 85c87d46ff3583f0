"""One file's elements: what the profile says for each, and a rule for what no table lists.

An attribute stays when the profile keeps it, or when the table does not list it and its value representation cannot name
anybody or was cleaned. Private attributes, attributes that the data dictionary does not know, and everything that is not
an element are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pydicom._uid_dict import UID_dictionary

from lab.deid import codes, dates
from lab.deid.charset import decoded, encoded, encodings_of
from lab.deid.dictionary import is_creator, is_lonely_creator, private_vr, vr_of
from lab.deid.elements import Element
from lab.deid.identities import character_set
from lab.deid.problems import Reason, Unclean
from lab.deid.profile import Option, Profile
from lab.deid.secret import Secret
from lab.deid.subject import Subject, Tally
from lab.deid.values import BULK, NUMBERS, TEXTS, dummy, empty, is_bulk, is_code, is_overlay, is_sound, settled

_LENGTHS = {"LO": 64, "SH": 16, "ST": 1024, "LT": 10240}

PATIENT_NAME, PATIENT_ID = 0x00100010, 0x00100020
_PERSONAL_NARRATIVES = frozenset(
    (0x00104000, 0x00380500, 0x00380300, 0x00102000, 0x00400280, 0x00401400, 0x00402400, 0x00321070)
)
"""Remarks about the person, not about the picture: nothing in them is worth the risk, so cleaning means to empty them."""
_TEXT_VALUE, _DOCUMENT = 0x0040A160, 0x00420011
_DRAWINGS, _DRAWN_TEXT = 0x00700001, 0x00700006
"""Graphic annotations: a hand may have written in them, so they go where graphics are not to be cleaned."""
_REQUEST, _NEEDED_IN_REQUEST = 0x0040A370, frozenset((0x00401001,))
"""Referenced Request Sequence needs Requested Procedure ID (type 2, PS3.3 C.17.2): emptied there, not removed."""
_STUDIES = 0x00081110
"""Referenced Study Sequence has items or is not there (type 3), but for a request, where it may be empty (type 2)."""
_HOUSE = 0x00080082
"""Institution Code Sequence: no dummy can be made of a code, and to empty it is not valid."""
_TITLES = frozenset((0x00420010,))
_CLASSES = frozenset((0x00080016, 0x0008001A, 0x0008001B, 0x00080062, 0x00081150, 0x0008115A))
"""What kind of object it is: no identity, even where a manufacturer has made the kind."""
_UIDS = re.compile(rb"[0-9.\\]*[\0 ]*")
_KIND = re.compile(r"[0-9.]{5,64}")
_DEID_ELEMENTS = frozenset((0x00120062, 0x00120063, 0x00120064, 0x00280303))


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
    coded: bool = False
    """Whether this is an item with a public scheme's code."""

    def elements(self, elements: list[Element], parent: int) -> list[Element]:
        outer = self.encodings, self.coded
        self.coded = parent != 0 and codes.is_public(elements)
        own = character_set(elements)
        if own:
            self.encodings = encodings_of(own)
        found = []
        creators = {e.tag: bytes(e.value).decode("latin-1").strip("\0 ") for e in elements if is_creator(e.tag)}
        for element in elements:
            cleaned = self._element(element, parent, creators)
            if cleaned is not None:
                found.append(cleaned)
        self.encodings, self.coded = outer
        return [element for element in found if not is_lonely_creator(element.tag, (other.tag for other in found))]

    def _element(self, element: Element, parent: int, creators: dict[int, str]) -> Element | None:
        tag = element.tag
        if tag >> 16 & 1:
            return self._private(element, creators)
        if tag & 0xFFFF == 0 or tag in _DEID_ELEMENTS or tag >> 16 < 8:
            return None
        element = settled(element)
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
            return Element(tag, vr_of(tag), self.subject.pseudonym.encode())
        if tag in _PERSONAL_NARRATIVES and len(element.value) and self.profile.action(tag) in ("C", "K"):
            self.tally.note("Z")
            return empty(element)
        if self.coded and (tag in codes.PARTS or tag == codes.MEANING):
            return self._text(element, self._without_people if tag == codes.MEANING else self._without_patient)
        if tag in _TITLES and element.items is None:
            return dummy(element)
        if tag == _DRAWN_TEXT and self.profile.has(Option.CLEAN_GRAPHICS):
            return self._text(element)
        if tag == _TEXT_VALUE and not self.profile.has(Option.CLEAN_STRUCTURED):
            return dummy(Element(tag, "UT"))
        if tag == _DOCUMENT:
            from lab.deid.documents import placeholder

            self.tally.note("document")
            return Element(tag, "OB", placeholder())
        return None

    def _listed(self, element: Element, action: str, in_request: bool) -> Element | None:
        if action == "X" and not (in_request and element.tag in _NEEDED_IN_REQUEST):
            return None
        if element.items is not None:
            if element.tag == _DRAWINGS and action != "C":
                return None
            if (element.tag == _HOUSE and action != "K") or (
                element.tag == _STUDIES and action == "Z" and not in_request
            ):
                return None
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
            return empty(element)
        return self._dummy(element)

    def _unlisted(self, element: Element) -> Element | None:
        """What Table E.1-1 does not name, by its value representation."""
        if element.items is not None:
            return self._sequence(element)
        tag, vr = element.tag, element.vr
        if vr_of(tag) == "UN" or vr == "AE":
            return None
        if vr == "UI":
            return self._uid(element)
        if vr in ("DA", "DT"):
            return self._cleaned(element) if self._dates_stay else empty(element)
        if vr in BULK:
            return element if is_bulk(tag) else None
        return self._cleaned(element)

    @property
    def _dates_stay(self) -> bool:
        return self.profile.has(Option.MODIFIED_DATES) or self.profile.has(Option.FULL_DATES)

    def _sequence(self, element: Element) -> Element:
        return Element(element.tag, "SQ", items=[self.elements(item, element.tag) for item in element.items or ()])

    def _kept(self, element: Element) -> Element:
        """What an option keeps, if it is what it should be; names of the patient do not belong in it, whatever it is."""
        vr = element.vr
        if vr == "UI":
            return element if _UIDS.fullmatch(bytes(element.value)) else self._uid(element) or empty(element)
        if vr in ("DA", "DT"):
            return element if is_sound(element) else empty(element)
        if vr in TEXTS and self.profile.keeps_identity(element.tag):
            return self._text(element, self._without_patient)
        return self._cleaned(element)

    def _cleaned(self, element: Element) -> Element:
        """The element without what identifies; without a value where nobody can tell what the value says."""
        vr = element.vr
        if vr in TEXTS:
            return self._text(element)
        if vr in ("DA", "DT"):
            return self._date(element)
        if vr == "AS":
            return Element(element.tag, vr, dates.capped_age(decoded(bytes(element.value), self.encodings)).encode())
        if vr == "CS" and not is_code(bytes(element.value)):
            return self._text(element, or_nothing=True)
        if vr == "CS" and b" " in bytes(element.value).strip(b"\0 "):
            return self._text(element, self._without_patient, or_nothing=True)
        if vr == "AE":
            return self._text(element, self._without_patient, or_nothing=True)
        if vr in ("CS", "DS", "IS", "TM") or vr in NUMBERS:
            return element if is_sound(element) else empty(element)
        return element if is_overlay(element) else empty(element)

    def _date(self, element: Element) -> Element:
        if self.profile.has(Option.FULL_DATES):
            return element if is_sound(element) else empty(element)
        text = decoded(bytes(element.value), self.encodings)
        return Element(element.tag, element.vr, dates.shifted(text, self.subject.days).encode() if text else b"")

    def _without_patient(self, text: str) -> str:
        return self.subject.cleaner.without_patient(text)

    def _without_people(self, text: str) -> str:
        return self.subject.cleaner.without_people(text)

    def _text(self, element: Element, by: Callable[[str], str] | None = None, *, or_nothing: bool = False) -> Element:
        """A text without what identifies; `or_nothing` where asterisks are no value."""
        text = decoded(bytes(element.value), self.encodings)
        cleaned = (by or self.subject.cleaner.clean)(text)
        self.tally.note_text(cleaned)
        if cleaned == text:
            return element
        self.tally.note("text")
        if or_nothing:
            return empty(element)
        return Element(element.tag, element.vr, encoded(cleaned[: _LENGTHS.get(element.vr)], self.encodings))

    def _uid(self, element: Element) -> Element | None:
        if element.vr != "UI":
            return None
        values = bytes(element.value).decode("ascii", "replace").rstrip("\0 ").split("\\")
        if element.tag in _CLASSES and all(map(_KIND.fullmatch, values)):
            return element
        new = [value if not value or value in UID_dictionary else self.secret.uid(value) for value in values]
        return Element(element.tag, "UI", "\\".join(new).encode())

    def _dummy(self, element: Element) -> Element:
        return (self._uid(element) if element.vr == "UI" else None) or dummy(element)

    def _private(self, element: Element, creators: dict[int, str]) -> Element | None:
        if not self.profile.has(Option.SAFE_PRIVATE) or element.items is not None:
            return None
        group, number = element.tag >> 16, element.tag & 0xFFFF
        if is_creator(element.tag):
            known = {creator for creator, _, _ in self.profile.safe_private}
            return Element(element.tag, "LO", element.value) if creators[element.tag] in known else None
        creator = creators.get(group << 16 | number >> 8, "")
        if (creator, group, number & 0xFF) not in self.profile.safe_private:
            return None
        if element.vr == "UN":
            element = Element(element.tag, private_vr(element.tag, creator), element.value)
        self.tally.note("safe-private")
        return self._safe_private(element)

    def _safe_private(self, element: Element) -> Element | None:
        """Even what is known to be safe is cleaned where it holds words, dates or UIDs."""
        if element.vr == "UI":
            return self._uid(element)
        if element.vr in ("DA", "DT") and not self._dates_stay:
            return empty(element)
        return None if element.vr in ("PN", "AE", "SQ") or element.vr in BULK else self._cleaned(element)


def must(dataset: list[Element], tag: int) -> str:
    """A UID that no file goes without. Raises Unclean when it is missing."""
    for element in dataset:
        if element.tag == tag and element.items is None and len(element.value):
            return bytes(element.value).decode("ascii", "replace").strip("\0 ")
    raise Unclean(Reason.NO_IDENTITY)

"""The one question that every system is asked, and what is read out of its answers."""

from __future__ import annotations

from collections.abc import Mapping

from lab.survey.query import TOTALS as TOTALS_NAME
from lab.survey.wire import dimse, pdu
from lab.survey.wire.elements import ATTRIBUTES, EXPLICIT, IMPLICIT, TOTALS, TOTALS_CREATOR, text, write_elements
from synthetic_data.seeding import Role

CALLED, CALLING = "ANY-SCP", "PACSLAB"
IMPLEMENTATION = ("2.25.259789296869128841731981828938614204239", "PACSLAB_SURVEY")
ECHO, FIND, GET, NONSENSE = 1, 3, 5, 7  # presentation context ids
NOTHING = Role("survey", "no SOP class").uid().encode("ascii")
"""A SOP class that does not exist: an archive rejects it, a trap that accepts everything gives itself away."""
LEAKED = (
    "StudyDate",
    "ReferringPhysicianName",
    "InstitutionName",
    "StudyDescription",
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "NumberOfStudyRelatedInstances",
)
"""What the survey of 2019 saw of each record."""
ECHO_MESSAGE, FIND_MESSAGE = 1, 2

ASSOCIATE = pdu.associate_request(
    CALLED,
    CALLING,
    [
        (ECHO, dimse.VERIFICATION, [IMPLICIT]),
        (FIND, dimse.STUDY_FIND, [EXPLICIT, IMPLICIT]),
        (GET, dimse.STUDY_GET, [IMPLICIT]),
        (NONSENSE, NOTHING, [IMPLICIT]),
    ],
    IMPLEMENTATION,
)
ECHO_REQUEST = dimse.echo_request(ECHO, ECHO_MESSAGE)
CANCEL = dimse.cancel_request(FIND, FIND_MESSAGE)


def _identifier(explicit: bool) -> bytes:
    elements = [(*ATTRIBUTES[name], b"") for name in LEAKED]
    elements.append((*ATTRIBUTES["QueryRetrieveLevel"], b"STUDY"))
    elements.append((TOTALS_CREATOR, "LO", TOTALS_NAME.encode("ascii")))
    elements += [(tag, "LO", b"") for tag in TOTALS.values()]
    return write_elements(sorted(elements), explicit)


FIND_REQUESTS = {
    transfer: dimse.find_request(FIND, FIND_MESSAGE, dimse.STUDY_FIND, _identifier(transfer == EXPLICIT), pdu.MAX_PDU)
    for transfer in (EXPLICIT, IMPLICIT)
}
_TAG_NAMES = {ATTRIBUTES[name][0]: name for name in LEAKED}
_MOST = 10**12


def leaked(elements: Mapping[int, bytes]) -> tuple[str, ...]:
    """The names of the attributes that an answer fills; their values are not kept."""
    return tuple(name for tag, name in _TAG_NAMES.items() if elements.get(tag, b"").strip(b" \0"))


def totals(elements: Mapping[int, bytes]) -> dict[str, int]:
    """The totals of an archive that gives them; a value that is no count is left out."""
    found = {}
    for name, tag in TOTALS.items():
        value = text(elements.get(tag, b""))[:20]
        if value.isascii() and value.isdigit() and int(value) < _MOST:
            found[name] = int(value)
    return found


def study_date(elements: Mapping[int, bytes]) -> str:
    """The study date of an answer, for comparing answers with each other."""
    return text(elements.get(ATTRIBUTES["StudyDate"][0], b""))[:8]

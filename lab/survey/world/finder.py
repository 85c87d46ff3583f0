"""From a C-FIND request to the bytes of its answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lab.survey.archive import Archive
from lab.survey.query import LEVELS, TOTALS, Keys, Level, answer
from lab.survey.system import System
from lab.survey.wire import dimse
from lab.survey.wire.elements import (
    ATTRIBUTES,
    EXPLICIT,
    KEYWORDS,
    TOTALS_CREATOR,
    read_elements,
    text,
    write_elements,
)
from lab.survey.wire.elements import (
    TOTALS as TOTAL_TAGS,
)
from lab.survey.wire.pdu import Malformed


class Mismatch(Exception):
    """The identifier does not match the SOP class: status 0xA900."""


def answers(
    archive: Archive, context: int, transfer: bytes, request: Mapping[int, object], identifier: bytes, max_pdu: int
) -> Iterator[bytes | None]:
    """The pending responses of a C-FIND, ready to send; None now and then. Raises Malformed and Mismatch before the first."""
    explicit = transfer == EXPLICIT
    asked = read_elements(identifier, explicit)
    keys = {KEYWORDS[tag]: text(value) for tag, value in asked.items() if tag in KEYWORDS}
    level = _level(keys, request)
    fixed = _fixed(asked, archive.system)
    matches = answer(archive, level, {name: value for name, value in keys.items() if name not in _NOT_KEYS})
    return _responses(matches, keys, fixed, (context, request, level, explicit, max_pdu))


_NOT_KEYS = ("SpecificCharacterSet", "QueryRetrieveLevel", "RetrieveAETitle")


def _level(keys: Keys, request: Mapping[int, object]) -> Level:
    level = keys.get("QueryRetrieveLevel", "")
    if level not in LEVELS or (level == "PATIENT" and request.get(dimse.AFFECTED_CLASS) == dimse.STUDY_FIND):
        raise Mismatch(level)
    return level


def _fixed(asked: Mapping[int, bytes], system: System) -> list[tuple[int, str, bytes]]:
    """The elements that are the same in every answer."""
    fixed = [(ATTRIBUTES["SpecificCharacterSet"][0], "CS", b"ISO_IR 192")]
    fixed.append((ATTRIBUTES["RetrieveAETitle"][0], "AE", system.ae_title.encode("ascii")))
    if any(tag in asked for tag in TOTAL_TAGS.values()):
        fixed.append((TOTALS_CREATOR, "LO", TOTALS.encode("ascii")))
        held = system.holdings
        fixed += [
            (tag, "LO", str(getattr(held, name)).encode("ascii")) for name, tag in TOTAL_TAGS.items() if tag in asked
        ]
    return fixed


def _responses(
    matches: Iterator[dict[str, str] | None],
    keys: Keys,
    fixed: list[tuple[int, str, bytes]],
    how: tuple[int, Mapping[int, object], Level, bool, int],
) -> Iterator[bytes | None]:
    context, request, level, explicit, max_pdu = how
    # What was asked for, with the mark that says that nobody is meant.
    wanted = sorted((*ATTRIBUTES[name], name) for name in {*keys, "IssuerOfPatientID"} if name not in _NOT_KEYS)
    fixed.append((ATTRIBUTES["QueryRetrieveLevel"][0], "CS", level.encode("ascii")))
    for match in matches:
        if match is None:
            yield None
            continue
        elements = [(tag, vr, match.get(name, "").encode("utf-8")) for tag, vr, name in wanted]
        identifier = write_elements(sorted(fixed + elements), explicit)
        yield dimse.response(context, request, dimse.PENDING, identifier, max_pdu)


__all__ = ["Malformed", "Mismatch", "answers"]

"""What a system accepts: titles, presentation contexts, queries (PS3.8 9.3.4, PS3.7 D.3). Pure decisions, no sockets."""

from __future__ import annotations

from collections.abc import Sequence

from lab.survey import products
from lab.survey.system import Behaviour, System
from lab.survey.wire import dimse, pdu
from lab.survey.wire.elements import EXPLICIT, IMPLICIT

FINDS = frozenset((dimse.PATIENT_FIND, dimse.STUDY_FIND))
RETRIEVES = frozenset((dimse.PATIENT_GET, dimse.STUDY_GET, dimse.PATIENT_MOVE, dimse.STUDY_MOVE))
CALLED_UNKNOWN, CALLING_UNKNOWN = 7, 3
HONEYPOT_UID = "1.2.826.0.1.3680043.9.7133.1.1"


def rejection(system: System, request: pdu.Associate) -> bytes | None:
    """The A-ASSOCIATE-RJ for these titles, or None when they are welcome."""
    if system.behaviour is Behaviour.CALLED_TITLE and request.called != system.ae_title:
        return pdu.associate_reject(1, 1, CALLED_UNKNOWN)
    if system.behaviour is Behaviour.CALLING_TITLE and request.calling != f"WS_{system.ae_title[:10]}":
        return pdu.associate_reject(1, 1, CALLING_UNKNOWN)
    return None


def negotiate(system: System, proposed: Sequence[pdu.Proposed]) -> list[tuple[int, int, bytes]]:
    """The result of each proposed presentation context, with the transfer syntax that was chosen."""
    results = []
    for context in proposed:
        chosen = next((uid for uid in context.transfers if uid in (EXPLICIT, IMPLICIT)), None)
        if not offers(system, context.abstract):
            results.append((context.id, pdu.ABSTRACT_SYNTAX_UNKNOWN, IMPLICIT))
        elif chosen is None:
            results.append((context.id, pdu.TRANSFER_SYNTAX_UNKNOWN, IMPLICIT))
        else:
            results.append((context.id, pdu.ACCEPTED, chosen))
    return results


def offers(system: System, abstract: bytes) -> bool:
    """Whether a system accepts contexts of this abstract syntax. Two thirds of the honeypots accept whatever is asked for."""
    if abstract == dimse.VERIFICATION:
        return True
    if system.behaviour is Behaviour.HONEYPOT and system.index % 3:
        return True
    if abstract in FINDS:
        return system.behaviour is not Behaviour.ECHO_ONLY or system.index % 2 == 0
    return abstract in RETRIEVES and system.holdings.downloadable > 0


def may_find(system: System) -> bool:
    """Whether a query is answered, once its context was accepted."""
    return system.behaviour is not Behaviour.ECHO_ONLY


def implementation(system: System) -> tuple[str, str]:
    """Implementation class UID and version name, as every association shows them."""
    if system.behaviour is Behaviour.HONEYPOT:
        return HONEYPOT_UID, system.implementation
    return products.product(system.product).class_uid, system.implementation

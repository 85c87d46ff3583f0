"""A stored image can be replaced by another.

Who sends an object with a number that the archive has already puts it in the place of the true one. The doctor sees a
picture, and nothing says that it is not the one that was taken.
"""

from __future__ import annotations

from lab.clients import dimse
from lab.clients.dimse import Peer
from lab.clients.live import LiveSite
from lab.i18n import t
from lab.model import Severity, Verdict
from lab.probing.dimse import Came
from lab.probing.own import OwnHand, invented, outsiders_then_ct
from lab.proposals import BOOK_SECURITY, NOBODY_STORES, ONLY_STORE_CLOSED, RENAME
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="store-overwrite",
    title=t("An image may be replaced by another of the same number"),
    group=Group.DIMSE,
    severity=Severity.HIGH,
    minutes=25,
    roles=(t("PACS administrator"), t("head of radiology"), t("modality engineer")),
    story=t(
        "An ultrasound machine sent each image twice, the second time with the measurements. So that the second one counts, images may be "
        "overwritten; so that the machine gets in at all, anybody may store, without TLS."
    ),
    misconfiguration={"orthanc": {"OverwriteInstances": True, "DicomAlwaysAllowStore": True, "DicomTlsEnabled": False}},
    also=("dicom-no-tls", "dimse-store-open"),
    hints=(
        t("Store an object, then another one with the same SOP Instance UID. Which of the two does the doctor get?"),
        t(
            "Shutting strangers out is another repair. Here it is about what even a declared machine should not be able to do."
        ),
        t('Write {{"orthanc": {{"OverwriteInstances": false}}}}.'),
    ),
    fixes=(
        ONLY_STORE_CLOSED,
        RENAME,
        Fix(
            "keep-first",
            t("Never replace what is stored"),
            {"orthanc": {"OverwriteInstances": False}},
            Outcome.REPAIRED,
            t(
                "The first object stays, whoever sends a second one. A corrected image gets a number of its own, as DICOM wants it."
            ),
        ),
        NOBODY_STORES,
    ),
    traces=(
        Trace(
            Log.ORTHANC,
            "default",
            None,
            t("At its default level nothing is written, neither of the image that came nor of the one that went."),
        ),
        Trace(
            Log.ORTHANC,
            "verbose",
            r"Overwriting instance",
            t("With --verbose the replacement is there, with Orthanc's own identifier of the image."),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{visitor} .*:4242 ",
            t("The gateway's stream log has the address and the bytes: an image like any other."),
        ),
    ),
    references=(
        Reference("ATT&CK T1565.001: Stored Data Manipulation", "https://attack.mitre.org/techniques/T1565/001/"),
        Reference(
            "CWE-345: Insufficient Verification of Data Authenticity", "https://cwe.mitre.org/data/definitions/345.html"
        ),
        Reference("Eichelberg, Kleber, Kämmerer 2020: Cybersecurity Challenges for PACS and Medical Imaging"),
        BOOK_SECURITY,
    ),
    alone=True,
)

TRUE, FALSE = "Thorax : sans anomalie", "Thorax : fracture"


def probe(site: LiveSite) -> Verdict:
    """Store an invented image and then another one of the same number, and look which of them the archive gives out.

    As a client that nobody declared; where that one may not store, as the CT, in whose place a fault or an intruder may sit.
    """
    return outsiders_then_ct(site, "C-STORE", _replace, t("An image that is stored stays as it is."))


def _replace(hand: OwnHand, peer: Peer) -> Came:
    first = invented(TRUE)
    identity = {
        name: str(first[name].value)
        for name in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    }
    try:
        statuses = dimse.store(peer, [first])
        if (
            hand.find(identity["SOPInstanceUID"]) is None
        ):  # an archive that stores nothing may let one wait for its answer
            return Came(f"0x{statuses[0]:04X}: not stored")
        statuses += dimse.store(peer, [invented(FALSE, **identity)])
        kept = hand.instance(identity["SOPInstanceUID"])
    finally:
        hand.remove([identity["PatientID"]])
    note = ", ".join(f"0x{status:04X}" for status in statuses)
    if kept is None:
        return Came(f"{note}: not stored")
    if kept.StudyDescription == TRUE:
        return Came(f"{note}: the first image stays")
    summary = t(
        "{title} in zone {zone} replaces a stored image by another of the same number, and nothing says so.",
        title=peer.calling,
        zone=peer.station.zone.label,
    )
    return Came(f"{note}: the second image has taken the place of the first", summary)

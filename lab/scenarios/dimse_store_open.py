"""Anyone may put images into a patient's record.

The archive stores what it is given, from whoever gives it, into whichever record it says.
"""

from __future__ import annotations

from functools import partial

from lab.clients import dimse
from lab.clients.dimse import Peer
from lab.clients.live import LiveSite
from lab.i18n import t
from lab.model import Severity, Verdict
from lab.probing.dimse import Attempt, Came
from lab.probing.own import CannotLook, OwnHand, invented, own_hand
from lab.proposals import BOOK_SECURITY, NOBODY_STORES, RENAME
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="dimse-store-open",
    title=t("Any DICOM client may store images"),
    group=Group.DIMSE,
    severity=Severity.HIGH,
    minutes=25,
    roles=(t("PACS administrator"), t("modality engineer"), t("head of radiology")),
    story=t(
        "On the day the new CT was installed its technician had no list of AE titles at hand. Storing was left open to everybody, which "
        "is what Orthanc comes with, and TLS was off because the technician's laptop knew none."
    ),
    misconfiguration={"orthanc": {"DicomAlwaysAllowStore": True, "DicomTlsEnabled": False}},
    also=("dicom-no-tls",),
    hints=(
        t("Send an invented study as a machine that nobody has declared, then look for it as the hospital does."),
        t(
            "The CT has the right to store of its own. And a filter can look at each object's sender before it is stored."
        ),
        t('Write {{"orthanc": {{"DicomAlwaysAllowStore": false}}, "filters": {{"known_senders": true}}}}.'),
    ),
    fixes=(
        RENAME,
        Fix(
            "checksums",
            t("Keep a checksum of each image"),
            {"orthanc": {"StoreMD5ForAttachments": True}},
            Outcome.STILL_OPEN,
            t("A checksum proves that the file is still the one that came. It does not say that it should have come."),
        ),
        Fix(
            "declared-only",
            t("Take images from declared machines only, and drop what others manage to send"),
            {"orthanc": {"DicomAlwaysAllowStore": False}, "filters": {"known_senders": True}},
            Outcome.REPAIRED,
            t(
                "Unknown machines get no association, and the filter is a second bolt. The CT, which may store, notices nothing."
            ),
        ),
        NOBODY_STORES,
    ),
    traces=(
        Trace(
            Log.ORTHANC,
            "default",
            None,
            t("At its default level Orthanc writes nothing about objects that are stored."),
        ),
        Trace(
            Log.ORTHANC,
            "verbose",
            r"Incoming Store request from AET INTRUDER",
            t(
                "With --verbose each object is there with title and address. The object keeps both as metadata, too (RemoteAET, RemoteIP)."
            ),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{visitor} .*:4242 ",
            t("The gateway's stream log has the address and the bytes that came in."),
        ),
    ),
    references=(
        Reference(
            "CWE-306: Missing Authentication for Critical Function", "https://cwe.mitre.org/data/definitions/306.html"
        ),
        Reference("ATT&CK T1565.001: Stored Data Manipulation", "https://attack.mitre.org/techniques/T1565/001/"),
        BOOK_SECURITY,
    ),
    alone=True,
)


def probe(site: LiveSite) -> Verdict:
    """Store an invented study as a client that nobody declared, look whether it is there, and remove it again."""
    try:
        with own_hand(site) as hand:
            return Attempt(site, "C-STORE").everywhere(
                partial(_store, hand),
                t("What an undeclared client sends is not stored, neither from outside nor from inside."),
            )
    except CannotLook as trouble:
        return trouble.verdict


def _store(hand: OwnHand, peer: Peer) -> Came:
    forged = invented("Scanner thoracique")
    try:
        (status,) = dimse.store(peer, [forged])
        arrived = hand.instance(str(forged.SOPInstanceUID)) is not None
    finally:
        hand.remove([str(forged.PatientID)])
    note = f"status 0x{status:04X}, {'stored' if arrived else 'not stored'}"
    if not arrived:
        return Came(note)
    summary = t(
        "An unknown client in zone {zone} puts an invented study into the archive. It could have borne any patient's name.",
        zone=peer.station.zone.label,
    )
    return Came(note, summary)

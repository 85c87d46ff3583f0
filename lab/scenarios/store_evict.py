"""New images push old ones out.

The archive holds so many patients. For one more it deletes the oldest, without asking and without a word to anyone. Whoever
may store may thereby delete.
"""

from __future__ import annotations

from lab.clients import dimse
from lab.clients.bulk import store_all
from lab.clients.dimse import Peer
from lab.clients.live import LiveSite
from lab.i18n import t
from lab.model import NotChecked, Severity, Verdict
from lab.probing.dimse import Came
from lab.probing.own import OwnHand, invented, outsiders_then_ct, twins
from lab.proposals import BOOK_SECURITY, NOBODY_STORES, ONLY_STORE_CLOSED
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="store-evict",
    title=t("One patient too many, and the oldest is deleted"),
    group=Group.DIMSE,
    severity=Severity.HIGH,
    minutes=25,
    roles=(t("PACS administrator"), t("head of radiology"), t("data protection officer")),
    story=t(
        "The disk had run full on a Sunday. So that this never happens again, the archive was told to hold thirty-six patients at most, "
        "which is plenty here. What it does with the thirty-seventh, nobody had read; and anybody may store, without TLS."
    ),
    misconfiguration={"orthanc": {"MaximumPatientCount": 36, "DicomAlwaysAllowStore": True, "DicomTlsEnabled": False}},
    also=("dicom-no-tls", "dimse-store-open"),
    hints=(
        t("Store one invented patient after the other, and watch what becomes of the oldest."),
        t(
            "A limit on the number of patients or on the space deletes by default. What should a full archive do instead?"
        ),
        t('Write {{"orthanc": {{"MaximumPatientCount": 0}}}}, no limit, and have somebody watch the disk.'),
    ),
    fixes=(
        Fix(
            "higher",
            t("Set the limit a little higher"),
            {"orthanc": {"MaximumPatientCount": 38}},
            Outcome.STILL_OPEN,
            t("Two patients more to send. Whoever floods the archive sends thousands."),
        ),
        ONLY_STORE_CLOSED,
        Fix(
            "no-limit",
            t("Let the archive delete nothing by itself"),
            {"orthanc": {"MaximumPatientCount": 0}},
            Outcome.REPAIRED,
            t(
                "What is stored stays. A full disk is now something that somebody must see coming: watch it, or from Orthanc 1.11.2 on "
                "limit with MaximumStorageMode set to Reject, which refuses what is new instead of deleting what is old."
            ),
        ),
        NOBODY_STORES,
    ),
    traces=(
        Trace(Log.ORTHANC, "default", None, t("At its default level Orthanc does not say that it deletes a patient.")),
        Trace(
            Log.ORTHANC,
            "verbose",
            r"Incoming Store request from AET INTRUDER",
            t("With --verbose the flood is there, object by object, with title and address."),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{visitor} .*:4242 ",
            t("The gateway's stream log has the address and the bytes that came in."),
        ),
    ),
    references=(
        Reference("ATT&CK T1485: Data Destruction", "https://attack.mitre.org/techniques/T1485/"),
        Reference("Orthanc 1.11.2: MaximumStorageMode (release notes)"),
        BOOK_SECURITY,
    ),
    alone=True,
)

FLOODED, MEGABYTES = 60, 5
"""So many patients the archive is filled up to (the lab has thirty), and so much the first and the last of them bring along."""


_FULL = 0xA700  # refused: out of resources (PS3.4, B.2.3)


def probe(site: LiveSite) -> Verdict:
    """Store one invented patient, then flood the archive with others, and look whether the first is still there.

    As a client that nobody declared; where that one may not store, as the CT, in whose place a fault or an intruder may sit.
    The hospital's own patients are protected from deletion meanwhile, and the invented ones removed afterwards.
    """
    safe = t("What is stored stays: up to {n} patients were tried, and {size} MB for one.", n=FLOODED, size=MEGABYTES)
    return outsiders_then_ct(site, "C-STORE", _flood, safe)


def _flood(hand: OwnHand, peer: Peer) -> Came | NotChecked:
    hand.sweep()
    patients = hand.patients()
    victim, last = invented("Radiographie"), invented("Radiographie")
    for large in (victim, last):
        large.PixelData = bytes(MEGABYTES * 1_000_000)
        large["PixelData"].VR = "OW"
    if len(patients) >= FLOODED:
        return NotChecked(
            t("The archive holds more patients than the lab brought; filling it further would take too long.")
        )
    spared = set(patients) - set(hand.protected(patients))
    hand.protect(spared, True)
    try:
        (status,) = dimse.store(peer, [victim])
        if hand.find(str(victim.SOPInstanceUID)) is None:
            if status & 0xFF00 == _FULL:
                return NotChecked(
                    t("The archive is full and takes in nothing, so that nobody sees what it would delete.")
                )
            return Came(f"status 0x{status:04X}: not stored")
        statuses = store_all(peer, twins(invented("Radiographie"), FLOODED - len(patients) - 2))
        statuses += dimse.store(peer, [last])
        gone = hand.find(str(victim.SOPInstanceUID)) is None
    finally:
        hand.sweep()
        hand.protect(spared, False)
    refused = sum(status != 0 for status in statuses)
    note = f"{len(statuses)} patients more, {refused} refused: the first one is {'gone' if gone else 'still there'}"
    if not gone:
        return Came(note)
    summary = t(
        "{title} in zone {zone} stores invented patients until the archive deletes the oldest: here one of the probe's own, "
        "otherwise any.",
        title=peer.calling,
        zone=peer.station.zone.label,
    )
    return Came(note, summary)

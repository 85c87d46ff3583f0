"""The archive answers to any name.

A DICOM client says whom it calls. This archive does not listen: whoever reaches the port need not even guess its title.
"""

from __future__ import annotations

from dataclasses import replace

from lab.clients import dimse
from lab.clients.dimse import Peer
from lab.clients.live import LiveSite
from lab.i18n import t
from lab.model import Severity, Verdict
from lab.probing.dimse import Attempt, Came
from lab.proposals import BOOK_SECURITY, NO_DICOM, RENAME
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="dimse-any-called-aet",
    title=t("The archive answers to any AE title"),
    group=Group.DIMSE,
    severity=Severity.LOW,
    minutes=15,
    roles=(t("PACS administrator"), t("modality engineer")),
    story=t(
        "After a merger three departments called the archive by three titles. The check of the called title was switched off for the "
        "time of the move, together with TLS, and a ping was allowed to all. The move was over two years ago."
    ),
    misconfiguration={
        "orthanc": {"DicomCheckCalledAet": False, "DicomAlwaysAllowEcho": True, "DicomTlsEnabled": False}
    },
    also=("dicom-no-tls", "dimse-echo-open"),
    hints=(
        t("Call the archive by a title that you have just made up. Who should answer, and who does?"),
        t("The archive knows its own title. One option makes it refuse those who call another."),
        t('Write {{"orthanc": {{"DicomCheckCalledAet": true}}}}; what else is open is another repair.'),
    ),
    fixes=(
        RENAME,
        Fix(
            "check",
            t("Refuse who calls another title"),
            {"orthanc": {"DicomCheckCalledAet": True}},
            Outcome.REPAIRED,
            t(
                "Who does not know the title is turned away. That is a threshold, not a wall: titles can be tried out, as nmap's "
                "dicom-brute does, and who may do what is decided elsewhere."
            ),
        ),
        NO_DICOM,
    ),
    traces=(
        Trace(
            Log.ORTHANC, "default", None, t("At its default level Orthanc writes nothing about an echo that succeeds.")
        ),
        Trace(
            Log.ORTHANC,
            "verbose",
            r"Incoming Echo request from AET INTRUDER .*calling AET NOSUCHARCHIVE",
            t("With --verbose the title that was called is there: one that the archive does not have."),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{visitor} .*:4242 ",
            t("The gateway's stream log has the address and the bytes, not the title that was called."),
        ),
    ),
    references=(
        Reference("DICOM PS3.8, 9.3.4: A-ASSOCIATE-RJ, called AE title not recognized"),
        Reference("nmap: dicom-brute, dicom-ping"),
        BOOK_SECURITY,
    ),
)

MADE_UP = "NOSUCHARCHIVE"


def probe(site: LiveSite) -> Verdict:
    """A C-ECHO to a title that no archive has, from the Internet and from a visitor's laptop in the clinic."""
    return Attempt(site, "C-ECHO").everywhere(_echo, t("Who calls a made-up title gets no answer."))


def _echo(peer: Peer) -> Came:
    status = dimse.echo(replace(peer, called=MADE_UP))
    note = f"called as {MADE_UP}: status 0x{status:04X}"
    if status != 0:
        return Came(note)
    return Came(note, t("In zone {zone} the archive answers to a made-up title.", zone=peer.station.zone.label))

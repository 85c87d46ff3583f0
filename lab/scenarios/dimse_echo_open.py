"""The archive answers a DICOM ping from anyone.

An echo gives nobody a patient. It says that here is a DICOM archive and that the title was right: it is how every search
for exposed archives begins.
"""

from __future__ import annotations

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
    id="dimse-echo-open",
    title=t("Any DICOM client gets an echo"),
    group=Group.DIMSE,
    severity=Severity.LOW,
    minutes=15,
    roles=(t("PACS administrator"), t("network administrator")),
    story=t(
        "The network team wanted to see from anywhere whether the archive is up. A DICOM ping from any machine was to do it, without TLS "
        "and without declaring each machine. Since then everybody who looks for archives finds this one."
    ),
    misconfiguration={"orthanc": {"DicomAlwaysAllowEcho": True, "DicomTlsEnabled": False}},
    also=("dicom-no-tls",),
    hints=(
        t(
            "Send a C-ECHO under a title that nobody has declared. What do you know afterwards that you did not know before?"
        ),
        t("The CT and the workstation have the right to an echo of their own. Who needs it besides?"),
        t('Write {{"orthanc": {{"DicomAlwaysAllowEcho": false}}}}.'),
    ),
    fixes=(
        RENAME,
        Fix(
            "check-title",
            t("Keep checking the called AE title, and check the addresses of known ones"),
            {"orthanc": {"DicomCheckCalledAet": True, "DicomCheckModalityHost": True, "LimitFindResults": 50}},
            Outcome.STILL_OPEN,
            t(
                "These look at whom one calls, and at known titles. Somebody unknown who calls rightly still gets the echo."
            ),
        ),
        Fix(
            "declared-only",
            t("Echo for declared modalities only"),
            {"orthanc": {"DicomAlwaysAllowEcho": False}},
            Outcome.REPAIRED,
            t("Unknown clients get no association at all; each declared modality may still test its connection."),
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
            r"Incoming Echo request from AET INTRUDER",
            t("With --verbose the echo is there, with title and address."),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{visitor} .*:4242 ",
            t("The gateway's stream log has the address and the few bytes of a ping."),
        ),
    ),
    references=(
        Reference("DICOM PS3.4, annex A: verification service class (C-ECHO)"),
        Reference("ATT&CK T1046: Network Service Discovery", "https://attack.mitre.org/techniques/T1046/"),
        BOOK_SECURITY,
    ),
)


def probe(site: LiveSite) -> Verdict:
    """A C-ECHO as a client that nobody declared, from the Internet and from a visitor's laptop in the clinic."""
    return Attempt(site, "C-ECHO").everywhere(
        _echo, t("An undeclared client gets no echo, neither outside nor inside.")
    )


def _echo(peer: Peer) -> Came:
    status = dimse.echo(peer)
    note = f"status 0x{status:04X}"
    if status != 0:
        return Came(note)
    summary = t(
        "An unknown client in zone {zone} learns that a DICOM archive is here and that its title is {title}.",
        zone=peer.station.zone.label,
        title=peer.called,
    )
    return Came(note, summary)

"""The archive has the AE title that it was delivered with.

It is the first title that a scanner tries, and the archive itself says whether it is right.
"""

from __future__ import annotations

from dataclasses import replace

from pynetdicom import build_context
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from lab.clients.dimse import NoAssociation, Peer, associate
from lab.clients.live import LiveSite
from lab.i18n import t
from lab.model import NotChecked, Severity, Verdict
from lab.probing.dimse import Attempt, Came
from lab.proposals import BOOK_SECURITY, NO_DICOM
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="dimse-default-aet",
    title=t("The archive has Orthanc's default AE title"),
    group=Group.DIMSE,
    severity=Severity.LOW,
    minutes=15,
    roles=(t("PACS administrator"), t("modality engineer")),
    story=t(
        "The archive was installed for a trial, with the title that it came with, and without TLS. When the trial became the real thing, "
        "nobody wanted to touch fourteen modalities again."
    ),
    misconfiguration={"orthanc": {"DicomAet": "ORTHANC", "DicomTlsEnabled": False}},
    also=("dicom-no-tls",),
    hints=(
        t("Try a few titles. Does the archive refuse a right one in other words than a wrong one?"),
        t("Products' default titles are in every scanner's list. What would not be?"),
        t('Any title of your own: {{"orthanc": {{"DicomAet": "CHM-IMG-3"}}}}; the modalities learn it with it.'),
    ),
    fixes=(
        Fix(
            "other-default",
            t("Use the default title of another product"),
            {"orthanc": {"DicomAet": "DCM4CHEE"}},
            Outcome.STILL_OPEN,
            t("That one is in the scanners' lists too, a few lines further down."),
        ),
        Fix(
            "obvious",
            t("Call the archive by what it is: PACS"),
            {"orthanc": {"DicomAet": "PACS"}},
            Outcome.STILL_OPEN,
            t("It is what most people would guess, and so do the tools."),
        ),
        Fix(
            "own-title",
            t("Give it a title of the hospital's own"),
            {"orthanc": {"DicomAet": "CHM-IMG-3"}},
            Outcome.REPAIRED,
            t(
                "The lists no longer hold it. It remains a weak protection, for a title is no secret: it costs nothing on a new archive, "
                "and replaces neither declared modalities nor TLS."
            ),
        ),
        NO_DICOM,
    ),
    traces=(
        Trace(
            Log.ORTHANC,
            "default",
            r"Rejected association, because of a bad called AET in the request \(NOSUCHARCHIVE\)",
            t(
                "Each wrong guess leaves a warning at any log level: many of them in a row are somebody who tries titles."
            ),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{visitor} .*:4242 ",
            t("The gateway's stream log has one short connection for each guess."),
        ),
    ),
    references=(
        Reference("CWE-1392: Use of Default Credentials", "https://cwe.mitre.org/data/definitions/1392.html"),
        Reference("DICOM PS3.8, 9.3.4: A-ASSOCIATE-RJ, called AE title not recognized"),
        Reference("nmap: dicom-brute"),
        BOOK_SECURITY,
    ),
)

MADE_UP = "NOSUCHARCHIVE"
# What products and toolkits come with, and what people call an archive.
GUESSES = (
    "ORTHANC",
    "DCM4CHEE",
    "ANY-SCP",
    "PACS",
    "ARCHIVE",
    "DICOM",
    "STORESCP",
    "CONQUESTSRV1",
    "OSIRIX",
    "PACSSERVER",
)


def probe(site: LiveSite) -> Verdict:
    """Try the titles that scanners try first, from the Internet and from a visitor's laptop in the clinic."""
    return Attempt(site, "A-ASSOCIATE").everywhere(_guess, t("None of the titles that are tried first is right."))


def _guess(peer: Peer) -> Came | NotChecked:
    if _is_right(replace(peer, called=MADE_UP)):
        return NotChecked(
            t("The archive answers to any title, so that none is the right one: that is dimse-any-called-aet.")
        )
    for number, title in enumerate(GUESSES, 1):
        if _is_right(replace(peer, called=title)):
            summary = t(
                "An unknown client in zone {zone} guesses the archive's title: {title}, at attempt {number}.",
                zone=peer.station.zone.label,
                title=title,
                number=number,
            )
            return Came(f"called as {title}: right", summary)
    return Came(f"called as {', '.join(GUESSES)}: none is right")


def _is_right(peer: Peer) -> bool:
    """Whether the archive goes by this title: it says so, or it refuses for another reason than the title."""
    try:
        with associate(peer, [build_context(Verification)]):
            return True
    except NoAssociation as refusal:
        if refusal.kind not in ("rejected", "no-context"):
            raise
        return not refusal.detail.startswith("Called AE title")

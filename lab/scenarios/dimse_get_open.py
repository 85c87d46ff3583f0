"""The archive hands its images to anyone who asks.

A C-GET brings the files themselves, over the connection that the stranger opened: no firewall rule for the way back is
needed, and no exploit.
"""

from __future__ import annotations

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
    id="dimse-get-open",
    title=t("Any DICOM client may fetch the images"),
    group=Group.DIMSE,
    severity=Severity.CRITICAL,
    minutes=25,
    roles=(t("PACS administrator"), t("modality engineer"), t("data protection officer")),
    story=t(
        "A research group wanted to collect images with a script of its own. Its computers changed every semester, so querying and "
        "fetching were opened to all of them, which is to say to all; and as the script could do no TLS, that went too."
    ),
    misconfiguration={"orthanc": {"DicomAlwaysAllowGet": True, "DicomAlwaysAllowFind": True, "DicomTlsEnabled": False}},
    also=("dicom-no-tls", "dimse-find-open"),
    hints=(
        t("First ask which studies there are, then fetch one of them, both under a title that nobody has declared."),
        t("Two rights are open to everybody. With a number from a letter, one of them is enough."),
        t('Write {{"orthanc": {{"DicomAlwaysAllowGet": false, "DicomAlwaysAllowFind": false}}}}.'),
    ),
    fixes=(
        ONLY_FIND_CLOSED,
        Fix(
            "limit",
            t("Limit the number of answers"),
            {"orthanc": {"LimitFindResults": 5, "LimitFindInstances": 5}},
            Outcome.STILL_OPEN,
            t("The list is shorter, and each study on it can be fetched in full."),
        ),
        Fix(
            "declared-only",
            t("Only declared modalities may query and fetch"),
            {"orthanc": {"DicomAlwaysAllowGet": False, "DicomAlwaysAllowFind": False}},
            Outcome.REPAIRED,
            t("Unknown clients get no association. The workstation has both rights of its own and goes on reading."),
        ),
        Fix(
            "nobody-fetches",
            t("Take the right to fetch from everybody"),
            {
                "orthanc": {"DicomAlwaysAllowGet": False, "DicomAlwaysAllowFind": False},
                "modalities": {"workstation": {"get": False}},
            },
            Outcome.STOPS_HOSPITAL,
            t(
                "Nobody copies images any more, and no radiologist sees one: the workstation fetches them by the same service."
            ),
        ),
        NO_DICOM,
    ),
    traces=(
        Trace(
            Log.ORTHANC,
            "default",
            None,
            t("At its default level Orthanc writes nothing about images that are fetched."),
        ),
        Trace(
            Log.ORTHANC,
            "verbose",
            r'C-GET-SCU request received from AET "INTRUDER"',
            t("With --verbose each C-GET is there with the title, and each object that was sent."),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{visitor} .*:4242 .* out=\d{5,}",
            t("The gateway's stream log has the address and the bytes: so many going out are images, not names."),
        ),
    ),
    references=(
        Reference("DICOM PS3.4, C.4.3: C-GET", PS3_4),
        Reference("ATT&CK T1119: Automated Collection", "https://attack.mitre.org/techniques/T1119/"),
        BOOK_SECURITY,
    ),
)


def probe(site: LiveSite) -> Verdict:
    """Fetch a study as a client that nobody declared: one that the archive lists, else the one on a patient's letter."""
    try:
        letter = letter_of_a_patient(site)
    except CannotLook as trouble:
        return trouble.verdict
    if letter is None:
        return NotChecked(t("The archive is empty, so there is nothing to fetch."))
    return Attempt(site, "C-GET").everywhere(
        partial(_fetch, letter), t("An undeclared client gets no image, neither outside nor inside.")
    )


def _fetch(letter: Dataset, peer: Peer) -> Came:
    listed = list_patients(peer)
    status, images = dimse.get_study(peer, retrievable(listed, letter))
    note = f"images: {len(images)}, status 0x{status:04X}"
    if not images:
        return Came(note)
    summary = tn(
        "An unknown client in zone {zone} fetches images; one patient's lie open to it.",
        "An unknown client in zone {zone} fetches images; those of {n} patients lie open to it.",
        exposed(listed or images).patients,
        zone=peer.station.zone.label,
    )
    return Came(note, summary, exposed(listed or images))

"""A borrowed AE title is enough to be the workstation.

The archive answers declared machines only, and tells them by what they say of themselves.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from lab.clients import dimse
from lab.clients.dimse import NoAssociation, Peer
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import NotChecked, Severity, Verdict
from lab.probing.dimse import OUTSIDER, Attempt, Came, exposed, list_patients, retrievable
from lab.proposals import BOOK_SECURITY, NO_DICOM, RENAME
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="aet-spoof",
    title=t("A borrowed AE title is enough to be the workstation"),
    group=Group.DIMSE,
    severity=Severity.HIGH,
    minutes=25,
    roles=(t("PACS administrator"), t("network administrator"), t("modality engineer")),
    story=t(
        "The workstations get their addresses from a server now, and the archive refused them each time one changed. So it no longer "
        "looks at addresses. TLS had been put off until all machines can do it."
    ),
    misconfiguration={"orthanc": {"DicomCheckModalityHost": False, "DicomTlsEnabled": False}},
    also=("dicom-no-tls",),
    hints=(
        t("Read the title on the sheet beside the workstation, and call under it from a visitor's laptop."),
        t(
            "A title and an address are what a client says and where it sits. What can a machine show that nobody can copy from a sheet?"
        ),
        t(
            'Write {{"orthanc": {{"DicomCheckModalityHost": true, "DicomTlsEnabled": true, "DicomTlsRemoteCertificateRequired": true}}}}.'
        ),
    ),
    fixes=(
        Fix(
            "rename-workstation",
            t("Give the workstation a title that nobody guesses"),
            {"modalities": {"workstation": {"aet": "XK7Q2WORKST"}}},
            Outcome.STILL_OPEN,
            t("The new title stands on the new sheet, and crosses the network in the clear with each query."),
        ),
        RENAME,
        Fix(
            "certificates",
            t("Look at addresses again, and have each machine show its certificate"),
            {
                "orthanc": {
                    "DicomCheckModalityHost": True,
                    "DicomTlsEnabled": True,
                    "DicomTlsRemoteCertificateRequired": True,
                }
            },
            Outcome.REPAIRED,
            t(
                "Only who holds a key that the hospital's authority has certified gets as far as saying a title, and then only from the "
                "address that belongs to it."
            ),
        ),
        NO_DICOM,
    ),
    traces=(
        Trace(
            Log.ORTHANC,
            "verbose",
            r"Association Received from AET WORKST1 on IP {visitor}",
            t(
                "With --verbose the title is the workstation's and the address is not: who keeps a list of both sees it."
            ),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{visitor} .*:4242 ",
            t("The gateway's stream log has an address that has no business with the archive."),
        ),
    ),
    references=(
        Reference("CWE-290: Authentication Bypass by Spoofing", "https://cwe.mitre.org/data/definitions/290.html"),
        Reference("DICOM PS3.15, annex B: secure transport connection profiles"),
        BOOK_SECURITY,
    ),
)


def probe(site: LiveSite) -> Verdict:
    """Call as the workstation from where it is not: list the patients and fetch a study.

    The title is taken as known; it stands beside the machine. In a sandbox where the gateway's address is all that the
    archive sees of anyone, it cannot tell an impostor from the workstation, and the probe cannot tell whether it looks.
    """
    impostor = site.equipment("workstation").calling
    return Attempt(site, "C-FIND").everywhere(
        partial(_pose, site.network.transparent),
        t("Who borrows the workstation's title gets nothing with it."),
        impostor,
    )


def _pose(addresses_survive: bool, peer: Peer) -> Came | NotChecked:
    matches = list_patients(peer)
    note = f"matches: {len(matches)}"
    if not matches:
        return Came(note)
    if _anybody_may(peer):
        return NotChecked(
            t("The archive answers under any title, so that a borrowed one gains nothing: that is dimse-find-open.")
        )
    if not addresses_survive:
        return NotChecked(
            t(
                "In this sandbox the archive sees the gateway's address for everybody, so it cannot tell the impostor from the workstation. "
                "Only certificates on both sides would."
            )
        )
    _, images = dimse.get_study(peer, retrievable(matches, matches[0]))
    exposure = exposed(matches)
    summary = tn(
        "A visitor in zone {zone} who calls as {title} is shown one patient.",
        "A visitor in zone {zone} who calls as {title} is shown {n} patients.",
        exposure.patients,
        zone=peer.station.zone.label,
        title=peer.calling,
    )
    return Came(f"{note}; C-GET, images: {len(images)}", summary, exposure)


def _anybody_may(peer: Peer) -> bool:
    """Whether the same question is answered under a title that nobody has declared."""
    try:
        return bool(list_patients(replace(peer, calling=OUTSIDER)))
    except NoAssociation:
        return False

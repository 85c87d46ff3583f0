"""The archive answers a DICOM query from anyone who speaks DICOM.

This is what the 2019 survey did: no exploit, an ordinary C-FIND. One option makes Orthanc answer equipment it does not
know, and one forwarded port lets the whole world be such equipment.
"""

from __future__ import annotations

from lab.clients import dimse
from lab.clients.dimse import Peer
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Severity, Verdict
from lab.probing.dimse import Attempt, Came, exposed, survey_question
from lab.proposals import NO_DICOM, RENAME
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="dimse-find-open",
    title=t("Any DICOM client may list the patients"),
    group=Group.DIMSE,
    severity=Severity.CRITICAL,
    minutes=35,
    roles=(t("PACS administrator"), t("network administrator"), t("modality engineer")),
    story=t(
        "A new workstation could not query the archive: it did no TLS, and nobody had declared it there. The quickest way was to switch "
        "TLS off and let everybody query. The radiologist's home workstation worked too, once the DICOM port was forwarded."
    ),
    misconfiguration={
        "orthanc": {"DicomAlwaysAllowFind": True, "DicomTlsEnabled": False},
        "gateway": {"publish": {"dicom": ["clinic", "internet"]}},
    },
    also=("dicom-no-tls",),
    hints=(
        t("Ask as an AE title that nobody has declared. Who is allowed to ask, and who says so?"),
        t(
            "Closing the port to the Internet is half of it: any computer that is plugged in inside the clinic can still ask."
        ),
        t(
            'Only declared modalities may query when {{"orthanc": {{"DicomAlwaysAllowFind": false}}}}; and '
            '{{"gateway": {{"publish": {{"dicom": ["clinic"]}}}}}} closes the port outside.'
        ),
    ),
    fixes=(
        RENAME,
        Fix(
            "declared-only",
            t("Answer declared modalities only, and close the port to the Internet"),
            {"orthanc": {"DicomAlwaysAllowFind": False}, "gateway": {"publish": {"dicom": ["clinic"]}}},
            Outcome.REPAIRED,
            t(
                "Whoever is not declared with the right to query gets no association, inside or outside; the workstation works as before. "
                "The answers still cross the clinic in the clear: that is another repair, TLS."
            ),
        ),
        Fix(
            "limit",
            t("Limit the number of answers"),
            {"orthanc": {"LimitFindResults": 5}},
            Outcome.STILL_OPEN,
            t(
                "Five at a time is still everybody: one asks again by letter, by date, by modality. The name in each answer is the harm."
            ),
        ),
        Fix(
            "port-only",
            t("Close the port to the Internet and change nothing else"),
            {"gateway": {"publish": {"dicom": ["clinic"]}}},
            Outcome.STILL_OPEN,
            t(
                "The Internet is shut out, but any computer in the clinic, a visitor's laptop for one, still lists every patient."
            ),
        ),
        NO_DICOM,
    ),
    traces=(
        Trace(
            Log.ORTHANC, "default", None, t("At its default level Orthanc writes nothing about queries that succeed.")
        ),
        Trace(
            Log.ORTHANC,
            "verbose",
            r"C-FIND: Allowing SCU request from unknown modality with AET: INTRUDER",
            t(
                "With --verbose it says that an unknown modality was let in, with its AE title; the address stands in the line of the association."
            ),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{intruder} .*:4242 ",
            t("The gateway's stream log has the address and the bytes, not what was asked."),
        ),
        Trace(Log.ACCESS, "default", None, t("DICOM is not HTTP: the web access log knows nothing of it.")),
    ),
    references=(
        Reference("Greenbone Networks, September 2019: the survey used ordinary DICOM queries (press)"),
        Reference("DICOM PS3.4, C.4.1: C-FIND", "https://dicom.nema.org/medical/dicom/current/output/html/part04.html"),
        Reference("NIST SP 1800-24: Securing Picture Archiving and Communication System"),
    ),
)


def probe(site: LiveSite) -> Verdict:
    """As a client that nobody declared: query all studies, from the Internet and then from a visitor's laptop in the clinic."""
    return Attempt(site, "C-FIND").everywhere(
        _query, t("An undeclared client gets no answer, neither from the Internet nor inside the clinic.")
    )


def _query(peer: Peer) -> Came:
    status, matches = dimse.find(peer, survey_question())
    note = f"matches: {len(matches)}, status 0x{status:04X}"
    if not matches:
        return Came(note)
    exposure = exposed(matches)
    summary = tn(
        "An unknown client in zone {zone} lists the examinations of one patient.",
        "An unknown client in zone {zone} lists the examinations of {n} patients.",
        exposure.patients,
        zone=peer.station.zone.label,
    )
    return Came(note, summary, exposure)

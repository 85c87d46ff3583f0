"""The archive does TLS with everybody.

The connection is encrypted, and the archive proves who it is. Who is at the other end, it does not ask.
"""

from __future__ import annotations

from dataclasses import replace

from pynetdicom import build_context
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from lab.clients.dimse import NoAssociation, Peer, associate
from lab.clients.live import LiveSite
from lab.clients.tls import ANONYMOUS
from lab.i18n import t
from lab.model import NotChecked, Severity, Verdict
from lab.probing.dimse import Attempt, Came
from lab.proposals import NO_DICOM, RENAME
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="dicom-tls-no-client-cert",
    title=t("DICOM over TLS asks the other side for no certificate"),
    group=Group.DIMSE,
    severity=Severity.MEDIUM,
    minutes=20,
    roles=(t("PACS administrator"), t("network administrator"), t("modality engineer")),
    story=t(
        "One of the machines can do TLS but hold no certificate of its own. Rather than put a gateway before it, the archive was told to "
        "ask nobody for one. “We have TLS”, says the report to the board."
    ),
    misconfiguration={"orthanc": {"DicomTlsRemoteCertificateRequired": False}},
    hints=(
        t("Connect with TLS and no certificate. Does the archive hang up, or does it listen to what you say?"),
        t("TLS has two ends. The archive shows its certificate; who makes it ask for yours?"),
        t('Write {{"orthanc": {{"DicomTlsRemoteCertificateRequired": true}}}}.'),
    ),
    fixes=(
        RENAME,
        Fix(
            "newer-tls",
            t("Accept only newer versions of TLS"),
            {"orthanc": {"DicomTlsMinimumProtocolVersion": 4}},
            Outcome.STILL_OPEN,
            t(
                "Better encryption with the same stranger. (Orthanc before 1.12.4 does not know the option and passes over it in silence.)"
            ),
        ),
        Fix(
            "client-certificates",
            t("Ask every client for a certificate of the hospital's authority"),
            {"orthanc": {"DicomTlsRemoteCertificateRequired": True}},
            Outcome.REPAIRED,
            t("Who has none is turned away before the first word of DICOM. The CT and the workstation have theirs."),
        ),
        Fix(
            "nobody-certified",
            t("Ask every client for a certificate, and hand certificates out later"),
            {
                "orthanc": {"DicomTlsRemoteCertificateRequired": True},
                "modalities": {"ct": {"certificate": False}, "workstation": {"certificate": False}},
            },
            Outcome.STOPS_HOSPITAL,
            t(
                "Whoever has none is turned away, and so far that is everybody: the CT cannot store, the workstation cannot read. What is "
                "asked for must be there first."
            ),
        ),
        NO_DICOM,
    ),
    traces=(
        Trace(
            Log.ORTHANC,
            "default",
            r"Receiving Association failed: TLS error",
            t(
                "Who first tries without TLS leaves an error at any log level; the connection without a certificate leaves none."
            ),
        ),
        Trace(
            Log.ORTHANC,
            "default",
            r"Rejected association for remote AET INTRUDER",
            t(
                "TLS let the stranger through, and the list of declared machines has stopped him here. It is the only bolt left."
            ),
        ),
        Trace(
            Log.STREAM, "default", r"^{visitor} .*:4242 ", t("The gateway's stream log has the address and the bytes.")
        ),
    ),
    references=(
        Reference("CWE-295: Improper Certificate Validation", "https://cwe.mitre.org/data/definitions/295.html"),
        Reference("DICOM PS3.15, annex B: secure transport connection profiles"),
        Reference("Orthanc Book: Configuring DICOM TLS", "https://orthanc.uclouvain.be/book/faq/dicom-tls.html"),
    ),
)


def probe(site: LiveSite) -> Verdict:
    """Talk DICOM over TLS without a certificate, from the Internet and from a visitor's laptop in the clinic.

    A refusal in DICOM's own words is an answer too: it came through a connection that should not be there.
    """
    return Attempt(site, "TLS, A-ASSOCIATE").everywhere(
        _talk, t("Who has no certificate is turned away before DICOM begins.")
    )


def _talk(peer: Peer) -> Came | NotChecked:
    # first with TLS: a port that speaks it holds on to callers who do not
    answer = _answers(replace(peer, ways=(ANONYMOUS,)))
    if answer is None and _answers(replace(peer, ways=(None,))) is not None:
        return NotChecked(
            t("The DICOM port does no TLS at all, so nobody is asked for a certificate: that is dicom-no-tls.")
        )
    if answer is None:
        raise NoAssociation("unreachable", "no answer, with TLS or without")
    summary = t(
        "The archive talks over TLS with a client in zone {zone} that shows no certificate.",
        zone=peer.station.zone.label,
    )
    return Came(answer, summary)


def _answers(peer: Peer) -> str | None:
    """What the archive says to an association; None when it says nothing. Raises NoAssociation for want of a certificate."""
    try:
        with associate(peer, [build_context(Verification)]):
            return "accepted"
    except NoAssociation as refusal:
        if refusal.kind == "tls":
            raise
        return None if refusal.kind == "unreachable" else str(refusal)

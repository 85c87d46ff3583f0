"""The test environment is a copy of production.

Developers want data that behave like the real ones, and get the real ones: on machines that nobody hardens, for people who
treat nobody, without an end. Often a script masks the copy, and nobody ever asks it what it left.
"""

from __future__ import annotations

import httpx

from lab.clients.export import ExportRefused, make_test_copy
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Evidence, NotChecked, Safe, Severity, Verdict
from lab.probing.handed_out import judge
from lab.sandbox.protocol import Log
from lab.scenario import AUDIT, Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="test-environment",
    title=t("Developers work on a copy of the real archive"),
    group=Group.WATCHING,
    severity=Severity.HIGH,
    minutes=35,
    roles=(t("software developer"), t("PACS administrator"), t("data protection officer")),
    story=t(
        "A fault of the viewer showed with some images only, so the software house was given those images, and then a copy every month. They lie on "
        "a developer’s machine now, on the build server and on a laptop that was lent out. Nobody keeps a list."
    ),
    misconfiguration={"test_environment": {"content": "production"}},
    hints=(
        t("Play the developer: open what the test environment holds. Whom do you know now, and what for?"),
        t(
            "Four places carry a patient’s data: the header, private elements, the letters in a picture, and an overlay. "
            "Which of them does your mask know?"
        ),
        t(
            "Mask the copy before it leaves, with a tool that reads all four, and ask the answer key what is left: "
            '{{"test_environment": {{"content": "pacslab"}}}}.'
        ),
    ),
    fixes=(
        Fix(
            "script",
            t("Have a script replace name, number and date of birth"),
            {"test_environment": {"content": "script"}},
            Outcome.STILL_OPEN,
            t(
                "Three elements are masked. Referring physician, address, accession number, examination dates, private elements and the letters in "
                "pictures go on as they are: a script knows what its author thought of."
            ),
        ),
        Fix(
            "orthanc",
            t("Have Orthanc anonymise the copy"),
            {"test_environment": {"content": "orthanc"}},
            Outcome.STILL_OPEN,
            t("The elements are clean. Names stay in what is drawn: dose reports, overlays, scanned letters."),
        ),
        Fix(
            "pacslab",
            t("Mask the copy with pacslab deidentify"),
            {"test_environment": {"content": "pacslab"}},
            Outcome.REPAIRED,
            t(
                "Nothing of the answer key is left, in the pictures neither. Better still are patients who never lived: pacslab data "
                "generate makes as many as a test needs, faults included, and a copy that does not exist cannot be lost."
            ),
        ),
        Fix(
            "no-administrator",
            t("Delete the account that the copy is made with"),
            {"users": {"admin": None}},
            Outcome.STOPS_HOSPITAL,
            t("No copy is made any more, and nobody can administer the archive either."),
        ),
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{administrator} .*"GET /instances/[^ ]+/file',
            t("The gateway notes each image that the administrator fetched, not for whom."),
        ),
        Trace(
            Log.ORTHANC,
            AUDIT,
            r"AUDIT .*/instances/[^ ]+/file",
            t("The audit line says who took which image. That a copy of it lives on elsewhere stands in no log."),
        ),
    ),
    references=(
        Reference("GDPR, articles 5 (1) b and 25"),
        Reference("DICOM PS3.15, annex E: attribute confidentiality profiles"),
        Reference(
            "CWE-200: Exposure of Sensitive Information to an Unauthorized Actor",
            "https://cwe.mitre.org/data/definitions/200.html",
        ),
    ),
)


def probe(site: LiveSite) -> Verdict:
    """As a developer with the copy on the desk: look for everything that was ever written into the originals."""
    try:
        copy = make_test_copy(site)
    except ExportRefused as refusal:
        return Safe(Evidence(t("No copy reaches the test environment: {reason}", reason=refusal.reason)))
    except httpx.HTTPError as error:
        return NotChecked(t("The archive did not answer whoever makes the copy: {error}.", error=type(error).__name__))
    if copy is None:
        return Safe(Evidence(t("The test environment holds no image of the hospital.")))
    if not copy.files:
        return NotChecked(t("The copy is empty, so it tells nothing about how images are masked."))
    found = judge(copy)
    named = tn(
        "The test environment says who one patient is.",
        "The test environment says who {n} patients are.",
        len({str(tags.get("PatientID", "")) for tags, _ in found.leaks}),
    )
    return found.verdict(
        t("Of {n} identifiers in the answer key none is left in the test environment.", n=found.planted), named
    )

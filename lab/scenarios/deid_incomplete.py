"""What is handed out as anonymised still says whose it is.

A de-identification that keeps what "might be of use" keeps the patient: in private elements, in free text, in dates, and
in the pixels of an image that no tool has looked at.
"""

from __future__ import annotations

import httpx

from lab.clients.export import ExportRefused, make_export
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Evidence, NotChecked, Safe, Severity, Verdict
from lab.probing.handed_out import judge
from lab.sandbox.protocol import Log
from lab.scenario import AUDIT, Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="deid-incomplete",
    title=t("What is handed out as anonymised is not"),
    group=Group.WATCHING,
    severity=Severity.HIGH,
    minutes=40,
    roles=(t("research office"), t("data protection officer"), t("PACS administrator")),
    story=t(
        "A doctoral student needs scanner parameters, which the maker hides in private elements, and the date of birth for the age. So the "
        "research office asked Orthanc to keep them. Dose reports go along too: they are only pictures, after all."
    ),
    misconfiguration={
        "export": {
            "tool": "orthanc",
            "request": {"KeepPrivateTags": True, "Keep": ["PatientBirthDate", "PatientComments"]},
            "burned_in": True,
        }
    },
    hints=(
        t(
            "Search the collection for a name that you know, in every byte of it; pacslab inventory does so in a folder. Then look at the pictures."
        ),
        t(
            "Three things survive: what the request keeps, what the maker wrote into private elements, and what is drawn into pixels and overlays."
        ),
        t(
            "No list of elements cleans a picture. A tool that reads pictures does, before the images leave: "
            '{{"export": {{"tool": "pacslab"}}}}.'
        ),
    ),
    fixes=(
        Fix(
            "private-only",
            t("Have private elements removed"),
            {"export": {"request": {"KeepPrivateTags": False}}},
            Outcome.STILL_OPEN,
            t("The date of birth and the free text still go out, and so does what is drawn into the pixels."),
        ),
        Fix(
            "defaults",
            t("Keep nothing, as Orthanc does by default"),
            {"export": {"request": {"KeepPrivateTags": False, "Keep": None}}},
            Outcome.STILL_OPEN,
            t(
                "The elements are clean, and Orthanc writes “Patient Identity Removed: YES”. It has not looked at the pixels: the name still "
                "stands on the dose report."
            ),
        ),
        Fix(
            "says-so",
            t("Have every image say that there is no text in its pixels"),
            {"export": {"request": {"KeepPrivateTags": False, "Keep": None, "Replace": {"BurnedInAnnotation": "NO"}}}},
            Outcome.STILL_OPEN,
            t(
                "Whoever believes (0028,0301) is content. The name still stands in the picture, and who opens it reads it."
            ),
        ),
        Fix(
            "pacslab",
            t("Mask with pacslab deidentify, which reads the pictures too"),
            {"export": {"tool": "pacslab"}},
            Outcome.REPAIRED,
            t(
                "Nothing of the answer key is left. Letters are covered, overlays with letters and true dates are gone, (0008,0012) too, "
                "which Orthanc 1.10.1 keeps; what cannot be cleaned stays in the house. A sample should still be looked at by a human being."
            ),
        ),
        Fix(
            "forbid",
            t("Take the right to export from the administrators"),
            {"users": {"admin": {"role": "doctor"}}},
            Outcome.STOPS_HOSPITAL,
            t("No collection is made any more, and nobody can administer the archive either."),
        ),
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{administrator} .*"POST /instances/[^ ]+/anonymize',
            t(
                "The gateway notes each anonymisation. What the request wanted to keep stands in its body, which no log holds."
            ),
        ),
        Trace(
            Log.ORTHANC,
            AUDIT,
            r"AUDIT .*/anonymize",
            t("The audit line says who anonymised which image, not what was left in it."),
        ),
    ),
    references=(
        Reference("DICOM PS3.15, annex E: attribute confidentiality profiles"),
        Reference("GDPR, articles 5 and 25"),
    ),
)


def probe(site: LiveSite) -> Verdict:
    """As somebody who is given the collection, and knows who is in it: look for everything that was ever written into the originals."""
    try:
        export = make_export(site)
    except ExportRefused as refusal:
        return Safe(Evidence(t("No export leaves the hospital: {reason}", reason=refusal.reason)))
    except httpx.HTTPError as error:
        return NotChecked(t("The archive did not answer the research office: {error}.", error=type(error).__name__))
    if not export.files:
        return NotChecked(t("The collection is empty, so it tells nothing about how images are masked."))
    found = judge(export)
    people = len({str(tags.get("PatientID", "")) for tags, _ in found.leaks})
    named = tn(
        "The collection that is called anonymous still says who one patient is.",
        "The collection that is called anonymous still says who {n} patients are.",
        people,
    )
    clean = t("Of {n} identifiers in the answer key none is left in the collection.", n=found.planted)
    return found.verdict(clean, named)

"""What is handed out as anonymised still says whose it is.

A de-identification that keeps what "might be of use" keeps the patient: in private elements, in free text, in dates, and
in the pixels of an image that no tool has looked at.
"""

from __future__ import annotations

import io
import zipfile

import httpx

from lab.clients.export import ExportRefused, has_text, make_export
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Attribute, Evidence, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.probing.survivors import exposure_of, known_people, survivors, survivors_in_elements
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
            "request": {"KeepPrivateTags": True, "Keep": ["PatientBirthDate", "PatientComments"]},
            "burned_in": True,
        }
    },
    hints=(
        t(
            "Search the collection for a name that you know, in every byte of it; pacslab inventory does so in a folder. Then look at the pictures."
        ),
        t(
            "Three things survive: what the request keeps, what the maker wrote into private elements, and what is drawn into pixels."
        ),
        t(
            'Keep nothing, and leave out images with text in their pixels: {{"export": {{"request": {{"KeepPrivateTags": false, "Keep": null}}, '
            '"burned_in": false}}}}.'
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
            "nothing-kept",
            t("Keep nothing, and leave out images with text in their pixels"),
            {"export": {"request": {"KeepPrivateTags": False, "Keep": None}, "burned_in": False}},
            Outcome.REPAIRED,
            t(
                "Nothing that names a patient is left. pacslab deidentify goes further: it cleans pictures instead of leaving them out, and shifts "
                "the true date in (0008,0012) too, which Orthanc 1.10.1 keeps. A sample should still be looked at by a human being."
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
    """As somebody who is given the collection: take its inventory, search every byte, look for pictures with text in them."""
    try:
        export = make_export(site)
    except ExportRefused as refusal:
        return Safe(Evidence(t("No export leaves the hospital: {reason}", reason=refusal.reason)))
    except httpx.HTTPError as error:
        return NotChecked(t("The archive did not answer the research office: {error}.", error=type(error).__name__))
    leaks, steps = [], list(export.steps[:4])
    known = known_people(export.originals.values())
    with zipfile.ZipFile(io.BytesIO(export.collection)) as collection:
        for name in collection.namelist():
            content, original = collection.read(name), export.originals[name]
            inventoried = survivors_in_elements(content, original, known)
            steps += [f"{name}: {line}" for line in inventoried.lines]
            found = set(survivors(content, original)) | inventoried.attributes
            if has_text(content):
                steps.append(f"{name}: (0028,0301) BurnedInAnnotation YES")
                found |= {Attribute.NAME}
            if found:
                steps.append(f"{name}: {', '.join(sorted(found))}")
                leaks.append((original, found))
    if not leaks:
        return Safe(Evidence(t("Nothing that was searched for is left in the collection."), tuple(steps)))
    exposure = exposure_of(leaks, images=len(leaks))
    summary = tn(
        "The collection that is called anonymous still says who one patient is.",
        "The collection that is called anonymous still says who {n} patients are.",
        exposure.patients,
    )
    return Vulnerable(Evidence(summary, tuple(steps), exposure))

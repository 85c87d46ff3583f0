"""The folders of an export are named after the patients, though the images in them are not.

Orthanc names folders of its ZIP files "ID NAME". Names of files show in mails, listings, backups and screenshots, and they
stay readable in an encrypted ZIP.
"""

from __future__ import annotations

import httpx

from lab.clients.export import ExportRefused, make_export
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Evidence, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.probing.survivors import exposure_of, survivors_in_path
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="phi-in-export-names",
    title=t("The folders of an export carry the patients' names"),
    group=Group.WATCHING,
    severity=Severity.MEDIUM,
    minutes=25,
    roles=(t("research office"), t("data protection officer"), t("PACS administrator")),
    story=t(
        "The research office packs a collection for teaching. A script takes the archive’s own ZIP file and puts an anonymised image in the "
        "place of each original. The students get no name to see in the viewer, and read one on every folder."
    ),
    misconfiguration={"export": {"folders": "archive"}},
    hints=(
        t("Take the collection as a student gets it, and look at it before you open a single image."),
        t("The names come from the archive, at the moment at which it packs. What did it know then?"),
        t('Anonymise first and pack afterwards, under numbers: {{"export": {{"folders": "numbers"}}}}.'),
    ),
    fixes=(
        Fix(
            "pseudonym",
            t("Write a pseudonym into the images"),
            {"export": {"tool": "orthanc", "request": {"Replace": {"PatientName": "ETUDE^UN"}}}},
            Outcome.STILL_OPEN,
            t(
                "The images say ETUDE UN now. The folder that they lie in was named when they still had their real name."
            ),
        ),
        Fix(
            "numbers",
            t("Pack anonymised images under numbers"),
            {"export": {"folders": "numbers"}},
            Outcome.REPAIRED,
            t(
                "Neither folders nor images say whose they are; the list of numbers stays in the hospital. pacslab inventory reads names of "
                "files, too."
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
            r'^{administrator} .*"GET /series/[^ ]+/archive',
            t("The gateway notes that an archive was packed, by whom and how big. The names in it are not in the log."),
        ),
        Trace(
            Log.ORTHANC,
            "verbose",
            r"Creating a ZIP file",
            t("With --verbose Orthanc says that it made a ZIP file, with how many files, for nobody in particular."),
        ),
    ),
    references=(
        Reference(
            "CWE-200: Exposure of Sensitive Information to an Unauthorized Actor",
            "https://cwe.mitre.org/data/definitions/200.html",
        ),
        Reference("DICOM PS3.15, annex E: attribute confidentiality profiles"),
    ),
)


def probe(site: LiveSite) -> Verdict:
    """As somebody who is given the collection: read the names of what is in it, and open nothing."""
    try:
        export = make_export(site)
    except ExportRefused as refusal:
        return Safe(Evidence(t("No export leaves the hospital: {reason}", reason=refusal.reason)))
    except httpx.HTTPError as error:
        return NotChecked(t("The archive did not answer the research office: {error}.", error=type(error).__name__))
    if not export.files:
        return NotChecked(t("The collection is empty, so it tells nothing about how its files are named."))
    names = list(export.files)
    leaks = [(export.originals[name].tags, survivors_in_path(name, export.originals[name].tags)) for name in names]
    leaks = [(tags, found) for tags, found in leaks if found]
    steps = tuple(f"unzip -l: {name}" for name in names[:6])
    if not leaks:
        return Safe(Evidence(t("The names in the collection say nothing about anybody."), steps))
    exposure = exposure_of(leaks, images=len(leaks))
    summary = tn(
        "The folders of the collection carry the name of one patient.",
        "The folders of the collection carry the names of {n} patients.",
        exposure.patients,
    )
    return Vulnerable(Evidence(summary, steps, exposure))

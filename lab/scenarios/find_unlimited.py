"""One question, and the archive tells everything.

Here the question comes from the workstation itself, on which somebody else sits: a stolen password, a program that came
with an e-mail. It may query, and that is right. That it gets the whole archive at once is not.
"""

from __future__ import annotations

from pydicom.dataset import Dataset

from lab.clients import dimse
from lab.clients.dimse import Peer
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Evidence, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.probing.dimse import Attempt, Came, exposed
from lab.probing.versions import version_of
from lab.proposals import BOOK_SECURITY, NO_DICOM
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="find-unlimited",
    title=t("A query is answered without limit"),
    group=Group.DIMSE,
    severity=Severity.LOW,
    minutes=15,
    roles=(t("PACS administrator"), t("network administrator")),
    story=t(
        "A radiologist missed a study at the end of a long list. The limit was taken out. Last month her workstation caught something that "
        "asked the archive one single question."
    ),
    misconfiguration={"orthanc": {"LimitFindResults": 0, "LimitFindInstances": 0}},
    hints=(
        t(
            "Ask for all images at once, as the workstation may. How many answers come, and how does the archive end them?"
        ),
        t("There are two limits, one for patients, studies and series, one for images. Either way out must be closed."),
        t('Write {{"orthanc": {{"LimitFindResults": 100, "LimitFindInstances": 100}}}}.'),
    ),
    fixes=(
        Fix(
            "studies-only",
            t("Limit patients, studies and series"),
            {"orthanc": {"LimitFindResults": 100}},
            Outcome.STILL_OPEN,
            t("Then one asks for the images: each answer names its patient and its study as well."),
        ),
        Fix(
            "generous",
            t("Set a limit that nobody ever reaches"),
            {"orthanc": {"LimitFindResults": 1000000, "LimitFindInstances": 1000000}},
            Outcome.STILL_OPEN,
            t("A limit above all that the archive holds limits nothing."),
        ),
        Fix(
            "both",
            t("Limit both, a little above what people need"),
            {"orthanc": {"LimitFindResults": 100, "LimitFindInstances": 100}},
            Outcome.REPAIRED,
            t(
                "The archive stops at a hundred. Who wants everything must ask many times, and that shows. (In a real hospital the second "
                "limit lies above the longest series: Orthanc 1.10.1 says that there is more, 1.13.0 ends as if that were all. The REST API is "
                "not bound by either.)"
            ),
        ),
        Fix(
            "no-queries",
            t("Let the workstation query no more"),
            {"modalities": {"workstation": {"find": False}}},
            Outcome.STOPS_HOSPITAL,
            t("Nothing is copied, and nothing is read: the radiologists do not find their patients."),
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
            r"Number of (matching|candidate) resources.*: \d+",
            t("With --verbose each query is there with its number of answers: a high one is worth a look."),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{workstation} .*:4242 .* out=\d{5,}",
            t("The gateway's stream log has the workstation, as every day, and more bytes than a query takes."),
        ),
    ),
    references=(
        Reference(
            "CWE-770: Allocation of Resources Without Limits or Throttling",
            "https://cwe.mitre.org/data/definitions/770.html",
        ),
        BOOK_SECURITY,
    ),
)

LEVELS = ("IMAGE", "SERIES")
MANY = 100
"""More answers than somebody reads who looks for a patient."""
_MORE = (
    0xFE00  # 1.10.1 ends an answer that it has cut off with the status of a cancelled query; 1.13.0 as if that were all
)
_TOTALS = {"IMAGE": "NumberOfStudyRelatedInstances", "SERIES": "NumberOfStudyRelatedSeries"}


def probe(site: LiveSite) -> Verdict:
    """Ask for every image, and for every series, of the archive from the workstation, with its title and its certificate, as malware on it would."""
    attempt = Attempt(site, "C-FIND")
    found = attempt.once(site.equipment("workstation"), _everything)
    text = _version(site) if isinstance(found, Vulnerable) else None
    if isinstance(found, Vulnerable) and text is None:
        return NotChecked(
            t(
                "The archive answers everything, and its console tells nobody its version: it may be one that does not keep its own limits."
            )
        )
    version = version_of(text or "")
    if version and _FAULTY[0] <= version < _FAULTY[1]:
        return NotChecked(
            t(
                "Orthanc {version} answers everything, whatever its two limits say: a fault of its own, mended upstream in December "
                "2025. On this version nothing in the configuration helps.",
                version=text,
            )
        )
    return found or Safe(Evidence(t("The archive does not tell everything at once."), tuple(attempt.steps)))


# Seen on 1.12.7; the project's changeset "fix LimitFindResults + LimitFindInstances for C-FIND" is of 19 December 2025
# (hg 4254af66832a). Queries are answered by the code that has the fault since 1.12.5.
_FAULTY = ((1, 12, 5), (1, 12, 11))


def _version(site: LiveSite) -> str | None:
    """The archive's version, as the hospital knows it; None where its console tells nobody."""
    for user in (site.account("administrator"), site.account("doctor")):
        with site.console(user) as console:
            answer = console.get("/system")
        if answer.status_code == 200:
            return str(answer.json()["Version"])
    return None


def _everything(peer: Peer) -> Came | NotChecked:
    """Ask at both levels, for which Orthanc has a limit each; one of them without is enough."""
    notes, cut, few = [], False, {}
    for level in LEVELS:
        status, matches = dimse.find(peer, _question(level))
        notes.append(f"{level}: {len(matches)}, status 0x{status:04X}")
        cut |= status == _MORE
        if status == 0 and len(matches) <= MANY:
            few[level] = len(matches)
        elif status == 0:
            exposure = exposed(matches)
            summary = tn(
                "One single query from the workstation brings the images' list of one patient.",
                "One single query from the workstation brings the images' list of {n} patients.",
                exposure.patients,
            )
            return Came("; ".join(notes), summary, exposure)
    if few and not cut:
        held = _held(peer)
        if all(held[level] <= told for level, told in few.items()):
            return NotChecked(t("The archive holds too few images for a limit to show."))
        notes += [f"{level}: there are {held[level]} or more" for level, told in few.items() if held[level] > told]
    return Came("; ".join(notes))


def _held(peer: Peer) -> dict[str, int]:
    """How many images and series the studies have that the archive tells of: at least so many it holds."""
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    for keyword in ("StudyInstanceUID", *_TOTALS.values()):
        setattr(identifier, keyword, None)
    _, studies = dimse.find(peer, identifier)
    return {level: sum(int(study.get(total) or 0) for study in studies) for level, total in _TOTALS.items()}


def _question(level: str) -> Dataset:
    """Everything there is at a level, with the patient's and the study's data (relational, as Orthanc answers)."""
    identifier = Dataset()
    identifier.QueryRetrieveLevel = level
    own = {"IMAGE": "SOPInstanceUID", "SERIES": "SeriesInstanceUID"}[level]
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "StudyInstanceUID", "StudyDate", own):
        setattr(identifier, keyword, "")
    return identifier

"""DICOMweb answers anybody: every DICOM tool lists the studies and fetches them, over the web and without a password.

The archive asks for an account; the gateway gives it one, on behalf of whoever comes.
"""

from __future__ import annotations

from typing import Any

from pydicom.dataset import Dataset

from lab import references as ref
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Attribute, NotChecked, Severity, Verdict
from lab.probing.dimse import exposed
from lab.probing.holdings import image_in
from lab.probing.own import CannotLook, image_in_a_mail
from lab.probing.repairs import NO_REMOTE_ACCESS, TLS_ONLY_1_3, deny_outside
from lab.probing.web import Attack, Loot, Visitor, attempt, exposure, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Scenario, Trace

SCENARIO = Scenario(
    id="dicomweb-open",
    title=t("DICOMweb answers anybody"),
    group=Group.WEB,
    severity=Severity.CRITICAL,
    minutes=30,
    roles=(t("PACS administrator"), t("network administrator"), t("modality engineer")),
    story=t(
        "A new viewer speaks DICOMweb but has no login page. So the gateway was told to log in for it below /dicom-web/. The gateway does not "
        "know the viewer from anybody else."
    ),
    misconfiguration={"dicomweb": {"enabled": True}, "gateway": {"lends": {"/dicom-web/": "dr.moreau"}}},
    hints=(
        t("Ask for /dicom-web/studies as the intruder. You brought no password: who brought one?"),
        t("Look at “lends” in the gateway's section. The account is lent to a path, and a path is open to all."),
        t(
            'Let the gateway lend nothing: {{"gateway": {{"lends": {{"/dicom-web/": null}}}}}}; who uses DICOMweb logs in.'
        ),
    ),
    fixes=(
        Fix(
            "rename",
            t("Move DICOMweb to a path that nobody guesses"),
            {
                "dicomweb": {"root": "/k7q2-web/"},
                "gateway": {"lends": {"/dicom-web/": None, "/k7q2-web/": "dr.moreau"}},
            },
            Outcome.STILL_OPEN,
            t(
                "The path stands in the viewer's own pages, in every browser's history and in every log. An address is no secret."
            ),
        ),
        deny_outside("/dicom-web/"),
        TLS_ONLY_1_3,
        Fix(
            "no-lending",
            t("Let DICOMweb ask each user for an account"),
            {"gateway": {"lends": {"/dicom-web/": None}}},
            Outcome.REPAIRED,
            t("DICOMweb stays, and asks. The viewer passes on its user's own login, and each sees who looked at what."),
        ),
        NO_REMOTE_ACCESS,
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{intruder} - - .*"GET /dicom-web/studies',
            t("The gateway's access log has address and question, and no name: the account was the gateway's own."),
        ),
        Trace(
            Log.ORTHANC,
            "default",
            None,
            t("Orthanc writes nothing. Had it, it would have named the doctor whose account is lent."),
        ),
    ),
    references=(ref.PS3_18, ref.T1213, ref.BOOK_SECURITY),
)

_KEYS = (
    (Attribute.NAME, "00100010"),
    (Attribute.BIRTH_DATE, "00100030"),
    (Attribute.STUDY_DATE, "00080020"),
    (Attribute.PROCEDURE, "00081030"),
    (Attribute.PHYSICIAN, "00080090"),
)
_IMAGES, _STUDY, _SERIES, _IMAGE, _PATIENT, _DATE = (
    "00201208",
    "0020000D",
    "0020000E",
    "00080018",
    "00100020",
    "00080020",
)
_ASKED = "&".join(f"includefield={tag}" for tag in (_IMAGES, _STUDY, _PATIENT, *(tag for _, tag in _KEYS)))
LEVELS = ("studies", "series", "instances")
"""QIDO-RS lists at three levels (PS3.18, 10.6), and each list names the patients."""


def probe(site: LiveSite) -> Verdict:
    """Without an account, from the Internet and from a visitor's laptop: QIDO-RS lists studies, WADO-RS fetches an image.

    Where no list is given out, WADO-URI is tried with a link as it stands in a mail. The path of DICOMweb is taken as known: it
    stands in the pages of every viewer.
    """
    try:
        link = image_in_a_mail(site)
    except CannotLook:
        link = None
    return attempt(
        site,
        ways(site, stations=("intruder", "visitor")),
        _asking(site, link),
        t("DICOMweb gives nothing without an account."),
    )


def _asking(site: LiveSite, link: Dataset | None) -> Attack:
    root = site.config.dicomweb.root

    def ask(visitor: Visitor) -> Loot | NotChecked | None:
        for level in LEVELS:
            listed = visitor.get(f"{root}{level}?{_ASKED}&limit=500")
            if listed.status_code == 404 and site.config.dicomweb.enabled:
                return NotChecked(
                    t("The DICOMweb plugin is not installed here. Debian, Ubuntu: apt-get install orthanc-dicomweb.")
                )
            if listed.status_code == 200:
                found = listed.json()
                if not found:
                    return NotChecked(t("There is no study in the archive that one could fetch."))
                return _loot(found, _fetched(visitor, root, found[0]))
        return _linked(visitor, link) if link is not None else None

    return ask


def _fetched(visitor: Visitor, root: str, listed: dict[str, Any]) -> bool:
    """Whether WADO-RS gives out an image of what was listed."""
    study = f"{root}studies/{_value(listed, _STUDY)}"
    images = visitor.get(f"{study}/instances?limit=1")
    if images.status_code != 200:
        return False
    image = images.json()[0]
    return visitor.get(f"{study}/series/{_value(image, _SERIES)}/instances/{_value(image, _IMAGE)}").status_code == 200


def _linked(visitor: Visitor, link: Dataset) -> Loot | None:
    """An image by WADO-URI (PS3.18, 9): whoever has the link needs no list."""
    answer = visitor.get(
        f"/wado?requestType=WADO&studyUID={link.StudyInstanceUID}&seriesUID={link.SeriesInstanceUID}"
        f"&objectUID={link.SOPInstanceUID}&contentType=application/dicom"
    )
    image = image_in(answer.content) if answer.status_code == 200 else None
    if image is None:
        return None
    return Loot(t("WADO-URI hands out an image to whoever has a link to it, without an account."), exposed([image]))


def _loot(listed: list[dict[str, Any]], fetched: bool) -> Loot:
    people = {_value(entry, _PATIENT): entry for entry in listed}
    studies = {_value(entry, _STUDY): entry for entry in listed}
    got = exposure(
        [attribute for attribute, _ in _KEYS],
        [[_value(entry, tag) for _, tag in _KEYS] for entry in people.values()],
        patients=len(people),
        studies=len(studies),
        images=sum(int(_value(entry, _IMAGES) or 0) for entry in studies.values()),
        dates=[_value(entry, _DATE) for entry in listed],
    )
    if not fetched:
        return Loot(t("DICOMweb lists whose studies there are without an account, though it gives out no image."), got)
    summary = tn(
        "DICOMweb hands out the studies of one patient without an account.",
        "DICOMweb hands out the studies of {n} patients without an account.",
        got.patients,
    )
    return Loot(summary, got)


def _value(study: dict[str, Any], tag: str) -> str:
    """The first value of an element in the DICOM JSON model (PS3.18 annex F); empty where there is none."""
    value = (study.get(tag, {}).get("Value") or [""])[0]
    return str(value.get("Alphabetic", "") if isinstance(value, dict) else value)

"""What the survey of 2019 did: one C-ECHO, then one query for everything, from the Internet."""

from __future__ import annotations

from collections.abc import Iterator

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.i18n import t
from lab.site.zones import Zone

INTRUSION = Intrusion(
    id="survey-sweep",
    title=t("The survey: one echo, one query for everything"),
    story=t(
        "Somebody on the Internet finds the DICOM port, asks whether it answers, and then queries every study under an AE title that "
        "nobody declared."
    ),
    needs={
        "orthanc": {"DicomAlwaysAllowEcho": True, "DicomAlwaysAllowFind": True, "LimitFindResults": 0},
        "gateway": {"publish": {"dicom": ["clinic", "office", "internet"]}},
    },
    minutes=15,
)
TITLES = ("SURVEY", "ECHOSCU", "FINDSCU", "RESEARCH", "DCM4CHE")
KEYS = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "StudyInstanceUID",
    "StudyDate",
    "StudyDescription",
    "ReferringPhysicianName",
    "InstitutionName",
    "NumberOfStudyRelatedInstances",
)


def play(scene: Scene) -> Iterator[float]:
    intruder = scene.intruder(Zone.INTERNET, scene.random.choice(TITLES))
    with scene.hands.dicom(intruder, "echo") as link:
        if link:
            link.echo()
    yield scene.wait(5)
    with scene.hands.dicom(intruder, "find") as link:
        if link:
            link.find(**dict.fromkeys(KEYS, ""))

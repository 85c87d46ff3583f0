"""A query, then a C-GET of one study after the other: the archive carries itself out of the house."""

from __future__ import annotations

from collections.abc import Iterator

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.i18n import t
from lab.site.zones import Zone

INTRUSION = Intrusion(
    id="bulk-get",
    title=t("Copying the archive by C-GET"),
    story=t(
        "An undeclared client lists the studies and then fetches them one after the other over DICOM, a few at a time, until it has enough."
    ),
    needs={
        "orthanc": {
            "DicomAlwaysAllowEcho": True,
            "DicomAlwaysAllowFind": True,
            "DicomAlwaysAllowGet": True,
            "LimitFindResults": 0,
        },
        "gateway": {"publish": {"dicom": ["clinic", "office", "internet"]}},
    },
    minutes=40,
)
STUDIES, AT_ONCE = 24, 4


def play(scene: Scene) -> Iterator[float]:
    zone = scene.random.choice([Zone.INTERNET, Zone.CLINIC])
    intruder = scene.intruder(zone, scene.random.choice(["GETSCU", "OSIRIX", "HOROS", "VIEWER"]))
    with scene.hands.dicom(intruder, "find") as link:
        matches = link.find(PatientName="", PatientID="", StudyInstanceUID="", StudyDate="") if link else []
    uids = sorted(str(match.StudyInstanceUID) for match in matches)
    chosen = scene.random.sample(uids, min(STUDIES, len(uids)))
    for start in range(0, len(chosen), AT_ONCE):
        yield scene.wait(INTRUSION.minutes * AT_ONCE / STUDIES)
        with scene.hands.dicom(intruder, "get") as link:
            for uid in chosen[start : start + AT_ONCE]:
                if link:
                    link.get(uid)

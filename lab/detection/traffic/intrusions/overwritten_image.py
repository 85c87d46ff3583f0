"""An image of a patient replaced by another one that bears the same UIDs."""

from __future__ import annotations

from collections.abc import Iterator

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.i18n import t
from lab.site.zones import Zone

INTRUSION = Intrusion(
    id="overwritten-image",
    title=t("An image replaced under its own UID"),
    story=t(
        "Under the AE title of the CT, somebody in the clinic sends an image once more: same patient, same UIDs, other pixels. The archive "
        "puts it in the place of the real one."
    ),
    needs={"orthanc": {"OverwriteInstances": True, "DicomCheckModalityHost": False, "DicomAlwaysAllowGet": True}},
    minutes=20,
)
IMAGES = 2


def play(scene: Scene) -> Iterator[float]:
    study = scene.hands.stock.choose_of(scene.random, ("CT", "MR"))
    scene.hands.stock.keep(study.id)
    thief = scene.intruder(Zone.CLINIC, "WORKST1")
    with scene.hands.dicom(thief, "get") as link:
        images = link.get(study.uid)[:IMAGES] if link else []
    yield scene.wait(15)
    for image in images:
        image.PixelData = bytes(255 - byte for byte in bytes(image.PixelData))
    scene.hands.store_all(scene.again(thief, "CT1"), images)

"""A study that no modality of the hospital made, stored under a title that nobody declared."""

from __future__ import annotations

from collections.abc import Iterator

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.detection.traffic.stock import held_from
from lab.i18n import t
from lab.site.zones import Zone

INTRUSION = Intrusion(
    id="injected-study",
    title=t("A study that no modality made"),
    story=t(
        "A computer in the clinic stores a study of its own making: a patient who was never examined, or an examination that never was."
    ),
    needs={"orthanc": {"DicomAlwaysAllowStore": True, "DicomAlwaysAllowEcho": True}},
    minutes=10,
)


def play(scene: Scene) -> Iterator[float]:
    intruder = scene.intruder(Zone.CLINIC, scene.random.choice(["STORESCU", "CT2", "IMPORT", "DICOMBOX"]))
    datasets = scene.forge()
    with scene.hands.dicom(intruder, "echo") as link:
        if link:
            link.echo()
    yield scene.wait(4)
    done = scene.hands.store_all(intruder, datasets)
    if done:
        scene.hands.stock.add(held_from(done))

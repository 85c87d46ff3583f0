"""One small query after the other, hours apart, under the AE title of a workstation that everybody trusts."""

from __future__ import annotations

from collections.abc import Iterator

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.i18n import t
from lab.site.zones import Zone

INTRUSION = Intrusion(
    id="slow-enumeration",
    title=t("A slow enumeration under a borrowed AE title"),
    story=t(
        "A computer in the clinic calls itself by the AE title of a workstation and asks for the patients letter by letter, a question "
        "now and then, all day long. No single question is remarkable."
    ),
    needs={"orthanc": {"DicomCheckModalityHost": False}},
    minutes=420,
)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
QUESTIONS = 16


def play(scene: Scene) -> Iterator[float]:
    lender = scene.random.choice(scene.cast.role("workstation"))
    intruder = scene.intruder(Zone.CLINIC, lender.aet)
    letters = scene.random.sample(LETTERS, QUESTIONS)
    for letter in sorted(letters):
        with scene.hands.dicom(intruder, "find") as link:
            if link:
                link.find(
                    PatientName=f"{letter}*",
                    PatientID="",
                    PatientBirthDate="",
                    StudyInstanceUID="",
                    StudyDate="",
                    StudyDescription="",
                )
        yield scene.wait(INTRUSION.minutes / QUESTIONS)

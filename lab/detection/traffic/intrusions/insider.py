"""A doctor reads the records of patients whom she does not treat."""

from __future__ import annotations

from collections.abc import Iterator

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.detection.traffic.viewer import open_study
from lab.i18n import t

INTRUSION = Intrusion(
    id="insider",
    title=t("An insider who reads what she should not"),
    story=t(
        "A doctor opens, with her own account, at her own desk and in the ordinary viewer, the records of patients who are not in her care. "
        "Every single request is one that she may make."
    ),
    minutes=150,
    begins=(8.0, 13.0),
)
RECORDS = 7


def play(scene: Scene) -> Iterator[float]:
    doctor = scene.random.choice(scene.cast.role("doctor"))
    treated = scene.treatment[doctor.who]
    others = sorted({study.patient for study in scene.hands.stock.studies} - set(treated))
    for patient in scene.random.sample(others, min(RECORDS, len(others))):
        studies = [study for study in scene.hands.stock.studies if study.patient == patient]
        if not studies:  # deleted meanwhile
            continue
        study = scene.random.choice(studies)
        with scene.hands.web(scene.insider(doctor)) as web:
            yield from open_study(web, study, scene.random)
        yield scene.wait(INTRUSION.minutes / RECORDS)

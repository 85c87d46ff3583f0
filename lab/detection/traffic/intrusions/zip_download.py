"""Whole studies, downloaded with a doctor's stolen password: as ZIP, by DICOMweb (WADO-RS) and by WADO-URI."""

from __future__ import annotations

from collections.abc import Iterator

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.detection.traffic.web import Web
from lab.i18n import t
from lab.site.zones import Zone

INTRUSION = Intrusion(
    id="zip-download",
    title=t("Download of whole studies over the web"),
    story=t(
        "A doctor's password has leaked. Somebody on the Internet logs in with it, lists all studies and downloads them: as ZIP files, by DICOMweb "
        "and by WADO, one after the other, as doctors never do."
    ),
    needs={"dicomweb": {"enabled": True, "wado": True}},
    minutes=45,
)
STUDIES = 20


def play(scene: Scene) -> Iterator[float]:
    owner = scene.random.choice(scene.cast.role("doctor"))
    intruder = scene.intruder(Zone.INTERNET, account=owner.account)
    with scene.hands.web(intruder) as web:
        web.get("/system")
        yield scene.wait(2)
        answer = web.get("/studies?expand")
        studies = answer.json() if answer is not None and answer.status_code == 200 else []
        listed = sorted((study["ID"], study["MainDicomTags"]["StudyInstanceUID"]) for study in studies)
        chosen = scene.random.sample(listed, min(STUDIES, len(listed)))
        for number, (study, uid) in enumerate(chosen):
            yield scene.wait(INTRUSION.minutes / STUDIES)
            if number % 3 == 0:
                web.get(f"/studies/{study}/archive")
            elif number % 3 == 1:
                web.get(f"/dicom-web/studies/{uid}")
            else:
                _by_wado(web, uid)


def _by_wado(web: Web, study: str) -> None:
    """One image of a study by WADO-URI (PS3.18, 9), found by QIDO-RS."""
    answer = web.get(f"/dicom-web/studies/{study}/instances?limit=1")
    if answer is None or answer.status_code != 200 or not answer.json():
        return
    image = answer.json()[0]
    series, instance = (image[tag]["Value"][0] for tag in ("0020000E", "00080018"))
    uids = f"studyUID={study}&seriesUID={series}&objectUID={instance}"
    web.get(f"/wado?requestType=WADO&{uids}&contentType=application/dicom")

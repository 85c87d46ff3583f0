"""ZIP archives of whole studies, downloaded with a doctor's stolen password."""

from __future__ import annotations

from collections.abc import Iterator

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.i18n import t
from lab.site.zones import Zone

INTRUSION = Intrusion(
    id="zip-download",
    title=t("Download of whole studies as ZIP"),
    story=t(
        "A doctor's password has leaked. Somebody on the Internet logs in with it, lists all studies and downloads them as ZIP files, which "
        "doctors never do."
    ),
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
        listed = sorted(study["ID"] for study in answer.json()) if answer and answer.status_code == 200 else []
        for study in scene.random.sample(listed, min(STUDIES, len(listed))):
            yield scene.wait(INTRUSION.minutes / STUDIES)
            web.get(f"/studies/{study}/archive")

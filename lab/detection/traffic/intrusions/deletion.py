"""Studies deleted over REST with the administrator's stolen password."""

from __future__ import annotations

from collections.abc import Iterator

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.i18n import t
from lab.site.zones import Zone

INTRUSION = Intrusion(
    id="deletion",
    title=t("Studies deleted"),
    story=t(
        "Somebody who has the administrator's password looks a few studies up and deletes them. Of what is gone, the archive keeps "
        "no note but a gap in the numbers of its changes."
    ),
    minutes=15,
)
STUDIES = 3


def play(scene: Scene) -> Iterator[float]:
    zone = scene.random.choice([Zone.INTERNET, Zone.CLINIC])
    intruder = scene.intruder(zone, account=scene.cast.role("administrator")[0].account)
    with scene.hands.web(intruder) as web:
        for _ in range(STUDIES):
            study = scene.hands.stock.choose_to_delete(scene.random)
            web.get(f"/studies/{study.id}")
            yield scene.wait(3)
            answer = web.ask("DELETE", f"/studies/{study.id}")
            if answer is not None and answer.status_code == 200:
                scene.hands.stock.forget(study.id)

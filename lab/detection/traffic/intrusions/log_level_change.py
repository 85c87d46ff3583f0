"""The archive's log turned down over REST, the patients listed meanwhile, and the log turned up again."""

from __future__ import annotations

from collections.abc import Iterator

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.i18n import t
from lab.site.zones import Zone

INTRUSION = Intrusion(
    id="log-level-change",
    title=t("The log turned down"),
    story=t(
        "With the administrator's password somebody sets the archive's log to its lowest level, lists patients while nothing is written, "
        "and sets it back. What is missing in the log is the trace."
    ),
    minutes=20,
    begins=(0.5, 3.5),
)
RECORDS = 8


def play(scene: Scene) -> Iterator[float]:
    intruder = scene.intruder(Zone.INTERNET, account=scene.cast.role("administrator")[0].account)
    with scene.hands.web(intruder) as web:
        answer = web.get("/tools/log-level")
        before = answer.text if answer is not None and answer.status_code == 200 else "verbose"
        web.ask("PUT", "/tools/log-level", data=b"default")
        try:
            for _ in range(RECORDS):
                yield scene.wait(INTRUSION.minutes / RECORDS)
                web.get(f"/studies/{scene.hands.stock.choose(scene.random).id}")
        finally:
            web.ask("PUT", "/tools/log-level", data=before.encode())

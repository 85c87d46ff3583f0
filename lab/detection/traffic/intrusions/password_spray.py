"""A few common passwords tried on every account, until one opens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.i18n import t
from lab.site.zones import Zone

WEAK = ("accueil", "Printemps2026")
INTRUSION = Intrusion(
    id="password-spray",
    title=t("A few passwords, tried on every account"),
    story=t(
        "Somebody on the Internet tries a handful of common passwords on every name that a hospital might use, slowly enough for no account "
        "to stand out. One account has such a password; a few records are opened with it."
    ),
    needs={"users": {WEAK[0]: {"password": WEAK[1], "role": "doctor"}}},
    minutes=60,
)
NAMES = ("admin", "root", "pacs", "orthanc", "radio", "interne", "stage", "secretariat", "dr.moreau", "dr.lefort")
PASSWORDS = ("Hopital2026", "Azerty123!", "Bienvenue1", "Radio2026", "Printemps2026")
RECORDS = 5


def play(scene: Scene) -> Iterator[float]:
    intruder = scene.intruder(Zone.INTERNET)
    names = [*scene.random.sample(NAMES, 7), WEAK[0]]
    for password in PASSWORDS:
        for name in names:
            with scene.hands.web(replace(intruder, account=(name, password))) as web:
                web.get("/system")
        yield scene.wait(INTRUSION.minutes / len(PASSWORDS))
    with scene.hands.web(replace(intruder, account=WEAK)) as web:
        for _ in range(RECORDS):
            web.get(f"/studies/{scene.hands.stock.choose(scene.random).id}")
            yield scene.wait(1)

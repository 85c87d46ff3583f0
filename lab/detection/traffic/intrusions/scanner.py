"""A machine that scans the whole Internet: it looks what answers, and goes on."""

from __future__ import annotations

from collections.abc import Iterator

from lab.detection.traffic.intrusion import Intrusion, Scene
from lab.detection.truth import Label
from lab.i18n import t

INTRUSION = Intrusion(
    id="scanner",
    title=t("A scanner of the whole Internet"),
    story=t(
        "A machine that tries every address asks for the start page and a few well-known files, is refused, and goes on. It is the noise "
        "of the Internet, and no intrusion."
    ),
    label=Label.SCAN,
    minutes=3,
)
PATHS = ("/", "/robots.txt", "/.env", "/login", "/favicon.ico", "/.git/config", "/app/explorer.html", "/system")


def play(scene: Scene) -> Iterator[float]:
    scanner = scene.scanner("ANY-SCU")
    with scene.hands.web(scanner) as web:
        for path in scene.random.sample(PATHS, 4):
            web.get(path)
    yield scene.wait(2)
    with scene.hands.dicom(scanner, "echo", called="ANY-SCP"):
        pass  # refused, or accepted and left at once

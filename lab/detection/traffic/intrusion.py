"""What an intrusion is made of, and how the files of ``intrusions/`` are found: there is no list of them to edit."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from random import Random
from typing import Any

from pydicom import Dataset

from lab.detection.traffic import intrusions
from lab.detection.traffic.cast import BROWSERS, Cast, Member, place
from lab.detection.traffic.hands import Hands
from lab.detection.traffic.receiver import Receivers
from lab.detection.traffic.studies import new_study
from lab.detection.truth import Label
from lab.errors import LabError
from lab.i18n import Text, t
from lab.site.zones import Station, Zone

AGENTS = (*BROWSERS, "curl/8.5.0", "python-requests/2.32.3")
"""What an intruder's program calls itself: often as the hospital's own do."""


TRIES = 3


@dataclass(frozen=True)
class Intrusion:
    """One kind of intrusion as data. ``id`` is the file's name with hyphens."""

    id: str
    title: Text
    story: Text
    """What the intruder does, in two or three sentences."""
    needs: Mapping[str, Any] = field(default_factory=dict)
    """The weaknesses that the site must have for it: an overlay (JSON Merge Patch)."""
    label: Label = Label.MALICIOUS
    minutes: float = 30.0
    """About how long it takes, on a whole day; on a shorter one it is shortened in proportion."""
    begins: tuple[float, float] = (0.5, 13.0)
    """Between which hours of a whole day it begins, so that it is over before the day is."""


@dataclass
class Scene:
    """What an intruder has: hands that enter every request, chance by seed, and the hospital's people to imitate."""

    intrusion: Intrusion
    incident: str
    random: Random
    hands: Hands
    cast: Cast
    receivers: Receivers
    treatment: Mapping[str, tuple[str, ...]]
    """Account of a doctor -> PatientIDs in her care."""
    pace: float
    """Minutes of the day that one minute of the intrusion takes: 1 on a whole day, in proportion less on a shorter one."""

    def intruder(self, zone: Zone, aet: str | None = None, account: tuple[str, str] | None = None) -> Member:
        """Somebody new in a zone, at an address that only the seed knows."""
        # 100 is the relay's own for clients from elsewhere, and the hospital's people stand below 100
        octet = self._random_octet()
        station = place(self.hands.site.network, "intruder", zone, octet)
        return self._member("intruder", station, aet, account, self.random.choice(AGENTS))

    def scanner(self, aet: str | None = None) -> Member:
        """A machine somewhere on the Internet that tries every address."""
        station = place(self.hands.site.network, "scanner", Zone.INTERNET, self._random_octet())
        return self._member("scanner", station, aet, None, "Mozilla/5.0 zgrab/0.x")

    def insider(self, member: Member) -> Member:
        """One of the hospital's own people, at her own place and with her own account."""
        return self._member("insider", member.station, member.aet, member.account, member.agent)

    def again(self, member: Member, aet: str) -> Member:
        """The same intruder under another AE title."""
        return replace(member, aet=aet)

    def receive(self, aet: str) -> tuple[str, int]:
        """Have a DICOM receiver of the intruder's listen where the archive reaches it; its address and port."""
        station = place(self.hands.site.network, "receiver", Zone.CLINIC, self._random_octet())
        port = self.random.randrange(11_200, 11_900)
        for _ in range(TRIES):  # the port may be taken
            if self.receivers.open(station.address, port, aet):
                break
            port += 1
        return station.address, port

    def forge(self) -> list[Dataset]:
        """The images of a study that no modality made; synthetic, and marked so, like all others."""
        return new_study(self.random.randrange(1 << 30))

    def wait(self, minutes: float) -> float:
        """A pause of about so many minutes, with some chance in it, in seconds of the day."""
        return 60 * minutes * self.pace * self.random.uniform(0.6, 1.4)

    def _random_octet(self) -> int:
        return self.random.randrange(110, 250)

    def _member(
        self, role: str, station: Station, aet: str | None, account: tuple[str, str] | None, agent: str
    ) -> Member:
        who = account[0] if role == "insider" and account else f"{role} of {self.incident}"
        return Member(who, role, station, aet, account, agent, self.intrusion.label, self.intrusion.id, self.incident)


Play = Callable[[Scene], Iterator[float]]
"""Plays an intrusion and yields the pauses between its steps, in seconds of the day."""


@dataclass(frozen=True)
class Found:
    """One file of ``intrusions/``."""

    intrusion: Intrusion
    play: Play


@cache
def known() -> Mapping[str, Found]:
    """Every intrusion by id, in the order of the ids."""
    modules = (
        import_module(f"{intrusions.__name__}.{entry.name}") for entry in pkgutil.iter_modules(intrusions.__path__)
    )
    found = (Found(module.INTRUSION, module.play) for module in modules)
    return dict(sorted((entry.intrusion.id, entry) for entry in found))


def named(name: str) -> Found:
    """An intrusion by id. Raises LabError for one that nobody has written."""
    if name not in known():
        raise LabError(
            t("There is no intrusion {name!r}.", name=name), t("There are: {known}.", known=", ".join(known()))
        )
    return known()[name]

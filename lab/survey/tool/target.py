"""What is asked: addresses and ports from a list, as a search engine for devices gives them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lab.survey.addresses import bindable, require_on_internet
from lab.survey.population import TLS_PORT
from lab.survey.system import System, Viewer


@dataclass(frozen=True, slots=True)
class Target:
    """A system to examine. ``country`` is what the registry of addresses says; ``web_port`` 0 when none was seen.

    Raises AddressRefused when it is made for an address outside the simulated Internet.
    """

    address: str
    port: int
    country: str = ""
    web_port: int = 0
    tls: bool = False
    operator: str = ""
    """Whom the address belongs to, as registries say."""
    listed_port: int = 0
    """The port on the real Internet, where this machine serves another."""

    def __post_init__(self) -> None:
        require_on_internet(self.address)

    @property
    def key(self) -> str:
        return f"{self.address}:{self.port}"

    @property
    def place(self) -> tuple[str, int]:
        return self.address, self.port


def targets_of(systems: Iterable[System]) -> list[Target]:
    """The public part of these systems: where they are and which ports were seen open. Nothing of what they hold."""
    return [
        Target(
            system.address,
            bindable(system.port),
            system.country,
            bindable(system.web_port) if system.viewer is not Viewer.NONE else 0,
            system.port == TLS_PORT,
            system.operator,
            system.port,
        )
        for system in systems
    ]

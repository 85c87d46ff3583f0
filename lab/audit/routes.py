"""Where nginx listens, and what it passes on to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lab.audit.compose import is_loopback
from lab.audit.nginx import Block


@dataclass(frozen=True)
class Listen:
    """One ``listen`` of a server."""

    block: Block
    address: str
    port: int
    tls: bool

    @property
    def loopback(self) -> bool:
        return is_loopback(self.address)


@dataclass(frozen=True)
class Route:
    """A ``proxy_pass``: which server it is in, and where it leads (several places for an upstream group)."""

    block: Block
    server: Block
    targets: tuple[tuple[str, int | None], ...]

    @property
    def inside(self) -> Block:
        """The location (or server) that the directive stands in."""
        return self.block.parent or self.block

    @property
    def listens(self) -> tuple[Listen, ...]:
        return listens(self.server)

    @property
    def stream(self) -> bool:
        return self.block.context == "stream"


def listens(server: Block) -> tuple[Listen, ...]:
    """Where a server listens; without a ``listen`` nginx takes port 80."""
    stated = [_listen(block) for block in server.own("listen")]
    return tuple(found for found in stated if found) or (Listen(server, "", 80, False),)


def _listen(block: Block) -> Listen | None:
    if not block.args or block.args[0].startswith("unix:"):
        return None
    address, _, port = (
        block.args[0].rpartition(":") if ":" in block.args[0].rpartition("]")[2] else ("", "", block.args[0])
    )
    if not port.isdigit():
        address, port = block.args[0], "80"
    legacy = any(directive.args == ("on",) for directive in (block.parent.own("ssl") if block.parent else []))
    return Listen(block, address.strip("[]"), int(port), "ssl" in block.args or legacy)


def routes(root: Block) -> list[Route]:
    """Every ``proxy_pass`` of the tree, with what it leads to."""
    groups = {block.args[0]: block for block in root.all("upstream") if block.args}
    found = []
    for block in root.all("proxy_pass"):
        server = next((outer for outer in block.around() if outer.name == "server"), None)
        if server is not None and block.args:
            found.append(Route(block, server, tuple(_targets(block, groups))))
    return found


def _targets(block: Block, groups: dict[str, Block]) -> Iterator[tuple[str, int | None]]:
    match = re.match(r"(?:(https?)://)?([^/]+)", block.args[0])
    if not match:
        return
    scheme, authority = match.groups()
    if group := groups.get(authority):
        for server in group.own("server"):
            yield _host_and_port(server.args[0] if server.args else "", None)
        return
    if variable := re.fullmatch(r"\$(\w+)(?::(\d+))?", authority):
        for setting in (found for outer in block.around() for found in outer.own("set")):
            if len(setting.args) == 2 and setting.args[0] == f"${variable[1]}":
                host, port = _host_and_port(re.sub(r"^https?://", "", setting.args[1]), scheme)
                yield host, int(variable[2]) if variable[2] else port
                return
    yield _host_and_port(authority, scheme)


def _host_and_port(authority: str, scheme: str | None) -> tuple[str, int | None]:
    host, colon, port = authority.rpartition(":")
    if colon and port.isdigit():
        return host.strip("[]"), int(port)
    return authority, {"http": 80, "https": 443}.get(scheme or "")

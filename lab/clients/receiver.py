"""Somebody who waits for images: a DICOM storage service (C-STORE SCP, PS3.4 B) at a station of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, AllStoragePresentationContexts, evt

from lab.clients.guard import require_inside
from lab.site.zones import Network, Station


@dataclass
class Received:
    """Where the receiver listens, and the SOP instance UIDs of what has come in."""

    address: str
    port: int
    instances: list[str] = field(default_factory=list)


@contextmanager
def receiver(network: Network, station: Station, title: str) -> Iterator[Received]:
    """Listen on a free port of the station's own address until the end of the context. Keeps no image."""
    require_inside(station.address, network)
    entity = AE(ae_title=title)
    for context in AllStoragePresentationContexts:
        entity.add_supported_context(str(context.abstract_syntax), ALL_TRANSFER_SYNTAXES)

    def keep(event: evt.Event) -> int:
        inbox.instances.append(str(event.dataset.SOPInstanceUID))
        return 0x0000

    server = entity.start_server((station.address, 0), block=False, evt_handlers=[(evt.EVT_C_STORE, keep)])
    if server is None:
        raise OSError("the receiver did not start")
    inbox = Received(station.address, server.server_address[1])
    try:
        yield inbox
    finally:
        server.shutdown()

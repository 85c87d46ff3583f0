"""Objects that go out in one piece arrive as they are, and what is lost on the way goes out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from pynetdicom import AE, evt
from pynetdicom.dimse_primitives import C_STORE

from lab.clients import dimse, loader
from lab.clients.dimse import Peer
from lab.clients.live import LiveSite
from lab.clients.loader import store_hospital
from lab.errors import LabError
from lab.site.zones import Network, Station, Zone
from synthetic_data import Hospital, generate
from synthetic_data.instance import storage_kinds

HOST = "127.0.0.1"


@dataclass
class Archive:
    """What came in, and how each is answered; as a site, it knows its equipment's way to it."""

    port: int = 0
    stored: dict[str, bytes] = field(default_factory=dict)
    asked: int = 0
    answer: Callable[[int, evt.Event], int] = lambda asked, event: 0x0000

    def take(self, event: evt.Event) -> int:
        self.asked += 1
        status = self.answer(self.asked, event)
        if status == 0:
            self.stored[str(cast(C_STORE, event.request).AffectedSOPInstanceUID)] = event.encoded_dataset(
                include_meta=False
            )
        return status

    def equipment(self, name: str) -> Peer:
        return Peer(Network.native(), Station(name, Zone.CLINIC, HOST), HOST, self.port, "CT", "ARCHIVE")


@contextmanager
def listening(archive: Archive, maximum: int = 16384, kinds: int | None = None) -> Iterator[LiveSite]:
    entity = AE("ARCHIVE")
    entity.maximum_pdu_size = maximum
    for sop_class, syntax in storage_kinds("rle")[:kinds]:
        entity.add_supported_context(sop_class, syntax)
    server: Any = entity.start_server((HOST, 0), block=False, evt_handlers=[(evt.EVT_C_STORE, archive.take)])
    archive.port = server.socket.getsockname()[1]
    try:
        yield cast(LiveSite, archive)
    finally:
        server.shutdown()


@pytest.fixture(scope="module")
def few() -> Hospital:
    return generate(patients=2, modalities=["DX", "US"], syntax="rle", first=12)


@pytest.fixture(scope="module")
def sent(few: Hospital) -> dict[str, bytes]:
    return {one.sop_instance_uid: one.encode() for one in few.instances()}


def arrived(archive: Archive, sent: dict[str, bytes]) -> bool:
    """Whether the archive has each object's dataset, byte for byte, and nothing else."""
    return archive.stored.keys() == sent.keys() and all(sent[uid].endswith(archive.stored[uid]) for uid in sent)


@pytest.mark.slow
@pytest.mark.parametrize("maximum", [16384, 4096, 0])
def test_objects_arrive_as_they_are_whatever_an_archive_takes_at_once(
    few: Hospital, sent: dict[str, bytes], maximum: int
) -> None:
    archive, progress = Archive(), []
    with listening(archive, maximum) as site:
        assert store_hospital(site, few, lambda done, total: progress.append((done, total))) == len(sent)
    assert arrived(archive, sent)
    assert progress == [(number, len(sent)) for number in range(1, len(sent) + 1)]


@pytest.mark.slow
def test_an_object_whose_association_ends_is_sent_again(few: Hospital, sent: dict[str, bytes]) -> None:
    def hang_up_once(asked: int, event: evt.Event) -> int:
        if asked == 2:
            event.assoc.abort()
            return 0xC000
        return 0x0000

    archive = Archive(answer=hang_up_once)
    with listening(archive) as site:
        assert store_hospital(site, few) == len(sent)
    assert arrived(archive, sent)
    assert archive.asked == len(sent) + 1


@pytest.mark.slow
def test_an_object_whose_answer_does_not_come_in_time_is_sent_again(
    few: Hospital, sent: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dimse, "TIMEOUT_SECONDS", 1.0)

    def sleep_once(asked: int, event: evt.Event) -> int:
        if asked == 1:
            event.assoc.dul.join(10)  # until the sender has given up
            return 0xC000
        return 0x0000

    archive = Archive(answer=sleep_once)
    with listening(archive) as site:
        assert store_hospital(site, few) == len(sent)
    assert arrived(archive, sent)


def test_an_archive_that_refuses_an_object_is_told_with_its_status(few: Hospital) -> None:
    with (
        listening(Archive(answer=lambda asked, event: 0xA700)) as site,
        pytest.raises(LabError, match=r"refused object [\d.]+ with DIMSE status 0xA700\."),
    ):
        store_hospital(site, few)


def test_an_archive_that_breaks_off_without_an_answer_is_told_as_such(
    few: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "ANSWERS_THAT_MAY_BE_LOST", 1)

    def break_off(asked: int, event: evt.Event) -> int:
        event.assoc.abort()
        return 0x0000

    with listening(Archive(answer=break_off)) as site, pytest.raises(LabError, match="broke off again and again"):
        store_hospital(site, few)


@pytest.mark.slow
def test_after_an_error_the_others_do_not_go_on(few: Hospital, sent: dict[str, bytes]) -> None:
    def refuse_the_first(asked: int, event: evt.Event) -> int:
        return 0xA700 if asked == 1 else 0x0000

    archive, many = Archive(answer=refuse_the_first), generate(patients=120, modalities=["DX", "US"], syntax="rle")
    with listening(archive) as site, pytest.raises(LabError):
        store_hospital(site, many)
    assert archive.asked < many.instance_count / 2


def test_an_archive_that_takes_no_such_objects_is_told(few: Hospital) -> None:
    with listening(Archive(), kinds=1) as site, pytest.raises(LabError, match="no presentation context"):
        store_hospital(site, few)

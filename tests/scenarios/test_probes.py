"""Probes before answers that no sandbox gives: a current Orthanc, an archive of a certain size, a disk read in part. Nothing runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from pydicom.dataset import Dataset

from lab.catalogue import weakness
from lab.clients import dimse
from lab.clients.guard import GuardedTransport
from lab.clients.live import LiveSite
from lab.clients.machine import Machine
from lab.clients.patience import MOMENT_SECONDS, at_most, left
from lab.model import NotChecked, Safe, Verdict, Vulnerable
from lab.probing.holdings import image_in
from lab.probing.web import Visitor, attempt, ways
from lab.site.baseline import baseline
from lab.site.certificates import Certificates
from lab.site.zones import Door, Network, Station
from synthetic_data import generate


class AnswersOnly(LiveSite):
    """A site of which only the web's answers are there: ``answer`` gives them."""

    answer: Any = None

    def web_doors(self, station: Station) -> tuple[Door, ...]:
        return (Door.HTTPS,)

    @contextmanager
    def web(self, station: Station, door: Door, user: Any = None, **options: Any) -> Iterator[httpx.Client]:
        with httpx.Client(
            transport=httpx.MockTransport(type(self).answer), base_url="https://127.28.3.1:8443"
        ) as client:
            yield client


def site_that(answer: Any) -> LiveSite:
    kind = type("Site", (AnswersOnly,), {"answer": staticmethod(answer)})
    nobody = cast(Certificates, SimpleNamespace(authority=None, equipment=lambda name: None))
    return cast(LiveSite, kind(Network.native(), baseline(), nobody, lambda: None))


@pytest.mark.parametrize(
    ("status", "version", "verdict"),
    [(200, "1.13.0", Safe), (200, "1.12.7", Vulnerable), (200, "mainline", NotChecked), (401, "", NotChecked)],
)
def test_a_current_orthanc_has_no_published_flaw(status: int, version: str, verdict: type[Verdict]) -> None:
    site = site_that(lambda request: httpx.Response(status, json={"Version": version}))
    assert isinstance(weakness("outdated").probe_once(site), verdict)


@pytest.mark.parametrize("hears", [True, False])
def test_the_toolkit_that_an_association_names_is_what_remains_and_no_weakness(
    hears: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def introduction(peer: dimse.Peer) -> tuple[str, str]:
        if not hears:
            raise dimse.NoAssociation("rejected", "calling AE title not recognised")
        return "OFFIS_DCMTK_367", "1.2.276.0.7230010.3.0.3.6.7"

    monkeypatch.setattr("lab.scenarios.version_disclosure.introduction", introduction)
    monkeypatch.setattr(LiveSite, "answers", lambda site, station, door: True)
    verdict = weakness("version-disclosure").probe_once(site_that(lambda request: httpx.Response(401)))
    assert isinstance(verdict, Safe)
    assert ("the toolkit is OFFIS_DCMTK_367: no option of Orthanc hides it" in str(verdict.evidence.summary)) is hears
    noted = "implementation OFFIS_DCMTK_367 (1.2.276.0.7230010.3.0.3.6.7)" if hears else "rejected: calling AE title"
    assert ["A-ASSOCIATE INTRUDER" in step and noted in step for step in verdict.evidence.steps[-2:]] == [True, True]


def test_whoever_is_told_to_wait_on_and_on_is_not_turned_away() -> None:
    site = site_that(lambda request: httpx.Response(429))
    assert isinstance(weakness("open-viewer").probe_once(site), NotChecked)


def test_an_intruder_calls_himself_what_the_doctors_browser_does() -> None:
    seen = set()

    def look(visitor: Visitor) -> None:
        visitor.get("/system")

    site = site_that(lambda request: seen.add(request.headers["User-Agent"]) or httpx.Response(401))
    attempt(site, ways(site), look, weakness("open-viewer").scenario.title)
    assert [agent.split("/")[0] for agent in seen] == ["Mozilla"]


def study_of(images: int, series: int) -> Dataset:
    study = Dataset()
    study.NumberOfStudyRelatedInstances, study.NumberOfStudyRelatedSeries = images, series
    return study


@pytest.mark.parametrize(
    ("images", "series", "version", "verdict"),
    [
        ((0, 101), (0, 12), "1.10.1", Vulnerable),
        ((0xFE00, 100), (0, 120), "1.10.1", Vulnerable),
        ((0xFE00, 100), (0xFE00, 100), "1.10.1", Safe),
        ((0xFE00, 100), (0, 12), "1.10.1", Safe),
        ((0, 60), (0, 12), "1.10.1", NotChecked),
        ((dimse.NO_ANSWER, 0), (dimse.NO_ANSWER, 0), "1.10.1", Safe),
        ((0, 101), (0, 12), "1.12.7", NotChecked),  # which does not keep its limits
        ((0, 101), (0, 12), None, NotChecked),
        ((0, 101), (0, 12), "1.12.11", Vulnerable),
        ((0, 50), (0, 12), "1.13.0", Safe),  # which does not say that there is more; its studies have sixty
        ((0, 60), (0, 11), "1.13.0", Safe),
    ],
)
def test_a_limit_at_one_level_does_not_close_the_other(
    images: tuple[int, int],
    series: tuple[int, int],
    version: str | None,
    verdict: type[Verdict],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def find(peer: dimse.Peer, identifier: Dataset) -> tuple[int, list[Dataset]]:
        status, count = {"IMAGE": images, "SERIES": series, "STUDY": (0, 6)}[identifier.QueryRetrieveLevel]
        return status, [study_of(10, 2) for _ in range(count)]

    monkeypatch.setattr("lab.scenarios.find_unlimited.dimse.find", find)
    monkeypatch.setattr("lab.scenarios.find_unlimited._version", lambda site: version)
    monkeypatch.setattr(LiveSite, "answers", lambda site, station, door: True)
    site = site_that(lambda request: httpx.Response(401))
    assert isinstance(weakness("find-unlimited").probe_once(site), verdict)


class Disk:
    """A storage of one image whose index cannot be read."""

    def __init__(self, image: bytes) -> None:
        self.stranger, self._image = self, image

    def names(self, folder: str = ".") -> list[str]:
        return {".": ["ab"], "ab": ["cd"], "ab/cd": ["image"]}[folder]

    def read(self, path: str) -> bytes:
        if path != "ab/cd/image":
            raise PermissionError(13, "Permission denied")
        return self._image


def test_an_image_that_was_read_counts_though_the_index_cannot_be() -> None:
    content = next(generate(patients=1).instances()).encode()
    disk = cast(Machine, Disk(content))
    site = LiveSite(Network.native(), baseline(), cast(Certificates, None), lambda: None, inside=disk)
    verdict = weakness("at-rest-plain").probe_once(site)
    assert isinstance(verdict, Vulnerable)
    image = image_in(BytesIO(content).getvalue())
    assert image is not None
    exposure = verdict.evidence.exposure
    assert exposure is not None
    assert (exposure.patients, exposure.images, exposure.since) == (1, 1, str(image.StudyDate))


def test_a_probe_waits_no_longer_than_it_has_time(monkeypatch: pytest.MonkeyPatch) -> None:
    later = httpx.Response(429, headers={"Retry-After": "4"})
    asked = []
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda self, request: asked.append(request) or later)
    network = Network.native()
    with httpx.Client(transport=GuardedTransport(network, "127.28.3.66", True), timeout=4.0) as client:
        began = time.monotonic()
        with at_most(0.2):
            assert client.get("https://127.28.3.1/").status_code == 429
        assert time.monotonic() - began < 3, "it was told to wait for four seconds"
    assert set(asked[0].extensions["timeout"].values()) == {MOMENT_SECONDS}
    assert left(4.0) == 4.0

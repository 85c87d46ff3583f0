"""On a dask.distributed cluster the same bytes come out, also when a worker is lost in the middle."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from types import ModuleType

import pytest

from synthetic_data import Hospital, SyntheticDataError, generate
from tests.synthetic_data.test_writing import same


@pytest.fixture
def distributed() -> ModuleType:
    """The library; imported here, where it is needed, as it takes long."""
    return pytest.importorskip("distributed", reason="the package 'distributed' is not installed")


@pytest.mark.slow
def test_a_cluster_that_loses_one_of_two_workers_writes_the_same_files(distributed: ModuleType, tmp_path: Path) -> None:
    hospital = generate(patients=8, modalities=["CT", "MR"])
    hospital.write(tmp_path / "alone")
    victims: list[int] = []
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:

        def kill_one(done: int, total: int) -> None:
            if not victims:
                victims.append(next(iter(cluster.workers.values())).pid)
                os.kill(victims[0], signal.SIGKILL)

        hospital.write(tmp_path / "together", kill_one, scheduler=cluster.scheduler_address)
    assert len(victims) == 1
    assert same(tmp_path / "together", tmp_path / "alone")


def test_a_scheduler_that_is_not_there_is_said(
    distributed: ModuleType, hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synthetic_data.cluster._CONNECT_SECONDS", "200ms")
    with pytest.raises(SyntheticDataError) as caught:
        hospital.write(tmp_path, scheduler="tcp://127.0.0.1:9")
    assert str(caught.value) == ("no dask scheduler answers at 'tcp://127.0.0.1:9'; start one with 'dask scheduler'.")


def test_an_address_that_is_none_is_said(distributed: ModuleType, hospital: Hospital, tmp_path: Path) -> None:
    with pytest.raises(SyntheticDataError, match="no dask scheduler answers at 'nonsense://'"):
        hospital.write(tmp_path, scheduler="nonsense://")


@pytest.mark.parametrize(
    ("reason", "arguments"), [("KilledWorker", ("patient", None, 3)), ("CancelledError", ("patient",))]
)
def test_a_cluster_that_breaks_down_is_said(
    distributed: ModuleType, reason: str, arguments: tuple[object, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Broken:
        loop = None

        def __enter__(self) -> Broken:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def nthreads(self) -> dict[str, int]:
            return {"a": 1}

        def submit(self, *_: object, **__: object) -> Broken:
            return self

        def result(self) -> None:
            raise getattr(distributed, reason)(*arguments)

    monkeypatch.setattr(distributed, "Client", lambda *_, **__: Broken())
    monkeypatch.setattr(distributed, "as_completed", lambda futures, loop: futures)
    with pytest.raises(SyntheticDataError, match="lost its scheduler, or one worker after the other"):
        generate(patients=1, modalities=["DX"]).write(tmp_path, scheduler="tcp://127.0.0.1:9")

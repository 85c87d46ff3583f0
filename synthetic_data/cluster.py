"""Writing on a dask.distributed cluster. Needs the package `distributed` (the group `cluster` of the requirements)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic_data.errors import SyntheticDataError
from synthetic_data.options import Options
from synthetic_data.workers import write_one

if TYPE_CHECKING:
    from synthetic_data.writing import ShardWritten

_PATIENTS_AHEAD = 4
_CONNECT_SECONDS = "10s"


def run_on_cluster(options: Options, folder: Path, scheduler: str) -> Iterator[ShardWritten]:
    """Write every patient on the cluster whose scheduler is at that address; yields what was written of each.

    All workers must see `folder` under the same name and have this package. A worker that is lost in the middle is
    made up for by the others: a patient appears complete or not at all, whoever writes it.
    """
    try:
        import distributed
    except ImportError as error:
        raise SyntheticDataError("--scheduler needs the package 'distributed': pip install distributed.") from error
    try:
        client: Any = distributed.Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise SyntheticDataError(
            f"no dask scheduler answers at {scheduler!r}; start one with 'dask scheduler'."
        ) from error
    with client:
        seats = max(1, sum(client.nthreads().values()))
        indices = iter(options.indices)

        def submit(count: int) -> list[object]:
            chosen = islice(indices, count)
            return [client.submit(write_one, options, index, str(folder.resolve()), pure=False) for index in chosen]

        pending: Any = distributed.as_completed(submit(_PATIENTS_AHEAD * seats), loop=client.loop)  # type: ignore[no-untyped-call]
        lost = (distributed.KilledWorker, distributed.CancelledError, OSError, TimeoutError)
        try:
            for future in pending:
                written: ShardWritten = future.result()
                yield written
                for more in submit(1):
                    pending.add(more)
        except lost as error:
            raise SyntheticDataError(
                f"the cluster at {scheduler!r} lost its scheduler, or one worker after the other, perhaps for lack of memory; "
                "run the same command again to go on."
            ) from error

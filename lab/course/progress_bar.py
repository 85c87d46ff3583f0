"""A progress bar below a notebook cell that takes some time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int], None] | None]:
    """What to call with (done, of all) meanwhile; None outside a notebook, where nobody would see a bar."""
    from IPython.core.getipython import get_ipython
    from IPython.display import ProgressBar

    if getattr(get_ipython(), "kernel", None) is None:
        yield None
        return
    bar: Any = ProgressBar(1)  # type: ignore[no-untyped-call]
    bar.display()

    def report(done: int, total: int) -> None:
        bar.total = max(total, 1)
        bar.progress = min(done, bar.total)

    yield report

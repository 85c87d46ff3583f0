"""What the lab prints while it works: steps with their times, and a progress bar where somebody is watching."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lab.i18n import Text, t


class Steps:
    """Prints each step with how long it took. ``quiet`` prints nothing, for programs that read standard output."""

    def __init__(self, quiet: bool = False) -> None:
        self._console = Console(highlight=False, soft_wrap=True, quiet=quiet)

    @contextmanager
    def step(self, title: Text) -> Iterator[None]:
        """A step that just takes its time."""
        began = time.monotonic()
        yield
        self._done(title, time.monotonic() - began)

    @contextmanager
    def progress(self, title: Text) -> Iterator[Callable[[int, int], None]]:
        """A step that counts: a bar on a terminal, a line at each quarter elsewhere."""
        began = time.monotonic()
        if not self._console.is_terminal:
            yield self._quarters(title)
        else:
            columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            with Progress(*columns, console=self._console, transient=True) as bar:
                task = bar.add_task(str(title), total=None)
                yield lambda done, total: bar.update(task, completed=done, total=total)
        self._done(title, time.monotonic() - began)

    def _quarters(self, title: Text) -> Callable[[int, int], None]:
        said = 0

        def report(done: int, total: int) -> None:
            nonlocal said
            quarter = 4 * done // total if total else 0
            if said < quarter < 4:
                said = quarter
                self._console.print(f"  {t('{what}: {done}/{total}', what=title, done=done, total=total)}")

        return report

    def _done(self, title: Text, seconds: float) -> None:
        self._console.print(f"[green]✔[/green] {title} [dim]({seconds:.1f} s)[/dim]")

    def ready(self, url: str | None, detached: bool) -> None:
        """Say that the lab is ready, its one URL, and how to end it."""
        if url:
            self._console.print(
                f"\n[bold]{t('Open this address in your browser:')}[/bold]\n\n    {url}\n",
                overflow="ignore",
                no_wrap=True,
            )
        else:
            self._console.print(f"[bold]{t('The lab is ready.')}[/bold]")
        ctrl_c, command = t("Ctrl-C ends everything; your work and progress are kept."), t("To end it: ./pacslab stop")
        self._console.print(f"[dim]{command if detached else ctrl_c}[/dim]")
        sys.stdout.flush()

    def note(self, words: Text) -> None:
        """Something that is not as the trainee left it."""
        self._console.print(f"[yellow]![/yellow] {words}")

    def ending(self) -> None:
        self._say_if_heard(f"\n{t('Ending …')}")

    def ended(self) -> None:
        self._say_if_heard(str(t("The lab is stopped. Start it again with ./start.sh.")))

    def _say_if_heard(self, words: str) -> None:
        """Say something on the way out. A terminal that was closed, or a pipe that nobody reads, must not stop the ending."""
        try:
            self._console.print(words)
            sys.stdout.flush()
        except (OSError, SystemExit):  # rich makes an exit of a broken pipe
            with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), sys.stdout.fileno())

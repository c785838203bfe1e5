"""The progress bar of long work, by rich, on standard error."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class Bar:
    """One bar that follows `show` and leaves nothing behind."""

    def __init__(self) -> None:
        self._rich = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                              console=Console(stderr=True), transient=True)
        self._tasks: dict[str, TaskID] = {}
        self._rich.start()

    def show(self, what: str, done: int, total: int) -> None:
        """Say how far the work named `what` has come."""
        if what not in self._tasks:
            self._tasks[what] = self._rich.add_task(what, total=total)
        self._rich.update(self._tasks[what], completed=done, total=total)

    def close(self) -> None:
        """Stop and clear the line."""
        self._rich.stop()

"""What the terminal shows while lessons are executed: bars for a person, lines for a log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """Reports on one console; bars only where somebody watches."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}
        self._cells: Mapping[str, int] = {}

    @contextmanager
    def executing(self, cells: Mapping[str, int]) -> Iterator[None]:
        """Around the execution of lessons: {stem: number of code cells}."""
        self._cells = cells
        if not cells or not self.console.is_terminal:
            yield
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bars(*columns, console=self.console) as self._bars:
            self._tasks = {stem: self._bars.add_task(stem, total=total) for stem, total in cells.items()}
            yield
        self._bars = None

    def cell(self, stem: str, done: int) -> None:
        """One more code cell of a lesson is executed."""
        if self._bars:
            self._bars.update(self._tasks[stem], completed=done)

    def finished(self, stem: str, seconds: float, *, faulty: bool) -> None:
        """A lesson is through."""
        if not self._bars:
            word = "failed" if faulty else "executed"
            self.console.print(
                f"{word} {stem} ({self._cells[stem]} code blocks, {seconds:.1f} s)", soft_wrap=True
            )

    def say(self, message: str) -> None:
        """One line about a step of the build."""
        self.console.print(message, soft_wrap=True, markup=False)

"""Faults on the terminal: in colour for a reader, plain for a program."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from courseware.curriculum import Fault


def report(faults: Sequence[Fault], console: Console | None = None) -> int:
    """Prints every fault and their number; returns the exit code."""
    console = console or Console(highlight=False, soft_wrap=True)
    for fault in faults:
        console.print(Text.assemble((f"{fault.file}:{fault.line}:", "bold"), " ", fault.words))
    if faults:
        files = len({fault.file for fault in faults})
        noun = "fault" if len(faults) == 1 else "faults"
        console.print(
            Text(f"{len(faults)} {noun} in {files} {'file' if files == 1 else 'files'}", style="bold red")
        )
        return 1
    console.print(Text("The course is without fault.", style="green"))
    return 0

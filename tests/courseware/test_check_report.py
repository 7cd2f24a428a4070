"""What `make check` prints, and its exit code."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from courseware.check.report import report
from courseware.curriculum import Fault

FAULTS = [
    Fault("curriculum/course.yml", 12, 'there is no document "99"'),
    Fault("README.md", 3, "[29] minutes"),
]


def printed(faults: list[Fault], **options: object) -> tuple[int, str]:
    stream = io.StringIO()
    code = report(faults, Console(file=stream, highlight=False, soft_wrap=True, **options))  # type: ignore[arg-type]
    return code, stream.getvalue()


def test_every_fault_and_their_number() -> None:
    assert printed(FAULTS) == (
        1,
        'curriculum/course.yml:12: there is no document "99"\nREADME.md:3: [29] minutes\n2 faults in 2 files\n',
    )


def test_nothing_to_report() -> None:
    assert printed([]) == (0, "The course is without fault.\n")


def test_colour_only_on_a_terminal() -> None:
    assert "\x1b[" not in printed(FAULTS)[1]
    assert "\x1b[" in printed(FAULTS, force_terminal=True, color_system="standard")[1]


def test_long_lines_stay_whole_for_programs() -> None:
    _, text = printed([Fault("a.yml", 1, "word " * 60)], width=40)
    assert text.count("\n") == 2


def test_the_command_prints_the_formats() -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "courseware", "formats"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=root, check=True)
    assert "## curriculum/course.yml" in done.stdout
    assert "{path:production.documents}" in done.stdout

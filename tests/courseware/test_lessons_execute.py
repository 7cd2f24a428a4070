"""Lessons run in a real kernel; what goes wrong there is reported with block, error and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from courseware.lessons.execute import execute_now
from courseware.lessons.scrub import Scrubber
from tests.courseware.lesson_files import lesson_of

KERNEL = """\
# %% block="machine"
import os
import sys
from pathlib import Path

# zh: 这台机器上的东西，课文看不到
# en: what a lesson does not see of the machine
print(sys.executable)
print(sorted(name for name in os.environ if name.startswith(("OPENAI_", "LANGSMITH_", "LANGCHAIN_"))))
print(Path.cwd().name, hash("same in every run"))
print("first", flush=True)
print("second", flush=True)

# %% block="awaited"
import asyncio

await asyncio.sleep(0, "awaited")

# %% block="announced" tags=["raises-exception"]
# zh: 出错
# en: fails
raise ValueError("on purpose\\nin two lines")

# %% block="grouped" tags=["raises-exception"]
raise ExceptionGroup("both", [ValueError("a"), KeyError("b")])

# %% block="noted" tags=["raises-exception"]
error = ValueError("boom")
error.add_note("in parallel branch 'bad'")
raise error

# %% block="still-alive"
error.args
"""

FAULTY = """\
# %% block="fine"
print("fine")

# %% block="unannounced"
print("before")
{}["missing"]

# %% block="tame" tags=["raises-exception"]
print("no error here")

# %% block="consequence"
undefined
"""


def _text(output: dict[str, Any]) -> str:
    return str(
        output.get("text") or output.get("data", {}).get("text/plain") or "\n".join(output["traceback"])
    )


def test_a_lesson_runs_on_this_python_and_sees_nothing_else_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    done: list[int] = []
    lesson = lesson_of(tmp_path, KERNEL)

    outputs, faults = execute_now(lesson, tmp_path / "notebooks", on_cell=done.append)

    assert faults == []
    assert done == [1, 2, 3, 4, 5, 6]
    machine = _text(outputs[0][0]).split("\n")
    assert machine[0] == sys.executable
    assert machine[1] == "[]"
    assert machine[2].startswith("notebooks ")
    assert machine[3:5] == ["first", "second"], "one stream, however often it was flushed"
    assert _text(outputs[1][0]) == "'awaited'"
    announced = Scrubber().output(outputs[2][0])
    assert (announced["ename"], announced["evalue"]) == ("ValueError", "on purpose\nin two lines")
    assert "Cell In[3], line 2" in announced["traceback"][1], (
        "lines as the reader of either language counts them"
    )
    assert outputs[3][0]["ename"] == "ExceptionGroup"
    assert "KeyError: 'b'" in _text(outputs[3][0])
    assert "in parallel branch 'bad'" in _text(outputs[4][0])
    assert _text(outputs[5][0]) == "('boom',)"


def test_errors_that_nobody_announced_are_faults(tmp_path: Path) -> None:
    lesson = lesson_of(tmp_path, FAULTY)

    _, faults = execute_now(lesson, tmp_path / "notebooks")

    assert [fault.line for fault in faults] == [4, 8, 11]
    unannounced, tame, consequence = (fault.words for fault in faults)
    assert unannounced.startswith(
        "code of block 'unannounced' raised KeyError: 'missing'; an error on purpose needs the tag raises-exception\n"
    )
    assert "Cell In[2], line 2" in unannounced
    assert tame == "code of block 'tame' is tagged raises-exception but did not raise"
    assert "NameError: name 'undefined' is not defined" in consequence


def test_a_cell_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    lesson = lesson_of(
        tmp_path, '# %% block="slow"\nimport time\n\ntime.sleep(600)\n\n# %% block="after"\nprint(1)\n'
    )

    outputs, faults = execute_now(lesson, tmp_path / "notebooks", seconds=1)

    assert [str(fault) for fault in faults] == [
        "notebooks/01_first.py:1: code of block 'slow' ran longer than 1 s and was stopped"
    ]
    assert outputs[1] == [], "what comes after is not run"


def test_a_kernel_that_dies_is_reported(tmp_path: Path) -> None:
    lesson = lesson_of(tmp_path, '# %% block="crash"\nimport os\n\nos._exit(1)\n')

    _, faults = execute_now(lesson, tmp_path / "notebooks")

    assert [fault.words for fault in faults] == [
        "code of block 'crash' ended the kernel (out of memory, or a crash below Python)"
    ]

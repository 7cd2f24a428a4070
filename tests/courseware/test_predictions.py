"""The bars that a prediction calls right are those that the lesson's own run records."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from courseware.curriculum import load
from courseware.curriculum.widgets import Bars
from courseware.lessons.source import read_lesson
from fanout.trace import Trace

ROOT = Path(__file__).resolve().parents[2]
CURRICULUM = load(ROOT)
DRAWN = [id for id, one in CURRICULUM.predicts.items() if isinstance(one.answer, Bars)]


def run_up_to(block: str, lesson: Path) -> dict[str, Any]:
    """The names that a lesson knows after this block."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in read_lesson(lesson, ROOT).code_cells:
        expected = (
            contextlib.suppress(Exception) if "raises-exception" in cell.tags else contextlib.nullcontext()
        )
        with expected:
            exec(compile(cell.source, cell.block, "exec"), names)
        if cell.block == block:
            return names
    raise AssertionError(f"{lesson.name} has no block {block}")


@pytest.mark.parametrize("id", DRAWN)
def test_the_right_bars_are_those_of_the_run(id: str) -> None:
    one = CURRICULUM.predicts[id]
    assert isinstance(one.answer, Bars)

    names = run_up_to(one.block, ROOT / CURRICULUM.course.document(one.document).notebook)
    trace: Trace = names["trace"].snapshot()
    ran = [(leaf.key, *stretch) for leaf in trace.leaves for stretch in leaf.under_way()]

    right = [(bar.branch.split()[-1], bar.start, bar.end) for bar in one.answer.bars]
    assert len(ran) == len(right)
    for (branch, start, end), (key, began, ended) in zip(right, ran, strict=True):
        assert (branch, start, end) == (key, pytest.approx(began, abs=1e-6), pytest.approx(ended, abs=1e-6))

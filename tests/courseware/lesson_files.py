"""Lesson files for tests: a sound one, and the faults of one that is broken on purpose."""

from __future__ import annotations

from pathlib import Path

from courseware.lessons.parity import check_parity
from courseware.lessons.source import Lesson, read_lesson

SOUND = """\
# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown] block="waiting" tags=["zh"]
# ## 等待 {#waiting}
#
# ```widget
# predict three-waits
# ```
#
# 快了 {claim:speed-up}。
#
# - [ ] 我能说出来 {#task:say-it}

# %% [markdown] block="waiting" tags=["en"]
# ## Waiting {#waiting}
#
# ```widget
# predict three-waits
# ```
#
# A gain of {claim:speed-up}.
#
# - [ ] I can say it {#task:say-it}

# %% block="run"
# zh: 等一下
# en: waits a moment
import asyncio

await asyncio.sleep(0)
print("done")
"""
FILE = "notebooks/01_first.py"


def lesson_of(root: Path, text: str = SOUND) -> Lesson:
    """The lesson that a text holds, with all faults that show without executing it."""
    path = root / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    lesson = read_lesson(path, root)
    check_parity(lesson)
    return lesson


def faults_of(root: Path, text: str) -> list[str]:
    """Every fault of a lesson as `line: words`."""
    return [str(fault).removeprefix(f"{FILE}:") for fault in sorted(lesson_of(root, text).faults)]


def broken(old: str, new: str, count: int = 1) -> str:
    """The sound lesson with one place changed; the place must be there."""
    assert old in SOUND, old
    return SOUND.replace(old, new, count)

"""A whole course in miniature (`small/`, one file of each format), which tests break in one place at a time."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from courseware.check import check

SMALL = Path(__file__).parent / "small"


class SmallCourse:
    """A copy of the miniature."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(SMALL, root, dirs_exist_ok=True)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        """Edits one place of a file; the place must be there."""
        text = (self.root / name).read_text("utf-8")
        assert old in text, f"{name} does not hold {old!r}"
        self.write(name, text.replace(old, new, 1))

    def line(self, name: str, needle: str) -> int:
        """Line of the first occurrence of a text, counted from 1."""
        text = (self.root / name).read_text("utf-8")
        assert needle in text, f"{name} does not hold {needle!r}"
        return text.count("\n", 0, text.index(needle)) + 1

    def faults(self) -> list[str]:
        return [str(fault) for fault in check(self.root)]

    def assert_named(self, edit: Edit) -> None:
        """Makes the edit; exactly one fault must then stand on its line and say its words."""
        self.replace(edit.file, edit.old, edit.new)
        place = f"{edit.file}:{self.line(edit.file, edit.at)}: "
        faults = self.faults()
        found = [fault for fault in faults if fault.startswith(place) and edit.words in fault]
        assert len(found) == 1, "\n".join((f"expected {place}… {edit.words}", *faults))


class Edit(NamedTuple):
    """Replace `old` by `new` in `file`; the fault stands on the line of `at` in that file and says `words`."""

    file: str
    old: str
    new: str
    at: str
    words: str


class Files:
    """Names of the miniature's files."""

    course = "curriculum/course.yml"
    quiz = "curriculum/quizzes/first.yml"
    interview = "curriculum/interview.yml"
    cards = "curriculum/cards.yml"
    claims = "curriculum/claims.yml"
    predict = "curriculum/widgets/predict/three-waits.yml"
    lab = "curriculum/widgets/failure-lab/one-fails.yml"
    slider = "curriculum/widgets/slider/branches.yml"
    task = "curriculum/widgets/task/first.yml"
    exercise = "curriculum/exercises/gather/exercise.yml"
    strings = "curriculum/strings/demo.yml"
    lesson = "notebooks/01_first.py"
    home = "docs/zh/index.md"

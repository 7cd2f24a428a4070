"""The hand-written Markdown of the course, wherever it is: lessons, pages, README."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from courseware.curriculum import LANGS, Fault, Lang
from courseware.lessons.marks import marks
from courseware.lessons.parity import check_parity
from courseware.lessons.source import Lesson, read_lesson


@dataclass(frozen=True)
class Passage:
    """A piece of Markdown; `lesson` is the stem of the lesson that holds it, if one does."""

    file: str
    first_line: int
    lang: Lang | None
    markdown: str
    lesson: str | None = None

    def fault(self, line: int, words: str) -> Fault:
        """A fault on a line of the passage, counted from 0."""
        return Fault(self.file, self.first_line + line, words)


def read_lessons(root: Path) -> list[Lesson]:
    """Every lesson in `notebooks/`, listed in the course or not, with the faults of its form."""
    lessons = [read_lesson(path, root) for path in sorted((root / "notebooks").glob("*.py"))]
    for lesson in lessons:
        check_parity(lesson)
    return lessons


def passages(root: Path, lessons: list[Lesson]) -> Iterator[Passage]:
    """Markdown that becomes part of the site."""
    for lesson in lessons:
        for cell in lesson.cells:
            if cell.kind == "markdown":
                yield Passage(lesson.file, cell.first_line, cell.lang, cell.source, lesson.stem)
    for lang in LANGS:
        for path in sorted((root / "docs" / lang).rglob("*.md")):
            yield Passage(path.relative_to(root).as_posix(), 1, lang, path.read_text("utf-8"))


def beside(root: Path) -> Iterator[Passage]:
    """Markdown that only readers of the repository see, in both languages at once."""
    for path in sorted(root.glob("*.md")):
        yield Passage(path.name, 1, None, path.read_text("utf-8"))


def anchors(lesson: Lesson) -> set[str]:
    """What a lesson can be linked at: its headings and its blocks."""
    found = {cell.block for cell in lesson.cells}
    for cell in lesson.cells:
        if cell.kind == "markdown":
            found.update(mark.id for mark in marks(cell.source) if mark.kind == "heading")
    return found - {""}

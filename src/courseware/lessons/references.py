"""Whether everything a lesson names in the course's data is there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from courseware.curriculum import Curriculum
from courseware.lessons.marks import marks
from courseware.lessons.source import Lesson
from courseware.render.widgets import KINDS


def check_references(lesson: Lesson, curriculum: Curriculum) -> None:
    """Append to `lesson.faults` every unknown widget, claim and check-list item, and a lesson that the course lacks."""
    tasks = [task.id for checklist in curriculum.checklists.values() for task in checklist.items]
    if lesson.stem not in {document.stem for document in curriculum.course.documents}:
        lesson.fault(1, f"the course has no document with the stem {lesson.stem!r} (curriculum/course.yml)")
    for cell in lesson.cells:
        if cell.kind == "code":
            continue
        for mark in marks(cell.source):
            line = cell.first_line + mark.line
            if mark.kind == "widget" and mark.detail not in KINDS:
                lesson.fault(line, f"unknown kind of widget {mark.detail!r}: there are {', '.join(KINDS)}")
            elif mark.kind == "widget":
                _known(lesson, line, mark.detail, mark.id, KINDS[mark.detail](curriculum))
            elif mark.kind == "claim":
                _known(lesson, line, "claim", mark.id, curriculum.claims)
            elif mark.kind == "task":
                _known(lesson, line, "check-list item", mark.id, tasks)


def _known(lesson: Lesson, line: int, what: str, id: str, ids: Iterable[str]) -> None:
    if id in (known := list(ids)):
        return
    near = get_close_matches(id, known, 1)
    lesson.fault(line, f"there is no {what} {id!r}" + (f"; did you mean {near[0]!r}?" if near else ""))

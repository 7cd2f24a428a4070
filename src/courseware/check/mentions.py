"""What lessons and pages name: widgets, check-list items, claims, documents and paths."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from courseware.check.texts import Passage, anchors
from courseware.curriculum.checklists import Checklist
from courseware.curriculum.course import Course
from courseware.curriculum.faults import Fault
from courseware.curriculum.reading import File, Reading
from courseware.curriculum.words import suggestion
from courseware.lessons.marks import Mark, marks
from courseware.lessons.source import Lesson
from courseware.pages.places import references, wrong_with

WIDGETS = {
    "predict": "widgets/predict/*.yml",
    "failure-lab": "widgets/failure-lab/*.yml",
    "slider": "widgets/slider/*.yml",
    "task": "widgets/task/*.yml",
    "quiz": "quizzes/*.yml",
    "exercise": "exercises/*/exercise.yml",
}
"""Where the widgets of each kind are defined."""


def check_mentions(reading: Reading, lessons: list[Lesson], passages: list[Passage]) -> Iterator[Fault]:
    """References in prose that lead nowhere, and widgets that no prose places."""
    places = [(passage, mark) for passage in passages for mark in marks(passage.markdown)]
    yield from _widgets(reading, [(passage, mark) for passage, mark in places if mark.kind == "widget"])
    tasks = {item.id for _, checklist in reading.of(Checklist) for item in checklist.items}
    claims = reading.listed("claims.yml", "claims")
    for passage, mark in places:
        if mark.kind == "task" and mark.id not in tasks:
            words = f'no check-list in curriculum/widgets/task holds an item "{mark.id}"{suggestion(mark.id, tasks)}'
            yield passage.fault(mark.line, words)
        if mark.kind == "claim" and mark.id not in claims:
            yield passage.fault(
                mark.line, f'claims.yml has no claim "{mark.id}"{suggestion(mark.id, claims)}'
            )
    for _, course in reading.of(Course):
        yield from _references(course, lessons, passages)


def _widgets(reading: Reading, places: list[tuple[Passage, Mark]]) -> Iterator[Fault]:
    placed: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    seen: set[tuple[str, str | None, str, str]] = set()
    for passage, mark in places:
        kind, id = mark.detail, mark.id
        if kind not in WIDGETS:
            known = ", ".join(WIDGETS)
            yield passage.fault(
                mark.line, f'there is no widget kind "{kind}"{suggestion(kind, WIDGETS)} (there is: {known})'
            )
            continue
        ids = reading.ids(WIDGETS[kind])
        if id not in ids:
            where = WIDGETS[kind].replace("*", id)
            yield passage.fault(
                mark.line, f'there is no {kind} "{id}" (curriculum/{where}){suggestion(id, ids)}'
            )
        if (passage.file, passage.lang, kind, id) in seen:
            yield passage.fault(
                mark.line, f'the {kind} "{id}" stands here a second time in the same language'
            )
        seen.add((passage.file, passage.lang, kind, id))
        placed[kind, id].add(passage.lesson)
    stems = {one.id: one.stem for _, course in reading.of(Course) for one in course.documents}
    for kind, pattern in WIDGETS.items():
        for file in reading.files:
            if file.pattern == pattern:
                yield from _placed(file, kind, placed.get((kind, file.id), set()), stems)


def _placed(file: File, kind: str, lessons: set[str | None], stems: dict[str, str]) -> Iterator[Fault]:
    if not lessons:
        words = f'no lesson or page places this {kind}: write a widget fence with "{kind} {file.id}"'
        yield Fault(file.source.file, 1, words)
    document = getattr(file.model, "document", None)
    home = stems.get(document) if document else None
    if home and lessons - {None} and home not in lessons:
        others = ", ".join(sorted(one for one in lessons if one))
        words = f"document {document} does not place this {kind}; it stands in {others}"
        yield file.source.fault(("document",), words)


def _references(course: Course, lessons: list[Lesson], passages: list[Passage]) -> Iterator[Fault]:
    there = {lesson.stem: anchors(lesson) for lesson in lessons}
    for passage in passages:
        for one in references(passage.markdown):
            words = wrong_with(one, course)
            if not words and one.anchor:
                stem = course.document(one.id).stem
                if stem in there and one.anchor not in there[stem]:
                    words = f'document {one.id} has no heading "{one.anchor}"{suggestion(one.anchor, there[stem])}'
            if words:
                yield passage.fault(one.line, words)

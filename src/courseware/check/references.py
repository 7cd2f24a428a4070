"""What files of `curriculum/` name must exist: ids, headings and blocks of lessons, scripts."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.check.texts import anchors
from courseware.curriculum.base import Place, walk
from courseware.curriculum.checklists import Checklist
from courseware.curriculum.claims import Claims, Measured
from courseware.curriculum.course import Course
from courseware.curriculum.faults import Fault
from courseware.curriculum.reading import Reading
from courseware.curriculum.references import unknown_ids
from courseware.curriculum.widgets import Predict
from courseware.curriculum.words import suggestion
from courseware.lessons.source import Lesson


def check_references(reading: Reading, lessons: list[Lesson]) -> Iterator[Fault]:
    """Unknown ids, headings that do not exist, ids that stand twice in different files."""
    yield from unknown_ids(reading)
    by_id = _lessons_by_id(reading, lessons)
    for file in reading.files:
        for loc, value in walk(file.model):
            if isinstance(value, Place) and value.anchor and value.document in by_id:
                lesson = by_id[value.document]
                if value.anchor not in (there := anchors(lesson)):
                    words = f'{lesson.file} has no heading or block "{value.anchor}"{suggestion(value.anchor, there)}'
                    yield file.source.fault((*loc, "anchor"), words)
    yield from _blocks(reading, by_id)
    yield from _tasks(reading)
    yield from _scripts(reading)


def _lessons_by_id(reading: Reading, lessons: list[Lesson]) -> dict[str, Lesson]:
    stems = {lesson.stem: lesson for lesson in lessons}
    documents = [one for _, course in reading.of(Course) for one in course.documents]
    return {one.id: stems[one.stem] for one in documents if one.stem in stems}


def _blocks(reading: Reading, by_id: dict[str, Lesson]) -> Iterator[Fault]:
    for file, predict in reading.of(Predict):
        lesson = by_id.get(predict.document)
        if lesson:
            code = [cell.block for cell in lesson.code_cells]
            if predict.block not in code:
                words = f'{lesson.file} has no code block "{predict.block}"{suggestion(predict.block, code)}'
                yield file.source.fault(("block",), words)


def _tasks(reading: Reading) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for file, checklist in reading.of(Checklist):
        for index, item in enumerate(checklist.items):
            other = first.setdefault(item.id, file.source.file)
            if other != file.source.file:
                yield file.source.fault(("items", index, "id"), f'the item "{item.id}" is already in {other}')


def _scripts(reading: Reading) -> Iterator[Fault]:
    for file, claims in reading.of(Claims):
        for index, claim in enumerate(claims.claims):
            if isinstance(claim, Measured) and not (reading.root / claim.script.partition("::")[0]).is_file():
                yield file.source.fault(("claims", index, "script"), f"there is no script {claim.script}")

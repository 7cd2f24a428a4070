"""Totals of minutes that somebody typed, which go stale, and exercises that take longer than is planned for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from courseware.check.texts import Passage
from courseware.curriculum.base import LANGS, Text, walk
from courseware.curriculum.course import Course
from courseware.curriculum.exercises import Exercise
from courseware.curriculum.faults import Fault
from courseware.curriculum.reading import Reading

MEANT = "<!-- no total -->"
"""On a line that only happens to name the same number of minutes."""
_MINUTES = re.compile(r"(?<![\d.])(\d+)\s*(?:min(?:ute)?s?\b|分钟)")
_CELL = re.compile(r"(?<=\|)\s*\**(\d+)\**\s*(?=\|)")


def check_minutes(reading: Reading, passages: list[Passage]) -> Iterator[Fault]:
    """Typed totals in lessons, pages and README, and in the texts of `curriculum/`."""
    for _, course in reading.of(Course):
        yield from _exercises(reading, course)
        totals = dict(_totals(course))
        names = {text for one in (*course.stages, *course.paths) for text in (one.title.zh, one.title.en)}
        for passage in passages:
            for number, line in enumerate(passage.markdown.splitlines()):
                for words in _typed(line, totals, names):
                    yield passage.fault(number, words)
        for file in reading.files:
            for loc, value in walk(file.model):
                if isinstance(value, Text):
                    for lang in LANGS:
                        for words in _typed(value.get(lang), totals, set()):
                            yield file.source.fault((*loc, lang), words)


def _exercises(reading: Reading, course: Course) -> Iterator[Fault]:
    taken: Counter[str] = Counter()
    for file, exercise in reading.of(Exercise):
        taken[exercise.document] += exercise.minutes
        for document in course.documents:
            if document.id == exercise.document and taken[document.id] > document.practice:
                words = (
                    f"with this one the exercises of document {document.id} take {taken[document.id]} minutes"
                )
                yield file.source.fault(("minutes",), f"{words}; its practice time is {document.practice}")


def _totals(course: Course) -> Iterator[tuple[int, str]]:
    """Each total with its reference; where two are equal, the wider one is named."""
    known = {one.id for one in course.documents}
    for kind, group in (("stage", course.stages), ("path", course.paths)):
        for one in filter(lambda one: known.issuperset(one.documents), group):
            yield one.practice(course), f"{{{kind}:{one.id}.practice}}"
            yield one.minutes(course), f"{{{kind}:{one.id}.minutes}}"
    yield course.practice, "{course:practice}"
    yield course.minutes, "{course:minutes}"


def _typed(line: str, totals: dict[int, str], names: set[str]) -> Iterator[str]:
    if MEANT in line:
        return
    found = {int(one) for one in _MINUTES.findall(line)}
    if line.lstrip().startswith("|") and any(name in line for name in names):
        found |= {int(one) for one in _CELL.findall(line)}
    for number in sorted(found & totals.keys()):
        yield f"{number} minutes is a total typed by hand: write {totals[number]} (or {MEANT} if it is none)"

"""Takes lessons through the pipeline: read, check, execute what has changed, and hand back what every view needs."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from courseware.curriculum import Curriculum
from courseware.curriculum.faults import CurriculumError, Fault
from courseware.layout import Layout
from courseware.lessons.cache import OutputCache, environment_digest
from courseware.lessons.execute import CELL_SECONDS, Output, execute
from courseware.lessons.parity import check_parity
from courseware.lessons.progress import Progress
from courseware.lessons.references import check_references
from courseware.lessons.scrub import Scrubber
from courseware.lessons.source import Lesson, read_lesson


@dataclass(frozen=True)
class Executed:
    """A lesson without faults and the scrubbed outputs of each of its code cells."""

    lesson: Lesson
    outputs: list[list[Output]]


def check_lessons(root: Path, curriculum: Curriculum | None = None) -> list[Fault]:
    """Every fault that can be seen without executing anything; names are looked up if there is a `curriculum`."""
    return [fault for lesson in read_lessons(Layout(root), curriculum) for fault in lesson.faults]


def read_lessons(
    layout: Layout, curriculum: Curriculum | None = None, stems: Collection[str] = ()
) -> list[Lesson]:
    """The named lessons, or all; each with its faults. Raises CurriculumError for an unknown name."""
    paths = {path.stem: path for path in layout.lessons()}
    if unknown := sorted(set(stems) - paths.keys()):
        known = ", ".join(paths) or "none"
        raise CurriculumError(
            Fault(f"notebooks/{stem}.py", 1, f"no such lesson; there are: {known}") for stem in unknown
        )
    lessons = [read_lesson(path, layout.root) for stem, path in paths.items() if not stems or stem in stems]
    for lesson in lessons:
        check_parity(lesson)
        if curriculum:
            check_references(lesson, curriculum)
    return lessons


def run_lessons(
    layout: Layout,
    curriculum: Curriculum | None = None,
    stems: Collection[str] = (),
    *,
    progress: Progress,
    seconds: int = CELL_SECONDS,
    jobs: int = 0,
) -> list[Executed]:
    """Outputs of the named lessons, or all, from the cache where nothing has changed.

    Up to `jobs` lessons (0: one per processor) are executed at a time, each in a kernel of its own. Raises
    CurriculumError with every fault of every lesson; lessons without faults are in the cache by then.
    """
    lessons = read_lessons(layout, curriculum, stems)
    faults = [fault for lesson in lessons for fault in lesson.faults]
    cache = OutputCache(layout, environment_digest(layout))
    kept = {lesson.stem: cache.load(lesson) for lesson in lessons if not lesson.faults}
    stale = [lesson for lesson in lessons if not lesson.faults and kept[lesson.stem] is None]
    with progress.executing({lesson.stem: len(lesson.code_cells) for lesson in stale}):
        for lesson, (outputs, found) in zip(
            stale, asyncio.run(_execute_all(layout, stale, progress, seconds, jobs)), strict=True
        ):
            faults += found
            if not found:
                cache.store(lesson, outputs)
                kept[lesson.stem] = outputs
    if faults:
        raise CurriculumError(faults)
    scrubber = Scrubber(layout.root)
    return [
        Executed(lesson, [[scrubber.output(output) for output in cell] for cell in kept[lesson.stem] or []])
        for lesson in lessons
    ]


async def _execute_all(
    layout: Layout, lessons: list[Lesson], progress: Progress, seconds: int, jobs: int
) -> list[tuple[list[list[Output]], list[Fault]]]:
    places = asyncio.Semaphore(jobs or os.cpu_count() or 1)

    async def one(lesson: Lesson) -> tuple[list[list[Output]], list[Fault]]:
        async with places:
            began = time.monotonic()
            outputs, faults = await execute(
                lesson,
                layout.notebooks,
                seconds=seconds,
                on_cell=lambda done: progress.cell(lesson.stem, done),
            )
            progress.finished(lesson.stem, time.monotonic() - began, faulty=bool(faults))
            return outputs, faults

    return await asyncio.gather(*map(one, lessons))

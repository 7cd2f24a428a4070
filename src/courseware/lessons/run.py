"""Takes lessons through the pipeline: read, check, execute what has changed, and hand back what every view needs."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from courseware.curriculum.faults import CurriculumError, Fault
from courseware.layout import Layout
from courseware.lessons.cache import OutputCache, environment_digest
from courseware.lessons.execute import CELL_SECONDS, Output, cell_names, execute
from courseware.lessons.parity import check_parity
from courseware.lessons.progress import Progress
from courseware.lessons.scrub import Scrubber
from courseware.lessons.source import Lesson, read_lesson


@dataclass(frozen=True)
class Executed:
    """A lesson without faults and the scrubbed outputs of each of its code cells."""

    lesson: Lesson
    outputs: list[list[Output]]


def read_lessons(layout: Layout, stems: Collection[str] = ()) -> list[Lesson]:
    """The named lessons, or all, each with its faults; raises CurriculumError for an unknown name."""
    paths = {path.stem: path for path in layout.lessons()}
    if unknown := sorted(set(stems) - paths.keys()):
        known = ", ".join(paths) or "none"
        raise CurriculumError(
            Fault(f"notebooks/{stem}.py", 1, f"no such lesson; there are: {known}") for stem in unknown
        )
    lessons = [read_lesson(path, layout.root) for stem, path in paths.items() if not stems or stem in stems]
    for lesson in lessons:
        check_parity(lesson)
    return lessons


def run_lessons(
    layout: Layout,
    lessons: Sequence[Lesson],
    *,
    progress: Progress,
    seconds: int = CELL_SECONDS,
    jobs: int = 0,
) -> list[Executed]:
    """Outputs of the lessons, from the cache where nothing has changed.

    Up to `jobs` lessons (0: one per processor) are executed at a time, each in a kernel of its own. Raises
    CurriculumError with every fault of every lesson; lessons without faults are in the cache by then.
    """
    cache = OutputCache(layout, environment_digest(layout))
    sound = [lesson for lesson in lessons if not lesson.faults]
    kept = {lesson.stem: cache.load(lesson) for lesson in sound}
    stale = [lesson for lesson in sound if kept[lesson.stem] is None]
    faults = [fault for lesson in lessons for fault in lesson.faults]

    async def execute_one(lesson: Lesson, places: asyncio.Semaphore) -> None:
        async with places:
            began = time.monotonic()
            outputs, found = await execute(
                lesson, layout.notebooks, seconds=seconds, on_cell=partial(progress.cell, lesson.stem)
            )
        progress.finished(lesson.stem, time.monotonic() - began, faulty=bool(found))
        faults.extend(found)
        if not found:
            cache.store(lesson, outputs)
            kept[lesson.stem] = outputs

    async def execute_all() -> None:
        places = asyncio.Semaphore(jobs or os.cpu_count() or 1)
        await asyncio.gather(*(execute_one(lesson, places) for lesson in stale))

    with progress.executing({lesson.stem: len(lesson.code_cells) for lesson in stale}):
        asyncio.run(execute_all())
    if faults:
        raise CurriculumError(faults)
    return [Executed(lesson, _scrubbed(layout, lesson, kept[lesson.stem] or [])) for lesson in lessons]


def _scrubbed(layout: Layout, lesson: Lesson, outputs: list[list[Output]]) -> list[list[Output]]:
    scrubber = Scrubber(layout.root, cell_names(lesson))
    return [[scrubber.output(output) for output in cell] for cell in outputs]

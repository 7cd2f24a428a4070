"""What the commands of the pipeline print, and what they answer: 0 for success, 1 for faults."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from courseware.curriculum import CurriculumError, load
from courseware.layout import Layout
from courseware.lessons.progress import Progress
from courseware.site import build as full
from courseware.site.stage import stage


def lessons(root: Path, stems: Collection[str]) -> int:
    """Check, execute and stage lessons."""
    return _reported(lambda progress: _stage(root, stems, progress))


def build(root: Path) -> int:
    """The full build."""
    return _reported(lambda progress: full.build(root, progress))


def _stage(root: Path, stems: Collection[str], progress: Progress) -> None:
    staged = stage(Layout(root), load(root), [Path(stem).stem for stem in stems], progress=progress)
    for executed in staged:
        progress.say(f"staged build/{{zh,en}}/lessons/{executed.lesson.stem}.ipynb")


def _reported(run: Callable[[Progress], None]) -> int:
    progress = Progress()
    try:
        run(progress)
    except CurriculumError as error:
        progress.say(str(error))
        progress.say(f"{len(error.faults)} fault{'s'[: len(error.faults) != 1]}")
        return 1
    except RuntimeError as error:
        progress.say(str(error))
        return 1
    return 0

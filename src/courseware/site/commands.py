"""What the commands of the pipeline print, and what they answer: 0 for success, 1 for faults."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path

from courseware.curriculum import CurriculumError, Lang, load
from courseware.layout import Layout
from courseware.lessons.lab import start_jupyterlab, write_copies
from courseware.lessons.progress import Progress
from courseware.site import build as full
from courseware.site.assets import build_assets
from courseware.site.stage import stage


def lessons(root: Path, stems: Collection[str]) -> int:
    """Check, execute and stage lessons."""
    return _reported(lambda progress: _stage(root, stems, progress))


def build(root: Path) -> int:
    """The full build."""
    return _reported(lambda progress: full.build(root, progress))


def lab(root: Path, lang: Lang) -> int:
    """The reader's copies of the lessons, in JupyterLab."""
    layout = Layout(root)

    def copies(progress: Progress) -> None:
        stage(layout, load(root), progress=progress)
        for path in write_copies(layout, lang):
            name = path.relative_to(root)
            progress.say(f"you have changed this notebook, so its new version lies beside it: {name}")

    return _reported(copies) or start_jupyterlab(layout, lang)


def dev(root: Path, lang: Lang, port: int) -> int:
    """Live editing of one language with MkDocs' own server; staging is done by the hook, on every change."""
    if failed := _reported(lambda progress: _build_assets(root, progress)):
        return failed
    command = [sys.executable, "-m", "mkdocs", "serve", "-f", full.CONFIGS[lang], "-a", f"127.0.0.1:{port}"]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "SITE_URL": f"http://127.0.0.1:{port}/"}
    return subprocess.call(command, cwd=root, env=environment)


def _build_assets(root: Path, progress: Progress) -> None:
    if build_assets(Layout(root)):
        progress.say("built build/web")


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

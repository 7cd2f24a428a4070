"""The full build: assets, lessons, generated pages, both sites, and the files at their common root."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from courseware.curriculum import LANGS, Lang, load
from courseware.layout import Layout
from courseware.lessons.progress import Progress
from courseware.runtime import build_runtime
from courseware.site.assets import build_assets
from courseware.site.root import finish
from courseware.site.stage import site_url, stage
from courseware.site.stamp import Stamp, digest_of
from courseware.visual.root import write_root

CONFIGS: dict[Lang, str] = {"zh": "mkdocs.yml", "en": "mkdocs.en.yml"}


def build(root: Path, progress: Progress) -> None:
    """Bring `site/` up to date; every step that has nothing to do is skipped.

    Raises CurriculumError for faults of the course and RuntimeError, with the tool's own words, for a failing step.
    """
    layout, began = Layout(root), time.monotonic()
    with _alone(layout, progress):
        if build_assets(layout):
            progress.say("built build/web")
        if build_runtime(layout):
            progress.say("built site/runtime")
        curriculum = load(root)
        stage(layout, curriculum, progress=progress)
        for lang in _build_sites(layout):
            progress.say(f"built site/{lang}")
        finish(layout, site_url())
        write_root(layout.site, layout.web)
    progress.say(f"site/ is up to date ({time.monotonic() - began:.1f} s)")


@contextmanager
def _alone(layout: Layout, progress: Progress) -> Iterator[None]:
    """Two builds at once would clean each other's pages away: the second waits for the first."""
    layout.cache.mkdir(parents=True, exist_ok=True)
    with (layout.cache / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say("waiting for another build to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build_sites(layout: Layout) -> list[Lang]:
    """Run MkDocs for each language whose inputs have changed, both at once."""
    running: dict[Lang, tuple[subprocess.Popen[str], str]] = {}
    for lang in LANGS:
        inputs = _inputs(layout, lang)
        if not Stamp(layout, lang).holds(inputs, layout.site / lang / "index.html"):
            running[lang] = (_mkdocs(layout, lang), inputs)
    failed = []
    for lang, (process, inputs) in running.items():
        output, _ = process.communicate()
        if process.returncode:
            failed.append(f"{CONFIGS[lang]} does not build:\n{output}".rstrip())
        else:
            Stamp(layout, lang).set(inputs)
    if failed:
        raise RuntimeError("\n".join(failed))
    return [*running]


def _mkdocs(layout: Layout, lang: Lang) -> subprocess.Popen[str]:
    """Strict, and never quiet: `-q` would switch strict off."""
    return subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean", "-f", CONFIGS[lang]],
        cwd=layout.root,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "SITE_URL": site_url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _inputs(layout: Layout, lang: Lang) -> str:
    root = layout.root
    folders = [
        layout.lesson_notebooks(lang), layout.pages(lang), layout.web, root / "docs" / lang, root / "hooks",
        root / "src" / "courseware", root / "src" / "fanout" / "timeline", root / "web" / "theme", layout.curriculum,
    ]  # fmt: skip
    paths = [path for folder in folders for path in folder.rglob("*")]
    paths += [root / name for name in CONFIGS.values()]
    tools = (version(tool) for tool in ("mkdocs", "mkdocs-material", "pymdown-extensions", "jieba"))
    return digest_of(paths, root, site_url(), *tools)

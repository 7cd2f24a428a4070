"""The reader's own copies of the notebooks, in `lab/<lang>/`: what a reader has changed is never overwritten."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from courseware.curriculum.base import Lang
from courseware.layout import Layout
from courseware.lessons.cache import write_whole

_WRITTEN = ".written.json"  # what we wrote last: {file name: digest}


def write_copies(layout: Layout, lang: Lang) -> list[Path]:
    """Copy the staged notebooks of one language; returns the new versions laid beside notebooks that were changed.

    A copy that is still as we wrote it is brought up to date. Of a changed one the new version goes to
    `<name>.new.ipynb`, and only if the lesson is another than the one the reader started from.
    """
    folder = layout.root / "lab" / lang
    written = _read(folder / _WRITTEN)
    beside = []
    for source in sorted(layout.lesson_notebooks(lang).glob("*.ipynb")):
        text, target = source.read_text("utf-8"), folder / source.name
        if not target.exists() or _digest(target.read_text("utf-8")) == written.get(source.name):
            write_whole(target, text)
        elif _digest(text) != written.get(source.name):
            target = target.with_suffix(".new.ipynb")
            write_whole(target, text)
            beside.append(target)
        written[source.name] = _digest(text)
    write_whole(folder / _WRITTEN, json.dumps(written, indent=1, sort_keys=True))
    return beside


def start_jupyterlab(layout: Layout, lang: Lang) -> int:
    """JupyterLab on the copies, with this Python as its kernel; returns its exit status."""
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={layout.root / 'lab' / lang}"]
    return subprocess.call(command, env=os.environ | {"JUPYTER_PREFER_ENV_PATH": "1"})


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

"""Keeps a lesson's outputs until its code, or anything the code runs on, changes."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from courseware.layout import Layout
from courseware.lessons.execute import Output
from courseware.lessons.localise import localise
from courseware.lessons.source import Lesson

_FORMAT = 1  # raise it when the way lessons are executed changes
_IMPORTABLE = ("fanout", "llmsim")


def environment_digest(layout: Layout) -> str:
    """A digest of all that lessons can import: our packages by content, the others by version, and Python itself."""
    digest = hashlib.sha256(f"{_FORMAT} {sys.version}".encode())
    for installed in sorted({f"{found.name}=={found.version}" for found in distributions()}):
        digest.update(installed.encode())
    for package in _IMPORTABLE:
        folder = layout.root / "src" / package
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


class OutputCache:
    """One file per lesson. A file that is of another state, damaged or cut short counts as absent."""

    def __init__(self, layout: Layout, environment: str) -> None:
        self._folder = layout.cache / "lessons"
        self._environment = environment

    def load(self, lesson: Lesson) -> list[list[Output]] | None:
        """The outputs of each code cell, or None if the lesson has to be executed."""
        try:
            kept = json.loads(self._path(lesson).read_text("utf-8"))
            outputs: list[list[Output]] = kept["outputs"]
            current = kept["key"] == self._key(lesson) and kept["sum"] == _checksum(outputs)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return outputs if current else None

    def store(self, lesson: Lesson, outputs: list[list[Output]]) -> None:
        """Replace what is kept of this lesson, in one step."""
        kept = {"key": self._key(lesson), "sum": _checksum(outputs), "outputs": outputs}
        write_whole(self._path(lesson), json.dumps(kept, ensure_ascii=False))

    def _path(self, lesson: Lesson) -> Path:
        return self._folder / f"{lesson.stem}.json"

    def _key(self, lesson: Lesson) -> str:
        cells = [
            (cell.block, localise(cell.source, "en"), "raises-exception" in cell.tags)
            for cell in lesson.code_cells
        ]
        return hashlib.sha256(json.dumps([self._environment, cells]).encode()).hexdigest()


def _checksum(outputs: Any) -> str:
    return hashlib.sha256(json.dumps(outputs, sort_keys=True).encode()).hexdigest()


def write_whole(path: Path, text: str) -> bool:
    """Write a file so that no reader ever sees a part of it; says whether anything changed."""
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True

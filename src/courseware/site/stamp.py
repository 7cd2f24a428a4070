"""Remembers what a step was made from, so that a second build does nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from courseware.layout import Layout
from courseware.lessons.cache import write_whole


def digest_of(paths: Iterable[Path], root: Path, *more: str) -> str:
    """One digest of the content and the names of files, and of further words."""
    digest = hashlib.sha256("\0".join(more).encode())
    for path in sorted({path for path in paths if path.is_file() and path.suffix != ".pyc"}):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


class Stamp:
    """The digest that a step's result was made from, kept outside the result."""

    def __init__(self, layout: Layout, step: str) -> None:
        self._path = layout.cache / "built" / step

    def holds(self, digest: str, *results: Path) -> bool:
        """Whether the results are there and made from exactly this."""
        return (
            self._path.is_file()
            and self._path.read_text("utf-8") == digest
            and all(result.exists() for result in results)
        )

    def set(self, digest: str) -> None:
        """The step has succeeded."""
        write_whole(self._path, digest)

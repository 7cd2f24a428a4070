"""Where everything is: the rooms of the repository, and what is built from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from courseware.curriculum.base import Lang

LESSONS = "lessons"
"""Folder of the lessons' pages on the site, in both languages."""


@dataclass(frozen=True)
class Layout:
    """Paths under one repository root. Tests have roots of their own."""

    root: Path

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def curriculum(self) -> Path:
        return self.root / "curriculum"

    @property
    def cache(self) -> Path:
        return self.root / ".cache"

    @property
    def web(self) -> Path:
        """Scripts, styles and images of the page, as `web/` builds them; mounted at `web/` in both sites."""
        return self.root / "build" / "web"

    @property
    def site(self) -> Path:
        return self.root / "site"

    def staged(self, lang: Lang) -> Path:
        """Everything made for one language before MkDocs sees it."""
        return self.root / "build" / lang

    def pages(self, lang: Lang) -> Path:
        """The staged pages, as they lie on the site."""
        return self.staged(lang) / "pages"

    def downloads(self, lang: Lang) -> Path:
        """The notebooks of one language."""
        return self.staged(lang) / "notebooks"

    def lessons(self) -> list[Path]:
        """Every lesson's source, in the order of its name."""
        return sorted(self.notebooks.glob("*.py"))

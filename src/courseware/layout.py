"""Where everything is: the rooms of the repository, and what is built from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from courseware.curriculum.base import Lang
from courseware.curriculum.course import LESSONS


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
        """Scripts, styles and images of the page, as `web/` builds them; at `web/` in both sites."""
        return self.build / "web"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def site(self) -> Path:
        return self.root / "site"

    def staged(self, lang: Lang) -> Path:
        """Everything made for one language before MkDocs sees it."""
        return self.build / lang

    def pages(self, lang: Lang) -> Path:
        """The pages made from data; they lie as on the site."""
        return self.staged(lang) / "pages"

    def lesson_notebooks(self, lang: Lang) -> Path:
        """The lessons, executed; they lie as on the site below `staged`."""
        return self.staged(lang) / LESSONS

    def lessons(self) -> list[Path]:
        """Every lesson's source, in the order of its name."""
        return sorted(self.notebooks.glob("*.py"))

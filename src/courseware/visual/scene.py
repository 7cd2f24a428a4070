"""What every drawing needs: the course in one language, as seen from one page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from courseware.curriculum import Curriculum, Document, Lang
from courseware.pages.places import PATHS_PAGE, stage_page


class Scene:
    """`page` is the page that holds the drawing, as MkDocs names it ("map.md")."""

    def __init__(self, curriculum: Curriculum, lang: Lang, page: str) -> None:
        self.curriculum, self.course, self.lang = curriculum, curriculum.course, lang
        self.t: Callable[..., str] = curriculum.strings.translator(lang)
        self._up = "../" * address(page).count("/")

    def url(self, page: str, anchor: str = "") -> str:
        """Address of a page relative to this one. (MkDocs makes links in Markdown relative, but not those in SVG.)"""
        return f"{self._up}{address(page)}{f'#{anchor}' if anchor else ''}" or "./"

    def document(self, document: Document) -> str | None:
        """Address of a document's page; None while it has not been written."""
        return self.url(document.page) if self.curriculum.exists(document.id) else None

    def stage(self, id: str) -> str:
        return self.url(stage_page(id))

    def path(self, id: str) -> str:
        return self.url(PATHS_PAGE, id)

    def minutes(self, value: int | None) -> str:
        return self.t("pages.minutes", minutes=value) if value else ""


def address(page: str) -> str:
    """Where MkDocs puts a page: "map.md" is at "map/", "index.md" at ""."""
    path = PurePosixPath(page).with_suffix("")
    folder = path.parent if path.name in ("index", "README") else path
    return "" if folder == PurePosixPath() else f"{folder}/"

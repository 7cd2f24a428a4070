"""Pages and parts of pages that are made from the course's data, as Markdown in both languages."""

from __future__ import annotations

from pathlib import Path

from courseware.curriculum import LANGS, Curriculum, Lang
from courseware.pages.around import around
from courseware.pages.lesson import lesson_footer, lesson_header, lesson_metadata, neighbours
from courseware.pages.navigation import navigation
from courseware.pages.paths import paths
from courseware.pages.places import AROUND_PAGE, PATHS_PAGE, resolve, stage_page
from courseware.pages.stages import stage

__all__ = [
    "generate",
    "lesson_footer",
    "lesson_header",
    "lesson_metadata",
    "navigation",
    "neighbours",
    "resolve",
    "write",
]


def generate(curriculum: Curriculum, lang: Lang) -> dict[str, str]:
    """The generated pages of one language: path on the site to Markdown."""
    return {
        PATHS_PAGE: paths(curriculum, lang),
        AROUND_PAGE: around(curriculum, lang),
        **{stage_page(one.id): stage(curriculum, one, lang) for one in curriculum.course.stages},
    }


def write(curriculum: Curriculum, build: Path) -> list[Path]:
    """Writes them to `build/<lang>/pages/`, touching only what has changed; returns all paths."""
    written = []
    for lang in LANGS:
        for page, markdown in generate(curriculum, lang).items():
            target = build / lang / "pages" / page
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or target.read_text("utf-8") != markdown:
                target.write_text(markdown, "utf-8")
            written.append(target)
    return written

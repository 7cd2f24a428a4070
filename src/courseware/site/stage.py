"""Stages all that MkDocs mounts: lessons as pages and notebooks, and the pages made from data, in both languages."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path

from courseware import pages
from courseware.curriculum import LANGS, Curriculum, Lang
from courseware.layout import LESSONS, Layout
from courseware.lessons.cache import write_whole
from courseware.lessons.jupyter import for_jupyter
from courseware.lessons.progress import Progress
from courseware.lessons.run import Executed, run_lessons
from courseware.lessons.split import split
from courseware.render.page import Frame, page
from courseware.render.text import links_to_pages, with_claims, with_task_marks, with_widgets

SITE_URL = "http://127.0.0.1:8000/"
"""Address of the root of both languages, unless the environment names another."""


def site_url() -> str:
    """Root of both languages as served, with a slash at its end."""
    return os.environ.get("SITE_URL", SITE_URL).rstrip("/") + "/"


def stage(
    layout: Layout, curriculum: Curriculum, stems: Collection[str] = (), *, progress: Progress
) -> list[Executed]:
    """Stage the named lessons, or all with the generated pages; what is no longer made is removed.

    Raises CurriculumError with every fault of every lesson.
    """
    lessons = run_lessons(layout, curriculum, stems, progress=progress)
    made = {
        path
        for lesson in lessons
        for lang in LANGS
        for path in _stage_lesson(layout, curriculum, lesson, lang)
    }
    if not stems:
        for lang in LANGS:
            made |= set(_stage_generated(layout, curriculum, lang))
            _remove_others(layout.pages(lang), made)
            _remove_others(layout.downloads(lang), made)
    return lessons


def _stage_lesson(layout: Layout, curriculum: Curriculum, executed: Executed, lang: Lang) -> list[Path]:
    lesson = executed.lesson
    document = next(one for one in curriculum.course.documents if one.stem == lesson.stem)
    markdown = page(executed, lang, frame(curriculum, document.id, lang))
    notebook = split(
        lesson,
        executed.outputs,
        lang,
        document.title.get(lang),
        _for_notebook(curriculum, document.page, lang),
    )
    made = {
        layout.pages(lang) / LESSONS / f"{lesson.stem}.md": markdown,
        layout.pages(lang) / LESSONS / f"{lesson.stem}.ipynb": notebook,
        layout.downloads(lang) / f"{lesson.stem}.ipynb": notebook,
    }
    for path, text in made.items():
        write_whole(path, text)
    return [*made]


def _stage_generated(layout: Layout, curriculum: Curriculum, lang: Lang) -> Iterator[Path]:
    for name, markdown in pages.generate(curriculum, lang).items():
        path = layout.pages(lang) / name
        write_whole(path, links_to_pages(markdown))
        yield path


def frame(curriculum: Curriculum, id: str, lang: Lang) -> Frame:
    """What the course's data puts around a lesson's blocks."""
    document = curriculum.course.document(id)
    return Frame(
        metadata=pages.lesson_metadata(curriculum, id, lang),
        header=links_to_pages(pages.lesson_header(curriculum, id, lang)),
        footer=links_to_pages(pages.lesson_footer(curriculum, id, lang)),
        text=partial(for_page, curriculum=curriculum, lang=lang, page=document.page),
        t=curriculum.strings.translator(lang),
    )


def for_page(markdown: str, *, curriculum: Curriculum, lang: Lang, page: str) -> str:
    """Markdown of a lesson or a hand-written page with all that it names filled in; `page` is its path on the site."""
    markdown = pages.resolve(curriculum, with_widgets(markdown, curriculum, lang), lang, page)
    return with_task_marks(with_claims(links_to_pages(markdown), curriculum, lang, linked=True))


def _for_notebook(curriculum: Curriculum, page: str, lang: Lang) -> Callable[[str], str]:
    def text(markdown: str) -> str:
        markdown = pages.resolve(curriculum, with_widgets(markdown, curriculum, lang), lang, page)
        return for_jupyter(with_claims(markdown, curriculum, lang, linked=False), f"{site_url()}{lang}/")

    return text


def _remove_others(folder: Path, made: Collection[Path]) -> None:
    for path in [path for path in folder.rglob("*") if path.is_file() and path not in made]:
        path.unlink()

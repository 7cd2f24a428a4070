"""Stages all that MkDocs mounts: the lessons' notebooks and the pages made from data, in both languages."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path

import nbformat

from courseware import pages
from courseware.check.mentions import check_mentions
from courseware.check.texts import passages
from courseware.curriculum import LANGS, Curriculum, Document, Lang
from courseware.curriculum.reading import read
from courseware.layout import Layout
from courseware.lessons.cache import write_whole
from courseware.lessons.jupyter import for_jupyter
from courseware.lessons.progress import Progress
from courseware.lessons.run import Executed, read_lessons, run_lessons
from courseware.lessons.source import Lesson
from courseware.lessons.split import split
from courseware.render.page import Frame, page
from courseware.render.text import with_claims, with_task_marks, with_widgets
from courseware.render.traces import labels

SITE_URL = "http://127.0.0.1:8000/"
"""Address of the root of both languages, unless the environment names another."""


def site_url() -> str:
    """Root of both languages as served, with a slash at its end."""
    return os.environ.get("SITE_URL", SITE_URL).rstrip("/") + "/"


def stage(
    layout: Layout, curriculum: Curriculum, stems: Collection[str] = (), *, progress: Progress
) -> list[Executed]:
    """Stage the named lessons; or all of them and the generated pages, and remove what is no longer made.

    Raises CurriculumError with every fault of every lesson.
    """
    lessons = read_lessons(layout, stems)
    _check_mentions(layout.root, lessons)
    executed = run_lessons(layout, lessons, progress=progress)
    made = {_stage_lesson(layout, curriculum, lesson, lang) for lesson in executed for lang in LANGS}
    if not stems:
        for lang in LANGS:
            made |= set(_stage_generated(layout, curriculum, lang))
            _remove_others(layout.pages(lang), made)
            _remove_others(layout.lesson_notebooks(lang), made)
    return executed


def _check_mentions(root: Path, lessons: list[Lesson]) -> None:
    """Add to each lesson's faults what it names and the course's data lacks."""
    found = list(check_mentions(read(root), lessons, list(passages(root, lessons))))
    for lesson in lessons:
        lesson.faults += [fault for fault in found if fault.file == lesson.file]


def _stage_lesson(layout: Layout, curriculum: Curriculum, executed: Executed, lang: Lang) -> Path:
    document = _document(curriculum, executed.lesson.stem)
    text = _for_notebook(curriculum, document.page, lang)
    path = layout.lesson_notebooks(lang) / f"{document.stem}.ipynb"
    write_whole(path, split(executed.lesson, executed.outputs, lang, document.title.get(lang), text))
    return path


def _stage_generated(layout: Layout, curriculum: Curriculum, lang: Lang) -> Iterator[Path]:
    for name, markdown in pages.generate(curriculum, lang).items():
        path = layout.pages(lang) / name
        write_whole(path, markdown)
        yield path


def lesson_page(curriculum: Curriculum, notebook: Path, lang: Lang) -> str:
    """A staged notebook as Markdown for its page, with what the course's data puts around it."""
    document = _document(curriculum, notebook.stem)
    frame = Frame(
        metadata=pages.lesson_metadata(curriculum, document.id, lang),
        header=pages.lesson_header(curriculum, document.id, lang),
        footer=pages.lesson_footer(curriculum, document.id, lang),
        text=partial(for_page, curriculum=curriculum, lang=lang, page=document.page),
        t=curriculum.strings.translator(lang),
        timeline=labels(curriculum.strings, lang),
    )
    return page(nbformat.read(notebook, as_version=4), notebook.name, frame)


def _document(curriculum: Curriculum, stem: str) -> Document:
    return next(one for one in curriculum.course.documents if one.stem == stem)


def for_page(markdown: str, *, curriculum: Curriculum, lang: Lang, page: str) -> str:
    """Markdown of a lesson or a hand-written page with all that it names filled in; `page` is its path on the site."""
    markdown = pages.resolve(curriculum, with_widgets(markdown, curriculum, lang), lang, page)
    return with_task_marks(with_claims(markdown, curriculum, lang, linked=True))


def _for_notebook(curriculum: Curriculum, page: str, lang: Lang) -> Callable[[str], str]:
    def text(markdown: str) -> str:
        markdown = pages.resolve(curriculum, with_widgets(markdown, curriculum, lang), lang, page)
        return for_jupyter(with_claims(markdown, curriculum, lang, linked=False), f"{site_url()}{lang}/")

    return text


def _remove_others(folder: Path, made: Collection[Path]) -> None:
    for path in [path for path in folder.rglob("*") if path.is_file() and path not in made]:
        path.unlink()

"""MkDocs' events: mounts what was staged, and marks up the finished page. No content is made here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from courseware.curriculum import CurriculumError, load
from courseware.layout import Layout
from courseware.lessons.progress import Progress
from courseware.pages import navigation
from courseware.render.text import with_task_items, without_empty_headers
from courseware.site import alternates, blocks
from courseware.site.search import teach
from courseware.site.stage import for_page, lesson_page, stage
from courseware.visual import place

log = logging.getLogger("mkdocs.hooks.course")
_state: dict[str, Any] = {"command": "build"}


@contextmanager
def _faults_as_build_errors() -> Iterator[None]:
    """MkDocs shows a BuildError as a message, anything else as a traceback."""
    try:
        yield
    except CurriculumError as error:
        raise BuildError(str(error)) from None


def _layout(config: MkDocsConfig) -> Layout:
    return Layout(Path(config.config_file_path).parent)


def on_startup(*, command: str, dirty: bool) -> None:
    """Remember whether MkDocs builds or serves."""
    _state["command"] = command


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read the course: navigation and search terms come from it. While serving, stage what has changed.

    `site_url` names the root of both languages; this site is the folder of its language below.
    """
    layout = _layout(config)
    with _faults_as_build_errors():
        curriculum = _state["curriculum"] = load(layout.root)
        if _state["command"] == "serve":
            stage(layout, curriculum, progress=Progress())
    lang = config.theme["language"]
    teach(term.term.zh for term in curriculum.glossary.values())
    config.nav = navigation(curriculum, lang)
    if _state["command"] == "build":  # MkDocs' own server serves one language, at the root
        config.site_url = f"{(config.site_url or '').rstrip('/')}/{lang}/"
    return config


@event_priority(100)  # before mkdocs-jupyter, which would publish notebooks that come later as raw JSON
def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Mount the lessons' notebooks, the pages made from data, and what the page runs and wears."""
    layout, lang = _layout(config), config.theme["language"]
    staged, generated = layout.staged(lang), layout.pages(lang)
    for top, folder in (
        (staged, layout.lesson_notebooks(lang)),
        (generated, generated),
        (layout.build, layout.web),
    ):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                _mount(files, config, top, path.relative_to(top).as_posix())
    return files


def _mount(files: Files, config: MkDocsConfig, top: Path, uri: str) -> None:
    if existing := files.get_file_from_path(uri):
        log.warning(f"'{uri}' is written by hand although it is generated: remove {existing.abs_src_path}")
        files.remove(existing)
    files.append(File(uri, str(top), config.site_dir, config.use_directory_urls))


@event_priority(-50)  # after mkdocs-jupyter has put its own rendering (nbconvert) into the page
def on_pre_page(page: Page, *, config: MkDocsConfig, files: Files) -> Page:
    """Lessons are rendered by Material's Markdown like every page; mkdocs-jupyter keeps page and download."""
    if _is_lesson(page):
        page.__dict__.pop("render", None)
    return page


def on_page_read_source(*, page: Page, config: MkDocsConfig) -> str | None:
    """The Markdown of a lesson's notebook."""
    if not _is_lesson(page):
        return None
    notebook = Path(str(page.file.abs_src_path))
    with _faults_as_build_errors():
        return lesson_page(_state["curriculum"], notebook, config.theme["language"])


def _is_lesson(page: Page) -> bool:
    return page.file.src_uri.endswith(".ipynb")


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fill in what a hand-written page names; all others are complete."""
    if not Path(str(page.file.abs_src_path)).is_relative_to(config.docs_dir):
        return markdown
    curriculum, lang, uri = _state["curriculum"], config.theme["language"], page.file.src_uri
    return place(for_page(markdown, curriculum=curriculum, lang=lang, page=uri), curriculum, lang, uri)


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Give check-list items their ids, and tables no headers without a name."""
    return without_empty_headers(with_task_items(html))


def on_page_context(
    context: dict[str, Any], *, page: Page, config: MkDocsConfig, nav: Navigation
) -> dict[str, Any]:
    """Give the template `alternates`: this page in each language, for the switch."""
    context["alternates"] = alternates.of_page(page.url, config.theme["language"])
    return context


def on_template_context(
    context: dict[str, Any], *, template_name: str, config: MkDocsConfig
) -> dict[str, Any]:
    """The 404 page offers the home page of each language."""
    context["alternates"] = alternates.of_page("", config.theme["language"])
    return context


def on_post_page(output: str, *, page: Page, config: MkDocsConfig) -> str:
    """Turn block marks into sections, and put the page's other languages into its head."""
    output = blocks.into_sections(output)
    if _state["command"] != "build":
        return output
    root = (config.site_url or "").removesuffix(f"{config.theme['language']}/")
    return output.replace("</head>", f"{alternates.links(page.url, root)}</head>", 1)

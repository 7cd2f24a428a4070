"""A lesson's page in one language: Markdown for Material, each block between its marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from platform import python_version

import yaml

from courseware.curriculum.base import Lang
from courseware.lessons.localise import localise
from courseware.lessons.run import Executed
from courseware.lessons.source import Cell
from courseware.render.outputs import outputs
from courseware.render.plain import fence
from courseware.site.blocks import closing, opening


@dataclass(frozen=True)
class Frame:
    """What stands around a lesson's blocks and is said in the course's data."""

    metadata: dict[str, object]
    header: str
    footer: str
    text: Callable[[str], str]
    """Resolves references, widgets and claims in the Markdown of one cell."""
    t: Callable[..., str]
    """The interface's words."""


def page(executed: Executed, lang: Lang, frame: Frame) -> str:
    """The staged page: front matter, header, blocks, footer."""
    stem = executed.lesson.stem
    front = yaml.safe_dump(frame.metadata, allow_unicode=True, sort_keys=True, width=1000)
    parts = [
        f"---\n{front}---",
        frame.header,
        _tools(stem, frame),
        *_blocks(executed, lang, frame),
        frame.footer,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _tools(stem: str, frame: Frame) -> str:
    """The download, and what the outputs on this page were recorded with."""
    recorded = frame.t("lessons.recorded", langchain=version("langchain-core"), python=python_version())
    link = f"[{frame.t('lessons.download')}]({stem}.ipynb){{ .lesson-download download }}"
    return f'{link} <span class="lesson-recorded">{recorded}</span>\n{{: .lesson-tools }}'


def _blocks(executed: Executed, lang: Lang, frame: Frame) -> Iterator[str]:
    remaining = iter(executed.outputs)
    for block in executed.lesson.blocks:
        cell = block.cell(lang)
        yield opening(block.id, cell.kind, cell.local_only)
        if cell.kind == "markdown":
            yield frame.text(cell.source)
        else:
            if "hide-input" not in cell.tags:
                yield _input(cell, lang)
            yield outputs(next(remaining), lang)
        yield closing()


def _input(cell: Cell, lang: Lang) -> str:
    code = localise(cell.source, lang)
    raises = " .cell-raises" if "raises-exception" in cell.tags else ""
    return fence(code, f"{{ .python .cell-input{raises} }}")

"""One bilingual lesson and its outputs become two notebooks, each complete in its language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from platform import python_version
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from courseware.curriculum.base import Lang
from courseware.lessons.execute import Output
from courseware.lessons.localise import localise
from courseware.lessons.source import TITLE, Block, Lesson


def split(
    lesson: Lesson,
    outputs: Sequence[Sequence[Output]],
    lang: Lang,
    title: str,
    text: Callable[[str], str] = str,
) -> str:
    """The notebook of one language as JSON text, the same bytes for the same input.

    Cell ids are the block ids; `outputs` are those of each code cell in order, already scrubbed; `text` makes of a
    cell's Markdown what Jupyter can show. Where that differs, the lesson's own text stays in the metadata as `page`,
    for the site.
    """
    notebook = new_notebook(
        cells=[new_markdown_cell(f"# {title}", id=TITLE), *_cells(lesson.blocks, iter(outputs), lang, text)],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "lang": lang,
            "recorded": {"langchain-core": version("langchain-core"), "python": python_version()},
        },
    )
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook, indent=1, sort_keys=True)) + "\n"


def _cells(
    blocks: Sequence[Block], outputs: Iterator[Sequence[Output]], lang: Lang, text: Callable[[str], str]
) -> Iterator[Any]:
    executed = 0
    for block in blocks:
        cell = block.cell(lang)
        if cell.kind == "markdown":
            shown = text(cell.source)
            yield new_markdown_cell(
                shown, id=block.id, metadata={} if shown == cell.source else {"page": cell.source}
            )
            continue
        executed += 1
        metadata: dict[str, Any] = {}
        if cell.tags:
            metadata["tags"] = list(cell.tags)
        if cell.local_only:
            metadata["local_only"] = cell.local_only
        if "hide-input" in cell.tags:
            metadata["jupyter"] = {"source_hidden": True}
        yield new_code_cell(
            localise(cell.source, lang),
            id=block.id,
            execution_count=executed,
            metadata=metadata,
            outputs=[_numbered(output, executed) for output in next(outputs)],
        )


def _numbered(output: Output, executed: int) -> Any:
    if output["output_type"] == "execute_result":
        output = output | {"execution_count": executed}
    return nbformat.from_dict(output)

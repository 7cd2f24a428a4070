"""A lesson's page in one language: its notebook as Markdown for Material, each block between its marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from courseware.lessons.source import TITLE
from courseware.render.outputs import labelled, outputs
from courseware.render.plain import details, fence
from courseware.render.traces import TRACE_MIME
from courseware.site.blocks import closing, opening
from fanout.timeline import CSS


@dataclass(frozen=True)
class Frame:
    """What stands around a lesson's blocks and is said in the course's data."""

    metadata: dict[str, object]
    header: str
    footer: str
    text: Callable[[str], str]
    """Fills in references, widgets and claims in the Markdown of one cell."""
    t: Callable[..., str]
    """The interface's words."""
    timeline: Mapping[str, str]
    """The words of drawn traces."""


def page(notebook: Any, name: str, frame: Frame) -> str:
    """Markdown with front matter: header, blocks, footer. `name` is the notebook's file name, for the download."""
    front = yaml.safe_dump(frame.metadata, allow_unicode=True, sort_keys=True, width=1000)
    tools = _tools(notebook.metadata.recorded, name, frame.t)
    style = f"<style>{CSS}</style>" if _has_trace(notebook.cells) else ""
    parts = [f"---\n{front}---", frame.header, tools, style, *_blocks(notebook.cells, frame), frame.footer]
    return "\n\n".join(part for part in parts if part) + "\n"


def _has_trace(cells: list[Any]) -> bool:
    found = (output for cell in cells if cell.cell_type == "code" for output in cell.outputs)
    return any(TRACE_MIME in output.get("data", {}) for output in found)


def _tools(recorded: dict[str, str], name: str, t: Callable[..., str]) -> str:
    """The download, and what the outputs on this page were recorded with."""
    versions = t("lessons.recorded", langchain=recorded["langchain-core"], python=recorded["python"])
    link = f'<a class="lesson-download" href="{name}" download>{t("lessons.download")}</a>'
    return f'<p class="lesson-tools">{link} <span class="lesson-recorded">{versions}</span></p>'


def _blocks(cells: list[Any], frame: Frame) -> Iterator[str]:
    for cell in cells:
        if cell.id == TITLE:  # the header says it
            continue
        yield opening(cell.id, cell.cell_type, cell.metadata.get("local_only"))
        if cell.cell_type == "markdown":
            yield frame.text(cell.metadata.get("page", cell.source))
        else:
            tags = cell.metadata.get("tags", ())
            if "hide-input" not in tags:
                code = fence(
                    cell.source, f"{{ .python .cell-input{' .cell-raises' * ('raises-exception' in tags)} }}"
                )
                folded = "fold-input" in tags
                yield details(frame.t("lessons.code"), code, name="cell-fold") if folded else code
            found = outputs(cell.outputs, frame.timeline)
            yield labelled(found, frame.t("lessons.output"), frame.t("lessons.error"))
        yield closing()

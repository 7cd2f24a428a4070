"""Reads a bilingual lesson (jupytext `py:percent`) into blocks.

A block is a pair of Markdown cells, one per language, or one code cell that both languages share. Reading is lenient:
what it finds wrong goes into `Lesson.faults`, so that one run reports every fault of a lesson.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import jupytext

from courseware.curriculum.base import LANGS, Lang
from courseware.curriculum.faults import Fault

CODE_TAGS = frozenset({"raises-exception", "hide-input", "fold-input"})
METADATA = frozenset({"block", "tags", "local_only"})
_LEFT_BY_JUPYTEXT = frozenset({"lines_to_next_cell", "lines_to_end_of_cell_marker"})
_MARKER = re.compile(r"^# %%(?!%)")
_BLOCK_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_NOTEBOOK_ID_LIMIT = 64  # nbformat's own limit for a cell id
TITLE = "title"
"""Id of the first cell of every notebook, which holds the document's title; no block may take it."""


@dataclass(frozen=True)
class Cell:
    """One cell of the file. `line` is that of its marker; its text starts on the next one."""

    kind: Literal["markdown", "code"]
    block: str
    lang: Lang | None
    source: str
    line: int
    tags: tuple[str, ...] = ()
    local_only: str | None = None

    @property
    def first_line(self) -> int:
        return self.line + 1


@dataclass(frozen=True)
class Block:
    """What one `data-block` of the page holds: `{"zh": …, "en": …}` for text, `{None: …}` for code."""

    id: str
    cells: Mapping[Lang | None, Cell]

    @property
    def code(self) -> Cell | None:
        return self.cells.get(None)

    def cell(self, lang: Lang) -> Cell:
        """The cell this language shows. Only for a lesson without faults."""
        return self.cells[None] if None in self.cells else self.cells[lang]


@dataclass
class Lesson:
    """A lesson as read: its blocks in order, and what is wrong with their form."""

    path: Path
    file: str  # relative to the repository's root, as faults name it
    cells: list[Cell] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def code_cells(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind == "code"]

    def fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(self.file, line, message))


def read_lesson(path: Path, root: Path) -> Lesson:
    """Read one lesson file; faults of form (metadata, ids, pairing) are in the result."""
    lesson = Lesson(path, path.relative_to(root).as_posix())
    text = path.read_text("utf-8")
    notebook = jupytext.reads(text, fmt="py:percent")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _MARKER.match(line)]
    cells = [cell for cell in notebook.cells if cell.cell_type != "raw"]
    if len(cells) != len(lines):
        lesson.fault(1, "text outside a cell: everything but the header belongs under a `# %%` marker")
        return lesson
    if not cells:
        lesson.fault(1, "the lesson has no cells")
    for cell, line in zip(cells, lines, strict=True):
        _read_cell(lesson, cell, line)
    lesson.blocks = list(_pair(lesson))
    return lesson


def _read_cell(lesson: Lesson, raw: Any, line: int) -> None:
    metadata = {key: value for key, value in raw.metadata.items() if key not in _LEFT_BY_JUPYTEXT}
    if "incorrectly_encoded_metadata" in metadata:
        lesson.fault(
            line,
            f"cannot read the cell's metadata: {metadata['incorrectly_encoded_metadata']!r} (JSON values)",
        )
        return
    for key in sorted(metadata.keys() - METADATA):
        lesson.fault(line, f"unknown metadata {key!r}: a cell knows {', '.join(sorted(METADATA))}")
    tags = tuple(metadata.get("tags", ()))
    langs = [tag for tag in LANGS if tag in tags]
    others = [tag for tag in tags if tag not in LANGS]
    kind = raw.cell_type
    if kind == "markdown":
        if len(langs) != 1:
            found = "both" if langs else "neither"
            lesson.fault(
                line, f"a Markdown cell needs exactly one of the tags zh and en; this one has {found}"
            )
        unknown = others
    else:
        if langs:
            lesson.fault(line, f"a code cell is shared by both languages: take away the tag {langs[0]!r}")
        unknown = [tag for tag in others if tag not in CODE_TAGS]
    for tag in unknown:
        lesson.fault(line, f"unknown tag {tag!r} on a {kind} cell")
    block = metadata.get("block")
    if block is None:
        lesson.fault(line, 'the cell has no id: write block="some-id" after the marker')
        block = ""
    elif not isinstance(block, str) or not _BLOCK_ID.fullmatch(block) or len(block) > _NOTEBOOK_ID_LIMIT:
        lesson.fault(
            line,
            f"block id {block!r} is not ASCII kebab-case (a-z, 0-9, single hyphens, ≤ {_NOTEBOOK_ID_LIMIT})",
        )
    elif block == TITLE:
        lesson.fault(
            line, f"block id {TITLE!r} belongs to the cell with the document's title; choose another"
        )
    local_only = metadata.get("local_only")
    if local_only is not None and (kind != "code" or not isinstance(local_only, str)):
        lesson.fault(line, "local_only takes the key of a reason and belongs on a code cell")
    if not raw.source.strip():
        lesson.fault(line, "the cell is empty")
    lesson.cells.append(
        Cell(kind, str(block), langs[0] if len(langs) == 1 else None, raw.source, line, tags, local_only)
    )


def _pair(lesson: Lesson) -> Iterator[Block]:
    """Join each `zh` cell with the `en` cell right after it; code cells stand alone."""
    seen: dict[str, int] = {}
    waiting: Cell | None = None

    def alone(cell: Cell) -> None:
        other = "en" if cell.lang == "zh" else "zh"
        lesson.fault(
            cell.line,
            f"block {cell.block!r} has no {other} cell: the pair stands together, zh first, en right after",
        )

    for cell in lesson.cells:
        if waiting and cell.lang == "en" and cell.block == waiting.block:
            yield Block(cell.block, {"zh": waiting, "en": cell})
            waiting = None
            continue
        if waiting:
            alone(waiting)
            waiting = None
        if cell.block in seen:
            lesson.fault(cell.line, f"block id {cell.block!r} is taken already, on line {seen[cell.block]}")
        elif cell.block:
            seen[cell.block] = cell.line
        if cell.kind == "code":
            yield Block(cell.block, {None: cell})
        elif cell.lang == "zh":
            waiting = cell
        elif cell.lang == "en":
            alone(cell)
    if waiting:
        alone(waiting)

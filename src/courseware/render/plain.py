"""Small pieces of Markdown that read well both on the page (Python-Markdown) and in Jupyter (CommonMark)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_TICKS = re.compile(r"`{3,}")


def fence(code: str, info: str = "python") -> str:
    """A fenced block that its content cannot close."""
    ticks = "`" * max(3, 1 + max((len(found) for found in _TICKS.findall(code)), default=2))
    return f"{ticks}{info}\n{code.rstrip()}\n{ticks}"


def items(texts: Iterable[str], mark: str = "-") -> str:
    """A list; further lines of an item are indented under it (four columns: what Python-Markdown asks for)."""
    return "\n".join(f"{mark:<4}" + text.strip().replace("\n", "\n    ") for text in texts)


def details(summary: str, *parts: str, name: str = "widget-answer") -> str:
    """Folded text."""
    body = "\n\n".join(part for part in parts if part)
    return f'<details class="{name}" markdown="1">\n<summary>{summary}</summary>\n\n{body}\n\n</details>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what would end a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |"
        for line in lines
    )


def number(value: float) -> str:
    """A number as a reader writes it: 2, 0.5."""
    return f"{value:g}"


def joined(*parts: str) -> str:
    """Paragraphs, without the empty ones."""
    return "\n\n".join(part for part in parts if part)

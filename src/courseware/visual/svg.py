"""Text in SVG, which does not wrap by itself: widths are estimated, a little on the safe side."""

from __future__ import annotations

import re
from html import escape

_TOKEN = re.compile(r"[\u2e80-\uffef“”]|[^\s\u2e80-\uffef“”]+|\s+")
_NEVER_FIRST = frozenset("：，。、；！？）》”")


def width(text: str, size: float) -> float:
    """Width of a text set in the site's sans at `size`, in the same unit."""
    ems = (1.0 if char >= "\u2e80" else 0.3 if char == " " else 0.58 for char in text)
    return size * sum(ems)


def wrap(text: str, available: float, size: float) -> list[str]:
    """The text in lines no wider than `available`, where words allow it; breaks at a colon if that leaves two lines."""
    head, colon, tail = re.match(r"(.*?)(：|: |$)(.*)", text).groups()  # type: ignore[union-attr]
    if tail and max(width(head + colon.strip(), size), width(tail, size)) <= available < width(text, size):
        return [head + colon.strip(), tail]
    lines, line = [], ""
    for token in _TOKEN.findall(text):
        if line and token not in _NEVER_FIRST and width((line + token).rstrip(), size) > available:
            lines.append(line.rstrip())
            line = ""
        line += token if line else token.lstrip()
    return [*lines, line.rstrip()]


def text(lines: list[str], x: float, y: float, leading: float, css: str) -> str:
    """Lines of text below each other; `y` is the base line of the first."""
    spans = "".join(
        f'<tspan x="{x:g}" y="{y + leading * number:g}">{escape(line)}{" " if number + 1 < len(lines) else ""}</tspan>'
        for number, line in enumerate(lines)
    )
    return f'<text class="{css}">{spans}</text>'

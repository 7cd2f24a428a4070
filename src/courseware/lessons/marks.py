"""The marks that lesson text carries besides Markdown: heading ids, widget fences, task ids, claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

ID = r"[a-z0-9][a-z0-9-]*"
CLAIM = re.compile(r"\{claim:(?P<id>[^}\s]*)\}")
TASK = re.compile(r"^\s*[-*+] \[[ xX]\] .*?\{#task:(?P<id>[^}\s]*)\}\s*$")
_HEADING = re.compile(r"^(?P<marks>#{1,6})\s+(?P<text>.*?)\s*$")
_HEADING_ID = re.compile(r"\{[^{}]*#(?P<id>[^\s}]+)[^{}]*\}\s*$")
_FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})\s*(?P<info>.*?)\s*$")
_INLINE_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_FENCED = r"^[ \t]*(?P<fence>`{3,}|~{3,}).*?^[ \t]*(?P=fence)[`~]*[ \t]*$"
_CODE = re.compile(rf"{_FENCED}|(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)", re.M | re.S)
_BLOCKS_OF_CODE = re.compile(_FENCED, re.M | re.S)
_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

MarkKind = Literal["heading", "widget", "task", "claim"]


@dataclass(frozen=True)
class Mark:
    """One mark. `line` counts from 0 in the cell's text; `id` is empty where it is missing."""

    kind: MarkKind
    id: str
    line: int
    detail: str = ""  # of a heading its `##`, of a widget its kind

    def __str__(self) -> str:
        match self.kind:
            case "heading":
                return f"{self.detail} {{#{self.id}}}"
            case "widget":
                return f"widget {self.detail} {self.id}"
            case _:
                return f"{self.kind}:{self.id}"


def is_kebab(text: str) -> bool:
    """ASCII kebab-case, as every id of the course is."""
    return _KEBAB.fullmatch(text) is not None


def outside_code(markdown: str, change: Callable[[str], str], *, inline: bool = True) -> str:
    """Apply a change to everything but code. With `inline=False` it sees whole lines, inline code and all."""
    done, parts = 0, []
    for found in (_CODE if inline else _BLOCKS_OF_CODE).finditer(markdown):
        parts += [change(markdown[done : found.start()]), found[0]]
        done = found.end()
    return "".join([*parts, change(markdown[done:])])


def outside_fences(markdown: str) -> Iterator[tuple[int, str, str | None]]:
    """Every line as (number from 0, text, None); a fenced block once, as (number, body, info string)."""
    closing, info, opened = "", "", 0
    body: list[str] = []
    for number, line in enumerate(markdown.split("\n")):
        match = _FENCE.match(line)
        if closing:
            if match and match["fence"].startswith(closing) and not match["info"]:
                yield opened, "\n".join(body), info
                closing, body = "", []
            else:
                body.append(line)
        elif match:
            closing, info, opened = match["fence"], match["info"], number
        else:
            yield number, line, None
    if closing:
        yield opened, "\n".join(body), info


def marks(markdown: str) -> Iterator[Mark]:
    """All marks of a piece of Markdown, in order."""
    for number, text, info in outside_fences(markdown):
        if info is not None:
            if info == "widget":
                kind, _, name = text.strip().partition(" ")
                yield Mark("widget", name.strip(), number, kind)
            continue
        if heading := _HEADING.match(text):
            explicit = _HEADING_ID.search(heading["text"])
            yield Mark("heading", explicit["id"] if explicit else "", number, heading["marks"])
        if task := TASK.match(text):
            yield Mark("task", task["id"], number)
        for claim in CLAIM.finditer(_INLINE_CODE.sub("", text)):
            yield Mark("claim", claim["id"], number)

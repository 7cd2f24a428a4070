"""Recorded outputs as HTML that passes through Markdown unchanged."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Any

from bs4 import BeautifulSoup

from courseware.lessons.execute import Output
from courseware.render.traces import TRACE_MIME, draw

_PREFERRED = (
    TRACE_MIME,
    "text/html",
    "image/svg+xml",
    "text/markdown",
    "text/latex",
    "image/png",
    "image/jpeg",
)
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

_OPENING = re.compile(r'<div class="cell-output[^"]*" data-mime="[^"]*"(?P<error> data-stream="error")?')


def outputs(found: Sequence[Output], words: Mapping[str, str]) -> str:
    """All outputs of one code cell, one `.cell-output` each, in order; `words` are those of timelines."""
    return "\n\n".join(_output(output, words) for output in found)


def labelled(html: str, output: str, error: str) -> str:
    """The outputs of one cell with a word above the first of them, and one above each error."""
    first = True

    def label(match: re.Match[str]) -> str:
        nonlocal first
        word = error if match["error"] else output if first else None
        first = False
        return match[0] if word is None else f'{match[0]} data-label="{escape(word)}"'

    return _OPENING.sub(label, html)


def _output(output: Output, words: Mapping[str, str]) -> str:
    match output["output_type"]:
        case "stream":
            return _text(output["text"], "text/plain", output["name"])
        case "error":
            return _text("\n".join(output["traceback"]), "application/vnd.jupyter.error", "error")
        case _:
            return _data(output["data"], words)


def _data(data: dict[str, Any], words: Mapping[str, str]) -> str:
    mime = next((mime for mime in _PREFERRED if mime in data), "text/plain")
    value = data.get(mime, "")
    match mime:
        case "text/plain":
            return _text(value, mime, "result")
        case "text/markdown":
            return _div(mime, f"\n\n{value}\n\n", ' markdown="1"')
        case "text/latex":
            return _div(mime, f'<div class="arithmatex">\\[{escape(value.strip().strip("$"))}\\]</div>')
        case "image/png" | "image/jpeg":
            alt = escape(data.get("text/plain", ""), quote=True)
            return _div(mime, f'<img alt="{alt}" src="data:{mime};base64,{"".join(value.split())}">')
        case "text/html" | "image/svg+xml":
            return _div(mime, _raw(value), " data-search-exclude" if mime == "image/svg+xml" else "")
        case _:
            return _div(mime, _raw(draw(value, words)) + _kept(value), " data-search-exclude")


def _div(mime: str, html: str, attributes: str = "") -> str:
    return f'<div class="cell-output" data-mime="{mime}"{attributes}>{html}</div>'


def _text(text: str, mime: str, stream: str) -> str:
    """Text as a terminal shows it: of a line that was overwritten, its last state."""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.rstrip().split("\n")]
    shown = escape("\n".join(lines), quote=False).replace("`", "&#96;").replace("\t", "&#9;")
    return _div(mime, f"<pre><code>{shown}</code></pre>", f' data-stream="{stream}"').replace(
        '"cell-output"', '"cell-output no-copy"', 1
    )


def _raw(html: str) -> str:
    """HTML made safe for Markdown: balanced, without anything that looks like a fence."""
    balance = _Balance()
    balance.feed(html)
    if not balance.holds():
        html = str(BeautifulSoup(html, "html.parser"))
    return html.replace("```", "&#96;&#96;&#96;").replace("~~~", "&#126;&#126;&#126;").strip()


def _kept(trace: Any) -> str:
    """The trace itself, for the page's own drawing.

    In a `<template>`, not a `<script type="application/json">`: Material's instant navigation makes scripts anew
    without their attributes, and JSON would run as JavaScript.
    """
    text = json.dumps(trace, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    shown = escape(text, quote=False).replace("`", "&#96;")
    return f'<template class="trace" data-mime="{TRACE_MIME}">{shown}</template>'


class _Balance(HTMLParser):
    """Whether every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
        self._broken = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self._open or self._open.pop() != tag:
            self._broken = True

    def holds(self) -> bool:
        self.close()
        return not self._broken and not self._open

"""Recorded outputs as HTML that Markdown leaves alone."""

from __future__ import annotations

from html import unescape
from typing import Any

import markdown
import pytest
from bs4 import BeautifulSoup

from courseware.render.outputs import labelled, outputs
from fanout.timeline import LABELS
from fanout.trace import MIME

EXTENSIONS = ["md_in_html", "pymdownx.superfences", "attr_list", "tables"]


def _rendered(*found: dict[str, Any]) -> str:
    """As it comes out of the Markdown that the site uses."""
    return markdown.markdown(f"Before\n\n{outputs(found, LABELS)}\n\nAfter", extensions=EXTENSIONS)


def _stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def _data(**bundle: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": bundle}


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "<b> & </b>",
        "```\nnot a fence\n```",
        "~~~\nnor this\n~~~",
        "a\tb",
        "# no heading\n\n- no list\n\n    no code",
        "{claim:x} **no** [link](y) `code`",
        "[1]: no reference",
        "*[HTML]: no abbreviation",
        "中文，`with_fallbacks`",
    ],
)
def test_text_comes_through_as_it_was_printed(text: str) -> None:
    html = _rendered(_stream(text + "\n"))

    shown = html[html.index("<code>") + 6 : html.index("</code>")]
    assert unescape(shown) == text
    assert html.startswith("<p>Before</p>")
    assert html.endswith("<p>After</p>")


def test_an_overwritten_line_shows_its_last_state() -> None:
    assert "<code>3 of 3\ndone</code>" in outputs([_stream("1 of 3\r2 of 3\r3 of 3\r\ndone\n")], LABELS)


def test_streams_and_errors_can_be_told_apart() -> None:
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["Traceback", "E: <no>"]}

    html = _rendered(_stream("out"), _stream("err", "stderr"), error)

    assert 'data-mime="text/plain" data-stream="stdout"' in html
    assert 'data-mime="text/plain" data-stream="stderr"' in html
    assert (
        'data-mime="application/vnd.jupyter.error" data-stream="error"><pre><code>Traceback\nE: &lt;no&gt;'
        in html
    )


def test_html_that_is_not_closed_does_not_swallow_the_page() -> None:
    html = _rendered(_data(**{"text/html": "<table><tr><td>cell", "text/plain": "unused"}))

    assert "<td>cell</td></tr></table></div>" in html
    assert html.endswith("<p>After</p>")
    assert "unused" not in html


def test_svg_keeps_its_case() -> None:
    svg = '<svg viewBox="0 0 9 9"><linearGradient id="g"/></svg>'

    assert svg in _rendered(_data(**{"image/svg+xml": svg}))


def test_markdown_is_markdown() -> None:
    html = _rendered(_data(**{"text/markdown": "**bold**\n\n| a |\n|---|\n| 1 |"}))

    assert "<strong>bold</strong>" in html
    assert "<td>1</td>" in html


def test_formulas_are_left_to_the_page() -> None:
    assert r'<div class="arithmatex">\[x &lt; 2\]</div>' in _rendered(_data(**{"text/latex": "$$x < 2$$"}))


def test_images_have_a_text() -> None:
    html = _rendered(_data(**{"image/png": "aGk=\n", "text/plain": 'a "dot"'}))

    assert '<img alt="a &quot;dot&quot;" src="data:image/png;base64,aGk=">' in html


def test_a_trace_is_drawn_in_the_readers_words_and_kept_as_data() -> None:
    span = {
        "id": 1, "parent": None, "key": "</template>`", "name": "Step", "kind": "step", "lane": "main", "start": 0.0,
        "end": 0.3, "states": [{"state": "running", "start": 0.0, "end": 0.3}], "outcome": "ok", "error": None,
        "code": None, "events": [], "attrs": {},
    }  # fmt: skip
    trace = {
        "format": "fanout-trace",
        "version": 1,
        "clock": "virtual",
        "unit": "s",
        "versions": {},
        "spans": [span],
    }

    html = markdown.markdown(
        outputs([_data(**{MIME: trace, "image/svg+xml": "<svg/>"})], LABELS | {"table": "同样的内容"}),
        extensions=EXTENSIONS,
    )

    assert "<summary>同样的内容</summary>" in html
    assert f'<template class="trace" data-mime="{MIME}">' in html
    assert "<script" not in html, "instant navigation would run it as JavaScript"
    kept = html[html.index('+json">{') + 7 : html.rindex("</template>")]
    assert "<" not in kept
    assert "data-search-exclude" in html


def test_the_first_output_and_every_error_carry_a_word() -> None:
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["E"]}
    found = outputs([_stream("one"), _stream("two"), error], LABELS)

    boxes = BeautifulSoup(labelled(found, "Output", 'Er"ror'), "html.parser").select(".cell-output")
    assert [(box["data-stream"], box.get("data-label")) for box in boxes] == [
        ("stdout", "Output"),
        ("stdout", None),
        ("error", 'Er"ror'),
    ]

"""A graph as an SVG in the colours of its branches, readable without colours and without eyes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from html import escape

from fanout.graph.layout import HIGH, Layout, wide
from fanout.graph.mermaid import ways
from fanout.graph.parts import END, START
from fanout.graph.plan import Plan
from fanout.timeline.style import DARK, LIGHT

LABELS: Mapping[str, str] = {
    "title": "Graph {name}",
    "to": "{source} to {targets}",
    "route": "{source} to one or more of {targets}, as its router decides",
    "and": ", ",
    "then": "; ",
    "start": "START",
    "end": "END",
    "any": "any of",
}
"""The words of a drawing; each may use the gaps that the English one uses."""


def _scheme(colours: tuple[str, ...], paper: str, ink: str) -> str:
    branches = "".join(f"--c{n}:var(--branch-{n},{colour});" for n, colour in enumerate(colours) if n)
    return (
        f"{branches}--c0:var(--timeline-muted,{colours[0]});"
        f"--paper:var(--timeline-paper,var(--md-default-bg-color,{paper}));"
        f"--ink:var(--timeline-ink,var(--md-typeset-color,{ink}))"
    )


CSS = (
    f".fanout-graph{{{_scheme(LIGHT, '#fbfaf7', '#1c1b19')};max-width:100%;height:auto;"
    'font-family:system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;'
    "font-size:13px}"
    f"@media (prefers-color-scheme:dark){{.fanout-graph{{{_scheme(DARK, '#14181a', '#e6e4de')}}}}}"
    ".fanout-graph .paper{fill:var(--paper)}"
    ".fanout-graph text{fill:var(--ink);text-anchor:middle}"
    ".fanout-graph .node{fill:var(--paper);stroke:var(--c);stroke-width:2}"
    ".fanout-graph .tint{fill:var(--c);opacity:.12}"
    ".fanout-graph .way{fill:none;stroke:var(--c);stroke-width:1.6}"
    ".fanout-graph .route{stroke-dasharray:5 4}"
    ".fanout-graph .tip{fill:var(--c)}"
    ".fanout-graph .small{font-size:11px;paint-order:stroke;stroke:var(--paper);stroke-width:4px}"
    + "".join(f".fanout-graph .c{n}{{--c:var(--c{n})}}" for n in range(9))
)


def svg(plan: Plan, name: str, labels: Mapping[str, str] | None = None) -> str:
    """Raises `KeyError` for a label that is not in `LABELS`."""
    unknown = sorted(set(labels or {}) - set(LABELS))
    if unknown:
        raise KeyError(f"no graph uses these labels: {', '.join(unknown)}; it uses: {', '.join(LABELS)}")
    words = {**LABELS, **(labels or {})}
    layout = Layout(plan)
    short = {START: words["start"], END: words["end"]}
    body = [*_ways(plan, layout), *(_node(plan, layout, node, short, words) for node in plan.paths.names)]
    title, text = words["title"].format(name=name), describe(plan, short, words)
    ident = "fg-" + sha256("".join([title, text, *body]).encode()).hexdigest()[:10]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="fanout-graph" role="img" width="{layout.width:g}" '
        f'height="{layout.height:g}" viewBox="0 0 {layout.width:g} {layout.height:g}" '
        f'aria-labelledby="{ident}-t {ident}-d"><title id="{ident}-t">{escape(title)}</title>'
        f'<desc id="{ident}-d">{escape(text)}</desc><style>{CSS}</style>'
        f'<rect class="paper" width="100%" height="100%" rx="8"/>{"".join(body)}</svg>'
    )


def describe(plan: Plan, short: Mapping[str, str], words: Mapping[str, str]) -> str:
    """All ways in words, from START on."""
    said, targets_of = [], dict[tuple[str, bool], list[str]]()
    for source, target, answer in ways(plan):
        targets_of.setdefault((source, answer is not None), []).append(short.get(target, target))
    for source in plan.paths.names:
        for routed, form in ((False, "to"), (True, "route")):
            targets = targets_of.get((source, routed))
            if targets:
                said.append(
                    words[form].format(source=short.get(source, source), targets=words["and"].join(targets))
                )
    return words["then"].join(said)


def _node(plan: Plan, layout: Layout, node: str, short: Mapping[str, str], words: Mapping[str, str]) -> str:
    x, y = layout.at[node]
    label = short.get(node, node)
    width = wide(label)
    rounded = HIGH / 2 if node in short else 7
    box = f'x="{x - width / 2:g}" y="{y - HIGH / 2:g}" width="{width:g}" height="{HIGH}" rx="{rounded:g}"'
    sign = f'<text class="small" x="{x:g}" y="{y - HIGH / 2 - 5:g}">{escape(words["any"])}</text>'
    return (
        f'<g class="c{layout.colour.get(node, 0)}" data-node="{escape(node)}"><rect class="node" {box}/>'
        f'<rect class="tint" {box}/><text x="{x:g}" y="{y + 4.5:g}">{escape(label)}</text>'
        f"{sign if node in plan.any_of else ''}</g>"
    )


def _ways(plan: Plan, layout: Layout) -> Iterable[str]:
    lanes = 0
    for source, target, answer in ways(plan):
        colour = layout.colour.get(target, 0) or layout.colour.get(source, 0)
        if (source, target) in plan.paths.back:
            lanes += 1
            path, middle, tip, angle = layout.back(source, target, lanes)
        else:
            path, middle, tip = layout.down(source, target)
            angle = 90
        word = (
            f'<text class="small" x="{middle[0]:g}" y="{middle[1]:g}">{escape(answer)}</text>'
            if answer
            else ""
        )
        yield (
            f'<g class="c{colour}"><path class="way{" route" if answer is not None else ""}" d="{path}"/>'
            f'<path class="tip" transform="translate({tip[0]:g} {tip[1]:g}) rotate({angle})" d="M0 0L-9 -4.5L-9 4.5Z"/>'
            f"{word}</g>"
        )

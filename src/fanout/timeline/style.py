"""How a timeline looks. Colours come from the page's variables where there are any, else from the fallbacks here.

The fallbacks know light and dark. `--timeline-paper` and `--timeline-ink` set ground and text; `--branch-1` to
`--branch-8` the branches. In a page of Material for MkDocs the theme's own variables set them.
"""

from __future__ import annotations

LIGHT = ("#5b6472", "#2563c9", "#c2410c", "#0f8a5f", "#9333b8", "#a16207", "#0e7c9b", "#be185d", "#5b6472")
DARK = ("#aab4c2", "#7fb0ff", "#ff9d6b", "#5fd3a3", "#d59bff", "#f0c05a", "#63cfe8", "#ff8fb8", "#aab4c2")


def _scheme(colours: tuple[str, ...], paper: str, ink: str, bad: str) -> str:
    branches = "".join(f"--c{n}:var(--branch-{n},{colour});" for n, colour in enumerate(colours) if n)
    return (
        f"{branches}--c0:var(--timeline-muted,{colours[0]});--bad:var(--timeline-bad,{bad});"
        f"--paper:var(--timeline-paper,var(--md-default-bg-color,{paper}));"
        f"--ink:var(--timeline-ink,var(--md-typeset-color,{ink}))"
    )


CSS = (
    f".fanout-timeline{{{_scheme(LIGHT, '#fbfaf7', '#1c1b19', '#b42318')};max-width:100%;"
    'font-family:system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;'
    "font-size:12px;font-variant-numeric:tabular-nums}"
    "@media (prefers-color-scheme:dark){"
    f".fanout-timeline{{{_scheme(DARK, '#14181a', '#e6e4de', '#ff8a7a')}}}}}"
    ".fanout-timeline .paper{fill:var(--paper)}"
    ".fanout-timeline text{fill:var(--ink)}"
    ".fanout-timeline .key{font-weight:600}"
    ".fanout-timeline .small{font-size:11px;opacity:.78}"
    ".fanout-timeline .over{paint-order:stroke;stroke:var(--paper);stroke-width:5px;font-size:10px}"
    ".fanout-timeline .grid{stroke:var(--ink);opacity:.12}"
    ".fanout-timeline .frame{stroke:var(--c);stroke-width:2;opacity:.6}"
    ".fanout-timeline .ran{fill:var(--c)}"
    ".fanout-timeline .active{fill:var(--c);opacity:.7}"
    ".fanout-timeline .suspended{fill:var(--c);opacity:.38}"
    ".fanout-timeline .queued{stroke:var(--c);stroke-width:1.5;opacity:.75}"
    ".fanout-timeline .limited{stroke:var(--c);stroke-width:1}"
    ".fanout-timeline .hatch{stroke:var(--c);stroke-width:1.6;opacity:.75}"
    ".fanout-timeline .backoff{stroke:var(--c);stroke-width:3;stroke-linecap:round;stroke-dasharray:.1 6}"
    ".fanout-timeline .orphan{fill:none;stroke:var(--c);stroke-width:1.5;stroke-dasharray:4 3}"
    ".fanout-timeline .spawn{fill:var(--c);stroke:var(--paper);stroke-width:1}"
    ".fanout-timeline .chunk{stroke:var(--ink);stroke-width:1.2;opacity:.7}"
    ".fanout-timeline .cross{stroke:var(--bad);stroke-width:2.2;stroke-linecap:round}"
    ".fanout-timeline .halo{fill:var(--paper)}"
    ".fanout-timeline .stop{fill:var(--paper);stroke:var(--ink);stroke-width:1.6}"
    ".fanout-timeline .abort{stroke:var(--bad);stroke-width:1;stroke-dasharray:3 3}"
    ".fanout-timeline .badge{font-size:10px;font-weight:600;fill:var(--bad)}"
    + "".join(f".fanout-timeline .c{n}{{--c:var(--c{n})}}" for n in range(9))
)

"""What every drawing stands on: the scale of time, the grid, the legend, and the accessible frame around it all.

Times are placed in percent and everything else in pixels, so a narrow screen makes the bars shorter and leaves the
words as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from html import escape

from fanout.timeline.layout import Layout, seconds, verdict, width
from fanout.timeline.style import CSS
from fanout.trace import Trace

WIDTH = 640
LEGEND = "running active suspended busy queued limited backoff orphan error cancelled waiting"
"""What the legend may explain, in its order."""


class Canvas:
    """`parts` collects the elements from top to bottom, `used` what the legend has to explain."""

    def __init__(self, trace: Trace, labels: dict[str, str], css: bool) -> None:
        self.trace, self.labels, self.css = trace, labels, css
        self.layout = Layout(trace)
        self.id = "tl-" + sha256(json.dumps([trace.to_dict(), labels]).encode()).hexdigest()[:10]
        self.parts: list[str] = []
        self.used: set[str] = set()
        self.crowded = False

    def describe(self) -> str:
        """The trace in one sentence."""
        trace, labels = self.trace, self.labels
        roots = trace.roots
        worst = next((s for s in roots if s.outcome != "ok"), roots[0] if roots else None)
        if worst is None:
            return labels["empty"]
        return labels["desc"].format(
            branches=len([s for s in trace.spans if s.key]) or len(trace.leaves),
            time=seconds(trace.makespan, self.layout.end),
            peak=trace.peak_in_flight(),
            outcome=labels["ok"]
            if worst.outcome == "ok"
            else verdict(worst, labels, orphan=False, whole=self.layout.end),
            clock=labels[trace.clock],
        )

    def wrap(self, height: float) -> str:
        roots = self.layout.below.get(None, [])
        title = self.labels["title"].format(name=", ".join(dict.fromkeys(s.label for s in roots)) or "…")
        style = f"<style>{CSS}</style>" if self.css else ""
        hatch = "".join(
            f'<pattern id="{self.id}-h{n}" class="c{n}" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><line class="hatch" y2="6"/></pattern>'
            for n in sorted({0} | {row.colour for row in self.layout.rows})
            if "limited" in self.used
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="fanout-timeline" role="img" width="{WIDTH}" '
            f'height="{height:g}" aria-labelledby="{self.id}-t {self.id}-d">'
            f'<title id="{self.id}-t">{escape(title)}</title><desc id="{self.id}-d">{escape(self.describe())}</desc>'
            f"{style}<defs>{hatch}</defs>"
            f'<rect class="paper" width="100%" height="100%" rx="8"/>{"".join(self.parts)}</svg>'
        )

    def x(self, time: float) -> str:
        return f"{1.5 + 97 * time / self.layout.end:.4g}%"

    def extent(self, start: float, end: float) -> str:
        return f'x="{self.x(start)}" width="{97 * max(0.0, end - start) / self.layout.end:.4g}%"'

    def grid(self, top: float, bottom: float) -> Iterator[str]:
        for tick in self.layout.ticks():
            yield f'<line class="grid" x1="{self.x(tick)}" x2="{self.x(tick)}" y1="{top:g}" y2="{bottom:g}"/>'

    def axis(self, y: float) -> float:
        for tick in self.layout.ticks():
            share = tick / self.layout.end
            anchor = "start" if share < 0.02 else "end" if share > 0.94 else "middle"
            label = escape(seconds(tick, self.layout.end))
            self.parts.append(
                f'<text class="small" x="{self.x(tick)}" y="{y + 13:g}" text-anchor="{anchor}">{label}</text>'
            )
        return y + 20

    def legend(self, y: float) -> float:
        shown = [state for state in LEGEND.split() if state in self.used]
        if not shown:
            return y + 4
        colour = 1 if self.crowded else 0
        columns = 3 if max(width(self.labels[state]) for state in shown) < 14 else 2
        for n, state in enumerate(shown):
            x, top = f"{1.5 + n % columns * 97 / columns:g}%", y + 4 + n // columns * 17
            self.parts.append(
                f'<svg x="{x}" y="{top:g}" overflow="visible" class="c{colour}">{self._swatch(state)}'
                f'<text class="small" x="26" y="10">{escape(self.labels[state])}</text></svg>'
            )
        return y + 8 + -(-len(shown) // columns) * 17

    def _swatch(self, state: str) -> str:
        if state in ("error", "cancelled"):
            return f'<svg x="10" y="6" overflow="visible">{mark(state, 4)}</svg>'
        if state in ("queued", "backoff"):
            return f'<line class="{state}" x1="1" x2="20" y1="6" y2="6"/>'
        shape = {
            "suspended": "suspended",
            "waiting": "suspended",
            "orphan": "orphan",
            "limited": "limited",
            "active": "ran" if self.crowded else "active",
        }.get(state, "ran")
        fill = f' fill="url(#{self.id}-h0)"' if state == "limited" else ""
        return f'<rect class="{shape}" x="1" y="1" width="19" height="10" rx="2"{fill}/>'


def mark(mark: str, r: float) -> str:
    if mark == "error":
        return (
            f'<circle class="halo" r="{r + 2.5:g}"/>'
            f'<path class="cross" d="M{-r:g} {-r:g}L{r:g} {r:g}M{-r:g} {r:g}L{r:g} {-r:g}"/>'
        )
    return f'<rect class="stop" x="{-r:g}" y="{-r:g}" width="{2 * r:g}" height="{2 * r:g}" rx="1"/>'

"""A timeline as an SVG that reads at any width.

Times are placed in percent and everything else in pixels, so a narrow screen makes the bars shorter and leaves the
words as they are. Every bar carries `data-span`, the id of its span, for a page that wants to do more with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape

from fanout.timeline.layout import Bar, Layout, Piece, Row, seconds, shorten, verdict, width
from fanout.timeline.style import CSS
from fanout.trace import Trace

WIDTH = 640
DENSE, MANY = 24, 120
"""From so many rows on: thin rows; from so many on: only how many were under way, drawn over time."""
MARKS = {"error": "error", "timeout": "error", "cancelled": "cancelled", "abandoned": "cancelled"}
STOPPED = ("cancelled", "abandoned")
LEGEND = (
    "running",
    "suspended",
    "busy",
    "queued",
    "limited",
    "backoff",
    "orphan",
    "error",
    "cancelled",
    "active",
    "waiting",
)


class Drawing:
    """One drawing; `parts` collects its elements from top to bottom."""

    def __init__(self, trace: Trace, labels: Mapping[str, str], css: bool) -> None:
        self.trace, self.labels, self.css = trace, labels, css
        self.layout = Layout(trace)
        self.id = "tl-" + sha256(repr((trace.spans, sorted(labels.items()))).encode()).hexdigest()[:10]
        self.parts: list[str] = []
        self.used: set[str] = set()

    def svg(self) -> str:
        rows = self.layout.rows
        if not rows:
            self.parts.append(f'<text x="1%" y="22">{escape(self.labels["empty"])}</text>')
            return self._wrap(36)
        if len(rows) > MANY:
            bottom = self._crowd(8)
        else:
            bottom = 8
            tops: dict[int, float] = {}
            for row in rows:
                tops[row.span.id] = bottom
                bottom = self._dense_row(row, bottom) if len(rows) > DENSE else self._row(row, bottom)
            self.parts[:0] = [*self._grid(4, bottom), *self._aborts(tops)]
        bottom = self._axis(bottom)
        return self._wrap(self._legend(bottom))

    # ---- the frame around it

    def describe(self) -> str:
        """The trace in one sentence."""
        trace, labels = self.trace, self.labels
        roots = trace.roots
        worst = next((s for s in roots if s.outcome != "ok"), roots[0] if roots else None)
        if worst is None:
            return labels["empty"]
        return labels["desc"].format(
            branches=len([s for s in trace.spans if s.key]) or len(trace.leaves),
            time=seconds(trace.makespan),
            peak=trace.peak_in_flight(),
            outcome=labels["ok"] if worst.outcome == "ok" else verdict(worst, labels, orphan=False),
            clock=labels[trace.clock],
        )

    def _wrap(self, height: float) -> str:
        roots = self.layout.below.get(None, [])
        title = self.labels["title"].format(name=", ".join(dict.fromkeys(s.label for s in roots)) or "…")
        style = f"<style>{CSS}</style>" if self.css else ""
        hatch = "".join(
            f'<pattern id="{self.id}-h{n}" class="c{n}" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><line class="hatch" y2="6"/></pattern>'
            for n in sorted({row.colour for row in self.layout.rows})
            if "limited" in self.used
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="fanout-timeline" role="img" width="{WIDTH}" '
            f'height="{height:g}" aria-labelledby="{self.id}-t {self.id}-d">'
            f'<title id="{self.id}-t">{escape(title)}</title><desc id="{self.id}-d">{escape(self.describe())}</desc>'
            f"{style}<defs>{hatch}</defs>"
            f'<rect class="paper" width="100%" height="100%" rx="8"/>{"".join(self.parts)}</svg>'
        )

    def _x(self, time: float) -> str:
        return f"{1.5 + 97 * time / self.layout.end:.4g}%"

    def _span(self, start: float, end: float) -> str:
        return f'x="{self._x(start)}" width="{97 * max(0.0, end - start) / self.layout.end:.4g}%"'

    def _grid(self, top: float, bottom: float) -> Iterator[str]:
        for tick in self.layout.ticks():
            yield f'<line class="grid" x1="{self._x(tick)}" x2="{self._x(tick)}" y1="{top:g}" y2="{bottom:g}"/>'

    def _axis(self, y: float) -> float:
        for tick in self.layout.ticks():
            share = tick / self.layout.end
            anchor = "start" if share < 0.02 else "end" if share > 0.94 else "middle"
            label = escape(seconds(tick, self.layout.end))
            self.parts.append(
                f'<text class="small" x="{self._x(tick)}" y="{y + 13:g}" text-anchor="{anchor}">{label}</text>'
            )
        return y + 20

    # ---- rows

    def _row(self, row: Row, y: float) -> float:
        key, end = shorten(row.label, 30), verdict(row.span, self.labels, row.orphan)
        room = 44 - width(key) - width(end) - row.depth  # columns on a narrow screen
        steps = shorten(row.steps, room) if room > 8 else ""
        steps = steps and f' <tspan class="small" font-weight="400">{escape(steps)}</tspan>'
        indent = row.depth * 10
        self.parts.append(
            f'<text class="key" x="1.5%" dx="{indent}" y="{y + 11:g}">{escape(key)}{steps}</text>'
            f'<text class="small" x="98.5%" y="{y + 11:g}" text-anchor="end">{escape(end)}</text>'
        )
        frame_only = all(bar.frame for bar in row.bars)
        self._bars(row, y + 16, 4 if frame_only else 12)
        return y + (28 if frame_only else 36)

    def _dense_row(self, row: Row, y: float) -> float:
        self._bars(row, y + 2, 10)
        label = shorten(row.label, 28)
        if row.span.outcome != "ok" or row.orphan:
            label += " · " + verdict(row.span, self.labels, row.orphan)
        end = max((bar.end for bar in row.bars), default=0.0) / self.layout.end
        at, dx = (f"{1.5 + 97 * end:.4g}%", 8) if end < 0.55 else (self._x(row.span.start), 6)
        self.parts.append(f'<text class="over" x="{at}" dx="{dx}" y="{y + 10.5:g}">{escape(label)}</text>')
        return y + 14

    def _bars(self, row: Row, y: float, height: float) -> None:
        middle = y + height / 2
        frame = "".join(self._frame(row, middle, height)) if row.bars[0].frame else ""
        self.parts.append(f'<g class="c{row.colour}">{frame}</g>' if frame else "")
        for bar in row.bars:
            inside = "".join(self._bar(bar, row.colour, y, height))
            code = bar.span.code
            place = f' data-code="{escape(f"{code.file}:{code.line}")}"' if code else ""
            self.parts.append(f'<g class="c{row.colour}" data-span="{bar.span.id}"{place}>{inside}</g>')
        self.parts += [
            mark for bar in row.bars for mark in self._end_mark(bar, middle, min(4.0, height / 2.4))
        ]

    def _frame(self, row: Row, middle: float, height: float) -> Iterator[str]:
        """The extent of a span that has others below it, where the row shows nothing else."""
        gone, edge = self.layout.gone[row.span.id], min(height, 6) / 2
        for start, end in row.gaps():
            if start < gone:
                ends = f'x1="{self._x(start)}" x2="{self._x(min(end, gone))}"'
                yield f'<line class="frame" {ends} y1="{middle:g}" y2="{middle:g}"/>'
            if end > gone:
                self.used.add("orphan")
                yield f'<rect class="orphan" {self._span(max(start, gone), end)} y="{middle - 2:g}" height="4"/>'
        if all(bar.frame for bar in row.bars):
            for moment in (row.span.start, min(row.bars[0].end, gone)):
                x = self._x(moment)
                yield f'<line class="frame" x1="{x}" x2="{x}" y1="{middle - edge:g}" y2="{middle + edge:g}"/>'

    def _bar(self, bar: Bar, colour: int, y: float, height: float) -> Iterator[str]:
        span, middle = bar.span, y + height / 2
        for piece in bar.pieces:
            yield self._piece(piece, colour, y, height)
        if not bar.frame:
            yield f'<circle class="spawn" cx="{self._x(span.start)}" cy="{middle:g}" r="{min(3.5, height / 2.6):g}"/>'
        for event in span.events:
            x = self._x(event.time)
            if event.name == "chunk":
                yield f'<line class="chunk" x1="{x}" x2="{x}" y1="{y + height - 4:g}" y2="{y + height + 2:g}"/>'
            elif event.name.isdigit():
                yield (
                    f'<text class="badge over" x="{x}" dx="-8" y="{y + height - 2:g}" text-anchor="end">'
                    f"{escape(event.name)}</text>"
                )

    def _piece(self, piece: Piece, colour: int, y: float, height: float) -> str:
        place, middle = self._span(piece.start, piece.end), y + height / 2
        ends = f'x1="{self._x(piece.start)}" x2="{self._x(piece.end)}" y1="{middle:g}" y2="{middle:g}"'
        self.used.add("orphan" if piece.orphan else piece.state)
        if piece.orphan:
            return f'<rect class="orphan" {place} y="{y + 0.75:g}" height="{height - 1.5:g}" rx="2"/>'
        if piece.state in ("queued", "backoff"):
            return f'<line class="{piece.state}" {ends}/>'
        if piece.state == "limited":
            return (
                f'<rect class="limited" {place} y="{y + 0.5:g}" height="{height - 1:g}" rx="2" '
                f'style="fill:url(#{self.id}-h{colour})"/>'
            )
        shape = "suspended" if piece.state == "suspended" else "ran"
        return f'<rect class="{shape}" {place} y="{y:g}" height="{height:g}" rx="2"/>'

    def _end_mark(self, bar: Bar, y: float, r: float) -> Iterator[str]:
        mark = MARKS.get(bar.span.outcome)
        if mark is None:
            return
        self.used.add(mark)
        yield f'<svg x="{self._x(bar.stopped)}" y="{y:g}" overflow="visible">{_mark(mark, r)}</svg>'

    def _aborts(self, tops: Mapping[int, float]) -> Iterator[str]:
        """A line at the moment of a failure, from the branch that failed to those that were stopped for it."""
        bars = [row.bars[0] for row in self.layout.rows]
        height = 31 if len(self.layout.rows) <= DENSE else 14
        for span in self.trace.spans:
            if span.outcome != "error" or span.end is None or span.id not in tops:
                continue
            stopped = [
                tops[bar.span.id]
                for bar in bars
                if bar.span.parent == span.parent and bar.span.outcome in STOPPED and bar.stopped == span.end
            ]
            if stopped:
                ys = [*stopped, tops[span.id]]
                x = self._x(span.end)
                yield f'<line class="abort" x1="{x}" x2="{x}" y1="{min(ys):g}" y2="{max(ys) + height:g}"/>'

    # ---- many

    def _crowd(self, y: float) -> float:
        """For very many branches: how many leaves were under way and how many waited, at 160 moments."""
        leaves, columns, height = self.trace.leaves, 160, 110.0
        active, waiting = [0] * columns, [0] * columns
        for leaf in leaves:
            stretches = [(a, self.layout.settled if b is None else b) for a, b in leaf.under_way()]
            last = self.layout.settled if leaf.end is None else leaf.end
            for n in range(columns):
                moment = (n + 0.5) / columns * self.layout.end
                if any(a <= moment < b for a, b in stretches):
                    active[n] += 1
                elif leaf.start <= moment < last:
                    waiting[n] += 1
        top = max(a + w for a, w in zip(active, waiting, strict=True)) or 1
        self.used = {"active", "waiting"} if any(waiting) else {"active"}
        self.parts.append(
            f'<text x="1.5%" y="{y + 11:g}">{escape(self.labels["many"].format(n=len(leaves)))}</text>'
        )
        base = y + 18 + height
        self.parts += self._grid(y + 18, base)
        for n in range(columns):
            place = f'x="{1.5 + 97 * n / columns:.4g}%" width="{97 / columns + 0.01:.4g}%"'
            high, low = active[n] / top * height, waiting[n] / top * height
            self.parts.append(f'<rect class="ran c1" {place} y="{base - high:.4g}" height="{high:.4g}"/>')
            if low:
                self.parts.append(
                    f'<rect class="suspended c1" {place} y="{base - high - low:.4g}" height="{low:.4g}"/>'
                )
        return base

    def _legend(self, y: float) -> float:
        used = {"running" if state == "" and "busy" not in self.used else state for state in self.used}
        shown = [state for state in LEGEND if state in used]
        if not shown:
            return y + 4
        colour = 1 if len(self.layout.rows) > MANY else 0
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
            return f'<svg x="10" y="6" overflow="visible">{_mark(state, 4)}</svg>'
        if state in ("queued", "backoff"):
            return f'<line class="{state}" x1="1" x2="20" y1="6" y2="6"/>'
        shape = {
            "suspended": "suspended",
            "waiting": "suspended",
            "orphan": "orphan",
            "limited": "limited",
        }.get(state, "ran")
        fill = f' style="fill:url(#{self.id}-h0)"' if state == "limited" else ""
        return f'<rect class="{shape}" x="1" y="1" width="19" height="10" rx="2"{fill}/>'


def _mark(mark: str, r: float) -> str:
    if mark == "error":
        return (
            f'<circle class="halo" r="{r + 2.5:g}"/>'
            f'<path class="cross" d="M{-r:g} {-r:g}L{r:g} {r:g}M{-r:g} {r:g}L{r:g} {-r:g}"/>'
        )
    return f'<rect class="stop" x="{-r:g}" y="{-r:g}" width="{2 * r:g}" height="{2 * r:g}" rx="1"/>'

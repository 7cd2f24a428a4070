"""A timeline as an SVG that reads at any width.

Every bar carries `data-span`, the id of its span, for a page that wants to do more with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from fanout.timeline.canvas import Canvas, mark
from fanout.timeline.crowd import draw_crowd
from fanout.timeline.layout import Bar, Piece, Row, shorten, verdict, width

DENSE, MANY = 24, 120
"""From so many rows on: thin rows; from so many on: only how many were under way, drawn over time."""
MARKS = {"error": "error", "timeout": "error", "cancelled": "cancelled", "abandoned": "cancelled"}
STOPPED = ("cancelled", "abandoned")


class Drawing(Canvas):
    """The rows of a trace; of very many branches only how many were under way."""

    def svg(self) -> str:
        rows = self.layout.rows
        if not rows:
            self.parts.append(f'<text x="1%" y="22">{escape(self.labels["empty"])}</text>')
            return self.wrap(36)
        if len(rows) > MANY:
            bottom = draw_crowd(self, 8)
        else:
            bottom = 8
            tops: dict[int, float] = {}
            for row in rows:
                tops[row.span.id] = bottom
                bottom = self._dense_row(row, bottom) if len(rows) > DENSE else self._row(row, bottom)
            self.parts[:0] = [*self.grid(4, bottom), *self._aborts(tops)]
        bottom = self.axis(bottom)
        return self.wrap(self.legend(bottom))

    # ---- rows

    def _row(self, row: Row, y: float) -> float:
        key, end = shorten(row.label, 30), verdict(row.span, self.labels, row.orphan, self.layout.end)
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
            label += " · " + verdict(row.span, self.labels, row.orphan, self.layout.end)
        end = max((bar.end for bar in row.bars), default=0.0) / self.layout.end
        at, dx = (f"{1.5 + 97 * end:.4g}%", 8) if end < 0.55 else (self.x(row.span.start), 6)
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
        marks = {
            bar.stopped: MARKS[bar.span.outcome] for bar in reversed(row.bars) if bar.span.outcome in MARKS
        }
        for moment, kind in marks.items():  # where several end together, the outermost has the say
            self.used.add(kind)
            shape = mark(kind, min(4.0, height / 2.4))
            self.parts.append(f'<svg x="{self.x(moment)}" y="{middle:g}" overflow="visible">{shape}</svg>')

    def _frame(self, row: Row, middle: float, height: float) -> Iterator[str]:
        """The extent of a span that has others below it, where the row shows nothing else."""
        gone, edge = self.layout.gone[row.span.id], min(height, 6) / 2
        for start, end in row.gaps():
            if start < gone:
                ends = f'x1="{self.x(start)}" x2="{self.x(min(end, gone))}"'
                yield f'<line class="frame" {ends} y1="{middle:g}" y2="{middle:g}"/>'
            if end > gone:
                self.used.add("orphan")
                yield f'<rect class="orphan" {self.extent(max(start, gone), end)} y="{middle - 2:g}" height="4"/>'
        if all(bar.frame for bar in row.bars):
            for moment in (row.span.start, min(row.bars[0].end, gone)):
                x = self.x(moment)
                yield f'<line class="frame" x1="{x}" x2="{x}" y1="{middle - edge:g}" y2="{middle + edge:g}"/>'

    def _bar(self, bar: Bar, colour: int, y: float, height: float) -> Iterator[str]:
        span, middle = bar.span, y + height / 2
        for piece in bar.pieces:
            yield self._piece(piece, colour, y, height)
        if not bar.frame:
            yield f'<circle class="spawn" cx="{self.x(span.start)}" cy="{middle:g}" r="{min(3.5, height / 2.6):g}"/>'
        for event in span.events:
            x = self.x(event.time)
            if event.name == "chunk":
                yield f'<line class="chunk" x1="{x}" x2="{x}" y1="{y + height - 4:g}" y2="{y + height + 2:g}"/>'
            elif event.name.isdigit():
                yield (
                    f'<text class="badge over" x="{x}" dx="-8" y="{y + height - 2:g}" text-anchor="end">'
                    f"{escape(event.name)}</text>"
                )

    def _piece(self, piece: Piece, colour: int, y: float, height: float) -> str:
        place, middle = self.extent(piece.start, piece.end), y + height / 2
        ends = f'x1="{self.x(piece.start)}" x2="{self.x(piece.end)}" y1="{middle:g}" y2="{middle:g}"'
        self.used.add("orphan" if piece.orphan else piece.state or "active")
        if piece.orphan:
            return f'<rect class="orphan" {place} y="{y + 0.75:g}" height="{height - 1.5:g}" rx="2"/>'
        if piece.state in ("queued", "backoff"):
            return f'<line class="{piece.state}" {ends}/>'
        if piece.state == "limited":
            return (
                f'<rect class="limited" {place} y="{y + 0.5:g}" height="{height - 1:g}" rx="2" '
                f'fill="url(#{self.id}-h{colour})"/>'
            )
        shape = {"running": "ran", "busy": "ran", "suspended": "suspended"}.get(piece.state, "active")
        return f'<rect class="{shape}" {place} y="{y:g}" height="{height:g}" rx="2"/>'

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
                x = self.x(span.end)
                yield f'<line class="abort" x1="{x}" x2="{x}" y1="{min(ys):g}" y2="{max(ys) + height:g}"/>'

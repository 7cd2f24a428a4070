"""A timeline in a monospace font."""

from __future__ import annotations

from collections.abc import Mapping

from fanout.timeline.layout import Layout, Row, seconds, shorten, verdict, width
from fanout.trace import Trace

SIGNS = {
    "": "▓",  # under way: only start and end were seen
    "running": "█",
    "busy": "█",
    "suspended": "▒",
    "queued": "·",
    "limited": "/",
    "backoff": ":",
}
ENDS = {"error": "×", "timeout": "×", "cancelled": "○", "abandoned": "○"}
LABEL_COLUMNS, MOST_ROWS = 24, 60


def text(trace: Trace, labels: Mapping[str, str], columns: int) -> str:
    """One line for each branch: its name, its bar, how it ended; then the axis."""
    layout = Layout(trace)
    if not layout.rows:
        return labels["empty"]
    names = [shorten("  " * row.depth + row.label, LABEL_COLUMNS) for row in layout.rows]
    name_columns = max(map(width, names))
    ends = [verdict(row.span, labels, row.orphan, layout.end) for row in layout.rows]
    plot = max(16, columns - name_columns - 4 - min(28, max(map(width, ends))))
    lines = []
    for row, name, end in list(zip(layout.rows, names, ends, strict=True))[:MOST_ROWS]:
        pad = " " * (name_columns - width(name))
        lines.append(f"{name}{pad} │{_bar(row, layout.end, plot)}│ {end}")
    if len(layout.rows) > MOST_ROWS:
        lines.append(f"… (+ {len(layout.rows) - MOST_ROWS})")
    lines.append(" " * (name_columns + 2) + _axis(layout, plot))
    peak = labels["peak"].format(peak=trace.peak_in_flight())
    lines.append(" " * (name_columns + 2) + f"{peak} · {labels[trace.clock]}")
    return "\n".join(lines)


def _bar(row: Row, total: float, plot: int) -> str:
    cells = [" "] * plot

    def column(time: float) -> int:
        return min(plot - 1, int(time / total * plot + 1e-9))

    for bar in row.bars:
        first, last = column(bar.span.start), max(column(bar.span.start), column(bar.end - total * 1e-9))
        if bar.frame:
            for n in range(first, last + 1):
                cells[n] = "─" if cells[n] == " " else cells[n]
        for piece in bar.pieces:
            start = column(piece.start)
            for n in range(start, max(start, column(piece.end - total * 1e-9)) + 1):
                cells[n] = "┄" if piece.orphan else SIGNS.get(piece.state, "▓")
    for bar in reversed(row.bars):  # where several end together, the outermost has the say
        if bar.span.outcome in ENDS:
            cells[column(bar.stopped - total * 1e-9)] = ENDS[bar.span.outcome]
    return "".join(cells)


def _axis(layout: Layout, plot: int) -> str:
    line = ""
    for tick in layout.ticks(max(2, plot // 10)):
        label = seconds(tick, layout.end)
        at = round(tick / layout.end * plot)
        at = min(at, plot - len(label) + 4)
        if at >= len(line) + (1 if line else 0):
            line += " " * (at - len(line)) + label
    return line

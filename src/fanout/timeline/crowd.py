"""Very many branches as one area: how many were under way, and how many waited."""

from __future__ import annotations

from html import escape
from itertools import accumulate
from math import ceil

from fanout.timeline.canvas import Canvas


class Counts:
    """How many stretches cover the middle of each column."""

    def __init__(self, columns: int, end: float) -> None:
        self.columns, self.end = columns, end
        self.steps = [0] * (columns + 1)

    def add(self, start: float, end: float) -> None:
        for time, step in ((start, 1), (end, -1)):
            self.steps[min(self.columns, max(0, ceil(time / self.end * self.columns - 0.5)))] += step

    def totals(self) -> list[int]:
        return list(accumulate(self.steps[:-1]))


def draw_crowd(canvas: Canvas, y: float) -> float:
    """For very many branches: how many leaves were under way and how many waited, at 160 moments."""
    leaves, columns, height = canvas.trace.leaves, 160, 110.0
    begun, active = Counts(columns, canvas.layout.end), Counts(columns, canvas.layout.end)
    settled = canvas.layout.settled
    for leaf in leaves:
        begun.add(leaf.start, settled if leaf.end is None else leaf.end)
        for start, end in leaf.under_way():
            active.add(start, settled if end is None else end)
    total, working = begun.totals(), active.totals()
    waiting = [all_ - some for all_, some in zip(total, working, strict=True)]
    top = max(total) or 1
    canvas.crowded = True
    canvas.used = {"active", "waiting"} if any(waiting) else {"active"}
    canvas.parts.append(
        f'<text x="1.5%" y="{y + 11:g}">{escape(canvas.labels["many"].format(n=len(leaves)))}</text>'
    )
    base = y + 18 + height
    canvas.parts += canvas.grid(y + 18, base)
    for n in range(columns):
        place = f'x="{1.5 + 97 * n / columns:.4g}%" width="{97 / columns + 0.01:.4g}%"'
        high, low = working[n] / top * height, waiting[n] / top * height
        canvas.parts.append(f'<rect class="ran c1" {place} y="{base - high:.4g}" height="{high:.4g}"/>')
        if low:
            canvas.parts.append(
                f'<rect class="suspended c1" {place} y="{base - high - low:.4g}" height="{low:.4g}"/>'
            )
    return base

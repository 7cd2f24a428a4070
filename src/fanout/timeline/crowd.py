"""Very many branches as one area: how many were under way, and how many waited."""

from __future__ import annotations

from html import escape

from fanout.timeline.canvas import Canvas


def draw_crowd(canvas: Canvas, y: float) -> float:
    """For very many branches: how many leaves were under way and how many waited, at 160 moments."""
    leaves, columns, height = canvas.trace.leaves, 160, 110.0
    active, waiting = [0] * columns, [0] * columns
    for leaf in leaves:
        stretches = [(a, canvas.layout.settled if b is None else b) for a, b in leaf.under_way()]
        last = canvas.layout.settled if leaf.end is None else leaf.end
        for n in range(columns):
            moment = (n + 0.5) / columns * canvas.layout.end
            if any(a <= moment < b for a, b in stretches):
                active[n] += 1
            elif leaf.start <= moment < last:
                waiting[n] += 1
    top = max(a + w for a, w in zip(active, waiting, strict=True)) or 1
    canvas.crowded = True
    canvas.used = {"active", "waiting"} if any(waiting) else {"active"}
    canvas.parts.append(
        f'<text x="1.5%" y="{y + 11:g}">{escape(canvas.labels["many"].format(n=len(leaves)))}</text>'
    )
    base = y + 18 + height
    canvas.parts += canvas.grid(y + 18, base)
    for n in range(columns):
        place = f'x="{1.5 + 97 * n / columns:.4g}%" width="{97 / columns + 0.01:.4g}%"'
        high, low = active[n] / top * height, waiting[n] / top * height
        canvas.parts.append(f'<rect class="ran c1" {place} y="{base - high:.4g}" height="{high:.4g}"/>')
        if low:
            canvas.parts.append(
                f'<rect class="suspended c1" {place} y="{base - high - low:.4g}" height="{low:.4g}"/>'
            )
    return base

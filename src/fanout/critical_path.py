"""The critical path of a trace: see `Trace.critical_path`."""

from __future__ import annotations

from fanout.trace import Segment, Span, Trace


def critical_path(trace: Trace, root: Span) -> list[Segment]:
    """Walk backwards from the end of `root`. (Not by recursion: there may be a thousand levels.)"""
    below: dict[
        int | None, list[tuple[float, Span]]
    ] = {}  # the children that have ended, the last one at the end
    for end, child in sorted(
        ((s.end, s) for s in trace.spans if s.end is not None), key=lambda pair: pair[0]
    ):
        below.setdefault(child.parent, []).append((end, child))
    path: list[Segment] = []
    above: list[Span] = []
    span, now = root, trace.settled if root.end is None else root.end
    while True:
        children = below.get(span.id, [])
        while children and children[-1][0] > now:
            children.pop()
        if children:
            end, child = children.pop()
            if end < now:
                path.append(Segment(span, end, now))
            now = end
            above.append(span)
            span = child
            continue
        if span.start < now:
            path.append(Segment(span, span.start, now))
            now = span.start
        if not above:
            return path[::-1]
        span = above.pop()

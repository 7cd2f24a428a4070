"""A trace in the Trace Event Format, which Perfetto and `chrome://tracing` open.

The format: "Trace Event Format" (Nat Duca, Dean Sinclair, Google). Perfetto draws nested slices of one thread on one
track and refuses slices that overlap without nesting, so spans that overlap in one lane go to rows of their own: each
row is a "thread" named after its lane.
"""

from __future__ import annotations

from heapq import heappush, heapreplace
from typing import Any

from fanout.trace import Span, Trace


def chrome_trace(trace: Trace) -> dict[str, Any]:
    """The trace as an object of the Trace Event Format ("X" complete events, "i" instants, "M" names); µs."""
    settled = trace.settled
    rows = _rows(trace)
    names: dict[str, int] = {}
    events: list[dict[str, Any]] = [
        {
            "ph": "M",
            "name": "process_name",
            "pid": 1,
            "tid": 0,
            "args": {"name": f"fanout ({trace.clock} time)"},
        }
    ]
    for row, (lane, number) in enumerate(sorted(set(rows.values()), key=_first_use(rows)), start=1):
        names[f"{lane}\0{number}"] = row
        title = lane if number == 0 else f"{lane} ({number + 1})"
        events.append({"ph": "M", "name": "thread_name", "pid": 1, "tid": row, "args": {"name": title}})
        events.append(
            {"ph": "M", "name": "thread_sort_index", "pid": 1, "tid": row, "args": {"sort_index": row}}
        )
    for span in trace.spans:
        lane, number = rows[span.id]
        here = {"pid": 1, "tid": names[f"{lane}\0{number}"]}
        end = settled if span.end is None else span.end
        events.append(
            {
                "ph": "X",
                "name": span.label,
                "cat": span.kind,
                "ts": _us(span.start),
                "dur": _us(end) - _us(span.start),
                **here,
                "args": _args(span),
            }
        )
        events += [
            {
                "ph": "X",
                "name": i.state,
                "cat": "state",
                "ts": _us(i.start),
                "dur": _us(end if i.end is None else i.end) - _us(i.start),
                **here,
                "args": {},
            }
            for i in span.states
            if len(span.states) > 1
        ]
        events += [
            {
                "ph": "i",
                "name": e.name,
                "cat": "event",
                "ts": _us(e.time),
                "s": "t",
                **here,
                "args": dict(e.attrs),
            }
            for e in span.events
        ]
    return {"traceEvents": events, "displayTimeUnit": "ms", "otherData": dict(trace.versions)}


def _us(seconds: float) -> float:
    return round(seconds * 1e6, 3)


def _args(span: Span) -> dict[str, Any]:
    args: dict[str, Any] = {"outcome": span.outcome, **span.attrs}
    if span.error:
        args["error"] = f"{span.error.type}: {span.error.message}"
    if span.code:
        args["code"] = f"{span.code.file}:{span.code.line} {span.code.function}"
    return args


def _first_use(rows: dict[int, tuple[str, int]]) -> Any:
    order = {row: n for n, row in reversed(list(enumerate(rows.values())))}
    lanes: dict[str, int] = {}
    for lane, _ in rows.values():
        lanes.setdefault(lane, len(lanes))
    return lambda row: (lanes[row[0]], row[1], order[row])


class _Row:
    """A row of a lane while it is filled from left to right."""

    def __init__(self, lane: str, number: int) -> None:
        self.name = (lane, number)
        self.open: list[Span] = []
        self.reached = 0.0
        self.free_from = 0.0

    def add_below(self, span: Span, above: frozenset[int]) -> bool:
        """Put `span` below its ancestors here, unless something else is in the way.

        Other spans that happen to enclose it do not count as a place: they have slices of their own, for their states.
        """
        still_open = [s for s in self.open if _end(s) > span.start]
        if span.start < self.reached or not all(s.id in above and _end(span) <= _end(s) for s in still_open):
            return False
        self.open = [*still_open, span]
        self.reached = span.start
        self.free_from = max(self.free_from, _end(span))
        return True


def _rows(trace: Trace) -> dict[int, tuple[str, int]]:
    """For each span its lane and the number of its row there: its parent's, or one that is free, or a new one."""
    rows: dict[int, _Row] = {}
    lanes: dict[
        str, list[tuple[float, int, _Row]]
    ] = {}  # for each lane a heap of rows, by the time they are free
    above: dict[int | None, frozenset[int]] = {None: frozenset()}
    for span in trace.spans:
        above[span.id] = above[span.parent] | {span.id}
        heap = lanes.setdefault(span.lane, [])
        row = rows.get(span.parent or 0)
        if row is None or row.name[0] != span.lane or not row.add_below(span, above[span.id]):
            while heap and heap[0][0] < heap[0][2].free_from:  # it has been filled since
                heapreplace(heap, (heap[0][2].free_from, heap[0][1], heap[0][2]))
            row = heap[0][2] if heap else None
            if row is None or row.free_from > span.start or not row.add_below(span, above[span.id]):
                row = _Row(span.lane, len(heap))
                row.add_below(span, above[span.id])
                heappush(heap, (row.free_from, len(heap), row))
        rows[span.id] = row
    return {number: row.name for number, row in rows.items()}


def _end(span: Span) -> float:
    return float("inf") if span.end is None else span.end

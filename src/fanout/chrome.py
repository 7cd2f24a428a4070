"""A trace in the Trace Event Format, which Perfetto and `chrome://tracing` open.

The format: "Trace Event Format" (Nat Duca, Dean Sinclair, Google). Perfetto draws nested slices of one thread on one
track and refuses slices that overlap without nesting, so spans that overlap in one lane go to rows of their own: each
row is a "thread" named after its lane.
"""

from __future__ import annotations

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


def _rows(trace: Trace) -> dict[int, tuple[str, int]]:
    """For each span its lane and the number of the row in it: the parent's row where it fits, else the first free."""
    rows: dict[int, tuple[str, int]] = {}
    taken: dict[tuple[str, int], list[Span]] = {}
    for span in trace.spans:
        number = 0
        while not all(_nests(span, other) for other in taken.get((span.lane, number), ())):
            number += 1
        rows[span.id] = (span.lane, number)
        taken.setdefault((span.lane, number), []).append(span)
    return rows


def _nests(span: Span, other: Span) -> bool:
    """`span` was spawned after `other`: does it lie wholly inside or wholly outside of it?"""
    inf = float("inf")
    end, other_end = (inf if s.end is None else s.end for s in (span, other))
    return span.start >= other_end or (span.start >= other.start and end <= other_end)

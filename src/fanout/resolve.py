"""From what a recorder noted to the spans of a trace: ids, one origin of time, states without gaps, lanes, places."""

from __future__ import annotations

import inspect
import os
import platform
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from fanout.trace import WAITING, Code, Error, Event, Interval, Span

if TYPE_CHECKING:
    from fanout.open_span import OpenSpan


Marks = list[tuple[float, str]]


def resolve(noted: Sequence[OpenSpan], log: Sequence[Any]) -> tuple[Span, ...]:
    """The spans as data; `log` is that of the recorder. May be called while threads still write: it looks at copies."""
    noted = list(noted)
    marks = _marks(list(log))
    ids = {id(span): number for number, span in enumerate(noted, start=1)}
    origin = _origins(noted, marks)
    lane_name = _LaneNames()
    lanes: dict[int, str] = {}
    above_others = {id(span.parent) for span in noted}
    spans = []
    for span in noted:
        zero = origin[span.now]

        def time(reading: float, zero: float = zero) -> float:
            return round(reading - zero, 9)

        above = span.parent
        lanes[id(span)] = lane_name(span.lane) if span.lane else lanes.get(id(above), "main")
        end = None if span.end is None else time(span.end)
        states = _intervals(time(span.start), [(time(t), state) for t, state in marks[span]], end)
        if id(span) in above_others:  # what is below it says when it ran
            states = tuple(i for i in states if i.state in WAITING)
        spans.append(
            Span(
                id=ids[id(span)],
                parent=ids.get(id(above)),
                key=span.key,
                name=span.name or _name(span.code) or span.kind,
                kind=span.kind,
                lane=lanes[id(span)],
                start=time(span.start),
                end=end,
                states=states,
                events=tuple(Event(name, time(t), attrs) for t, name, attrs in span.events or ()),
                outcome=span.outcome,
                error=Error(*span.error) if span.error else None,
                code=_place(span.code),
                attrs=dict(span.attrs or {}),
            )
        )
    return tuple(spans)


def installed_versions() -> dict[str, str]:
    """The versions of what a trace depends on; a package that nobody imported is left out."""
    found = {"python": platform.python_version()}
    for module, package in {"fanout": "side-by-side", "langchain_core": "langchain-core"}.items():
        if module in sys.modules:
            try:
                found[package if module != "fanout" else "fanout"] = version(package)
            except PackageNotFoundError:
                continue
    return found


def _origins(noted: Sequence[OpenSpan], marks: Mapping[OpenSpan, Marks]) -> dict[Callable[[], float], float]:
    """The zero of each clock. Runs on one clock keep their distance; runs on different clocks are put end to end."""
    first: dict[Callable[[], float], float] = {}
    last: dict[Callable[[], float], float] = {}
    for span in noted:
        first.setdefault(span.now, span.start)
        reached = max([span.start, span.end or span.start, *(t for t, _ in marks[span][-1:])])
        last[span.now] = max(reached, last.get(span.now, reached))
    shift = 0.0
    for now, start in first.items():
        first[now] = start - shift
        shift += last[now] - start
    return first


def _marks(log: Sequence[Any]) -> Mapping[OpenSpan, Marks]:
    """The states that each span went through, and when each began."""
    found: defaultdict[OpenSpan, Marks] = defaultdict(list)
    for span, reading, state in zip(log[::3], log[1::3], log[2::3], strict=True):
        found[span].append((reading, state))
    return found


def _intervals(start: float, marks: Marks, end: float | None) -> tuple[Interval, ...]:
    """Marks say where a state begins; what lies before the first was spent queued. Empty stretches are dropped."""
    if not marks:
        return ()
    if marks[0][0] > start:
        marks = [(start, "queued"), *marks]
    found: list[Interval] = []
    for (begin, state), (until, _) in zip(marks, [*marks[1:], (end, "")], strict=True):
        if until is not None and end is not None:
            until = min(until, end)  # an abandoned thread may note a state after its end
        if until is not None and until <= begin:
            continue
        if found and found[-1].state == state:
            found[-1] = Interval(state, found[-1].start, until)
        else:
            found.append(Interval(state, begin, until))
    return tuple(found)


class _LaneNames:
    """Names of threads, made repeatable: the running number of a pool or thread restarts with each trace."""

    def __init__(self) -> None:
        self.numbers: dict[str, dict[str, int]] = {}

    def __call__(self, thread: str) -> str:
        if thread == "MainThread":
            return "main"
        match = re.fullmatch(r"(.*?\D)(\d+)((?:_\d+)?(?: \(.*\))?)", thread)
        if not match:
            return thread
        known = self.numbers.setdefault(match[1], {})
        return f"{match[1]}{known.setdefault(match[2], len(known))}{match[3]}"


def _name(code: object) -> str | None:
    return getattr(code, "name", None) or getattr(code, "__name__", None)


def _place(code: object) -> Code | None:
    """Where the function stands; of a step, the function it names."""
    code = getattr(code, "code", code)
    if code is None:
        return None
    if callable(code):
        code = inspect.unwrap(code)
    code = getattr(code, "func", code)  # functools.partial
    code = getattr(code, "__func__", code)
    code = getattr(code, "__code__", None) or getattr(type(code).__call__, "__code__", None)
    if code is None:
        return None
    return Code(_short(code.co_filename), code.co_firstlineno, code.co_qualname)


def _short(file: str) -> str:
    """Below the working directory a relative path, else the bare name: a trace may be shown to others."""
    if file.startswith("<"):
        return file
    here = os.path.join(os.getcwd(), "")
    return file.removeprefix(here) if file.startswith(here) else os.path.basename(file)

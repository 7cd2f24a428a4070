"""What happened in a run: spans, their states, and questions about them.

A `Trace` is read-only data in one versioned format (`trace.schema.json`). `fanout.recorder.record` writes one for runs
of this engine, `fanout.langchain.trace_runnables` for runs of the original LangChain; both draw and compare alike.
All times are seconds since the start of the trace, on the clock that `Trace.clock` names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from fanout.timeline import Timeline

MIME = "application/vnd.fanout.trace+json"
ClockName = Literal["virtual", "real"]
WAITING = frozenset({"queued", "limited", "backoff"})
"""States in which a span has been spawned but its code is not under way."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time in one state; `end` is None while it lasts."""

    state: str
    start: float
    end: float | None


@dataclass(frozen=True, slots=True)
class Event:
    """A moment inside a span: a chunk, a retry, a 429."""

    name: str
    time: float
    attrs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Error:
    """The exception that ended a span, as words."""

    type: str
    message: str


@dataclass(frozen=True, slots=True)
class Code:
    """Where the code of a span stands."""

    file: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Span:
    """One run of one step. `start` is when it was spawned, `end` when its code really stopped (None: still running).

    `key` is the branch's name and "" for what is not a branch. The `states` of a leaf cover it without gaps, or are
    empty where nothing but start and end was seen; a span above others has its waits only. `outcome` is one of ok,
    error, cancelled, abandoned, timeout, running.
    """

    id: int
    parent: int | None
    key: str
    name: str
    kind: str
    lane: str
    start: float
    end: float | None
    states: tuple[Interval, ...] = ()
    events: tuple[Event, ...] = ()
    outcome: str = "ok"
    error: Error | None = None
    code: Code | None = None
    attrs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.key or self.name or self.kind

    @property
    def duration(self) -> float | None:
        return None if self.end is None else self.end - self.start

    def under_way(self) -> Iterator[tuple[float, float | None]]:
        """The stretches in which its code was under way: neither queued, nor held by a limit, nor backing off."""
        if not self.states:
            yield self.start, self.end
            return
        began: float | None = None
        for interval in self.states:
            if interval.state in WAITING:
                if began is not None:
                    yield began, interval.start
                    began = None
            elif began is None:
                began = interval.start
        if began is not None:
            yield began, self.end


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the critical path: `span` alone kept everything waiting from `start` to `end`."""

    span: Span
    start: float
    end: float


class Trace:
    """The spans of one or several runs, in the order in which they were spawned."""

    def __init__(
        self, spans: Sequence[Span], clock: ClockName = "real", versions: Mapping[str, str] | None = None
    ) -> None:
        self._spans, self._clock, self._versions = tuple(spans), clock, dict(versions or {})

    @property
    def spans(self) -> tuple[Span, ...]:
        return self._spans

    @property
    def clock(self) -> ClockName:
        return self._clock

    @property
    def versions(self) -> dict[str, str]:
        return self._versions

    def snapshot(self) -> Trace:
        """The trace as it is now; one that is still being written goes on without it."""
        return self

    # ---- questions

    @property
    def roots(self) -> list[Span]:
        return [s for s in self.spans if s.parent is None]

    @property
    def leaves(self) -> list[Span]:
        """Spans with nothing below them: where the work is done."""
        spans = self.spans
        parents = {s.parent for s in spans}
        return [s for s in spans if s.id not in parents]

    def children(self, span: Span | None) -> list[Span]:
        above = None if span is None else span.id
        return [s for s in self.spans if s.parent == above]

    def find(self, key: str) -> Span:
        """The first span with this key. Raises `KeyError` that names the keys there are."""
        for span in self.spans:
            if span.key == key:
                return span
        known = ", ".join(dict.fromkeys(repr(s.key) for s in self.spans if s.key)) or "none"
        raise KeyError(f"no span has the key {key!r}; the keys are: {known}")

    @property
    def makespan(self) -> float:
        """From the first start to the end of the last root: what the caller waited. Orphans run on beyond it."""
        roots = self.roots
        ends = [s.end if s.end is not None else self.settled for s in roots]
        return max(ends, default=0.0) - min((s.start for s in roots), default=0.0)

    @property
    def settled(self) -> float:
        """The last moment at which anything is known to have happened."""
        return max((t for s in self.spans for t in _times(s)), default=0.0)

    def peak_in_flight(self, where: Callable[[Span], bool] | None = None) -> int:
        """How many leaves were under way at once, at most; `where` chooses among them."""
        steps: list[tuple[float, int]] = []
        for span in self.leaves:
            if where is None or where(span):
                for start, end in span.under_way():
                    steps += [(start, 1), (float("inf") if end is None else end, -1)]
        now = peak = 0
        for _, step in sorted(steps):  # at the same moment an end comes before a start
            now += step
            peak = max(peak, now)
        return peak

    @property
    def work(self) -> float:
        """Time under way, summed over the leaves; `work / makespan` is the gain over doing it in a row."""
        settled = self.settled
        return sum(
            (settled if end is None else end) - start
            for leaf in self.leaves
            for start, end in leaf.under_way()
        )

    @property
    def orphans(self) -> list[Span]:
        """Spans that were still running when something above them had ended, outermost first."""
        seen: dict[int, float] = {}
        found = []
        for span in self.spans:
            limit = seen.get(span.parent, float("inf")) if span.parent is not None else float("inf")
            end = float("inf") if span.end is None else span.end
            if end > limit:
                found.append(span)
            seen[span.id] = min(limit, end)
        return found

    def critical_path(self, root: Span | None = None) -> list[Segment]:
        """The chain of spans that decided how long `root` (default: the root that ends last) took, in order of time.

        Backwards from the end, always into the child that ended last before the point reached: shortening anything
        off this path gains nothing. After C.-Q. Yang and B. P. Miller, "Critical path analysis for the execution of
        parallel and distributed programs" (ICDCS 1988).
        """
        from fanout.critical_path import critical_path

        roots = [s for s in self.roots if s.end is not None]
        root = root or max(roots, key=_end, default=None)
        return [] if root is None else critical_path(self, root)

    # ---- in and out

    def to_dict(self) -> dict[str, Any]:
        """The trace as plain data in the format of `trace.schema.json`."""
        from fanout.trace_json import to_dict

        return to_dict(self)

    def to_json(self, indent: int | None = None) -> str:
        """The trace as JSON text; what `attrs` hold that JSON cannot is put as `repr`."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes | Mapping[str, Any]) -> Trace:
        """Read what `to_json` or `to_dict` wrote. Raises `TraceFormatError` that says in words what is wrong where."""
        from fanout.trace_json import from_json

        return from_json(text)

    def to_chrome(self) -> dict[str, Any]:
        """The trace for Perfetto or `chrome://tracing`: dump it as JSON into a file and open that."""
        from fanout.chrome import chrome_trace

        return chrome_trace(self)

    def timeline(self, **options: Any) -> Timeline:
        """The trace drawn, as text and as SVG; the options are those of `fanout.timeline.Timeline`."""
        from fanout.timeline import Timeline

        return Timeline(self, **options)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        drawn = self.timeline()
        return {MIME: drawn.trace.to_dict(), "image/svg+xml": drawn.svg(), "text/plain": drawn.text()}


def _times(span: Span) -> Iterator[float]:
    yield span.start
    if span.end is not None:
        yield span.end
    if span.states:
        yield span.states[-1].start
    for event in span.events:
        yield event.time


def _end(span: Span) -> float:
    return 0.0 if span.end is None else span.end

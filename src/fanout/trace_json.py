"""The trace format: writing it, and reading it with errors in words. The authority is `trace.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from fanout.trace import Span, Trace

FORMAT, VERSION = "fanout-trace", 1
OUTCOMES = ("ok", "error", "cancelled", "abandoned", "timeout", "running")
T = TypeVar("T")


class TraceFormatError(ValueError):
    """Data that is not a trace; the message names the place and what was expected there."""


def to_dict(trace: Trace) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "clock": trace.clock,
        "unit": "s",
        "versions": dict(trace.versions),
        "spans": [_span_out(span) for span in trace.spans],
    }


def from_json(source: str | bytes | Mapping[str, Any]) -> Trace:
    from fanout.trace import Trace

    if isinstance(source, str | bytes):
        try:
            source = json.loads(source)
        except ValueError as error:
            raise TraceFormatError(f"not JSON: {error}") from None
    top = _Reader(source, "the trace")
    if (name := top.get("format", str)) != FORMAT:
        raise TraceFormatError(f"the trace: format is {name!r}, expected {FORMAT!r}")
    if (version := top.get("version", int)) != VERSION:
        raise TraceFormatError(f"the trace: version {version} is not known here, only {VERSION}")
    clock = top.one_of("clock", ("virtual", "real"))
    top.one_of("unit", ("s",))
    versions = top.get("versions", dict)
    spans = [_span_in(_Reader(raw, f"spans[{n}]")) for n, raw in enumerate(top.get("spans", list))]
    top.no_more()
    seen: set[int] = set()
    for n, span in enumerate(spans):
        if span.id in seen:
            raise TraceFormatError(f"spans[{n}].id: {span.id} is there twice")
        if span.parent is not None and span.parent not in seen:
            raise TraceFormatError(f"spans[{n}].parent: no span before this one has the id {span.parent}")
        seen.add(span.id)
    return Trace(spans, "virtual" if clock == "virtual" else "real", versions)


def _span_out(span: Span) -> dict[str, Any]:
    error, code = span.error, span.code
    return {
        "id": span.id,
        "parent": span.parent,
        "key": span.key,
        "name": span.name,
        "kind": span.kind,
        "lane": span.lane,
        "start": span.start,
        "end": span.end,
        "states": [{"state": i.state, "start": i.start, "end": i.end} for i in span.states],
        "events": [{"name": e.name, "time": e.time, "attrs": _json_safe(e.attrs)} for e in span.events],
        "outcome": span.outcome,
        "error": error and {"type": error.type, "message": error.message},
        "code": code and {"file": code.file, "line": code.line, "function": code.function},
        "attrs": _json_safe(span.attrs),
    }


def _json_safe(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else repr(value)  # JSON has no inf and no nan
    if isinstance(value, Mapping):
        return {str(k): _json_safe(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_json_safe(v) for v in value]
    return repr(value)


def _span_in(raw: _Reader) -> Span:
    from fanout.trace import Code, Error, Event, Interval, Span

    span = Span(
        id=raw.get("id", int),
        parent=raw.maybe("parent", int),
        key=raw.get("key", str),
        name=raw.get("name", str),
        kind=raw.get("kind", str),
        lane=raw.get("lane", str),
        start=raw.time("start"),
        end=raw.time_or_none("end"),
        states=tuple(
            Interval(r.get("state", str), r.time("start"), r.time_or_none("end")) for r in raw.each("states")
        ),
        events=tuple(
            Event(r.get("name", str), r.time("time"), r.get("attrs", dict)) for r in raw.each("events")
        ),
        outcome=raw.one_of("outcome", OUTCOMES),
        error=None if (r := raw.inner("error")) is None else Error(r.get("type", str), r.get("message", str)),
        code=None
        if (r := raw.inner("code")) is None
        else Code(r.get("file", str), r.get("line", int), r.get("function", str)),
        attrs=raw.get("attrs", dict),
    )
    raw.no_more()
    if span.end is not None and span.end < span.start:
        raise TraceFormatError(f"{raw.place}: it ends at {span.end:g}, before its start at {span.start:g}")
    return span


class _Reader:
    """An object of the format, asked for its fields one by one."""

    words: ClassVar = {int: "an integer", str: "a text", dict: "an object", list: "an array"}

    def __init__(self, data: object, place: str) -> None:
        if not isinstance(data, Mapping):
            raise TraceFormatError(f"{place}: expected an object, got {_show(data)}")
        self.data, self.place, self.read = data, place, set[str]()

    def _raw(self, name: str) -> Any:
        self.read.add(name)
        try:
            return self.data[name]
        except KeyError:
            raise TraceFormatError(f"{self.place}: {name!r} is missing") from None

    def _fail(self, name: str, expected: str) -> TraceFormatError:
        return TraceFormatError(f"{self.place}.{name}: expected {expected}, got {_show(self.data[name])}")

    def get(self, name: str, kind: type[T]) -> T:
        value = self._raw(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._fail(name, self.words[kind])
        return value

    def maybe(self, name: str, kind: type[T]) -> T | None:
        return None if self._raw(name) is None else self.get(name, kind)

    def time(self, name: str) -> float:
        value = self._raw(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self._fail(name, "a number of seconds")
        return float(value)

    def time_or_none(self, name: str) -> float | None:
        return None if self._raw(name) is None else self.time(name)

    def one_of(self, name: str, allowed: Sequence[str]) -> str:
        value = self._raw(name)
        if value not in allowed:
            raise self._fail(name, "one of " + ", ".join(map(repr, allowed)))
        return str(value)

    def inner(self, name: str) -> _Reader | None:
        return None if self._raw(name) is None else _Reader(self.data[name], f"{self.place}.{name}")

    def each(self, name: str) -> list[_Reader]:
        return [_Reader(raw, f"{self.place}.{name}[{n}]") for n, raw in enumerate(self.get(name, list))]

    def no_more(self) -> None:
        for name in self.data:
            if name not in self.read:
                raise TraceFormatError(f"{self.place}: {name!r} is not part of the format")


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"

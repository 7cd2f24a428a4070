"""The writing side of a trace: what the engine calls while it runs.

Everything here is on the hot path of every traced branch, so a span is one small object in one list, its states lie in
one flat log of all spans (no container for each, which the garbage collector would go through again and again), times
are raw readings of one clock, and whatever can wait (ids, states of a span, names of lanes, places in the code) is
worked out by `fanout.resolve` when somebody reads. `append` and `extend` of a list are atomic: threads need no lock.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import types
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from fanout.clock import current_clock
from fanout.open_span import OpenSpan, Outcome, State, current_span, open_span
from fanout.resolve import installed_versions, resolve
from fanout.trace import ClockName, Span, Trace

__all__ = [
    "Listener",
    "OpenSpan",
    "Outcome",
    "Recorder",
    "State",
    "current_recorder",
    "current_span",
    "open_span",
    "record",
    "watch",
]

T = TypeVar("T")
Listener = Callable[[str, OpenSpan], None]
"""Called as `listener("begin" | "state" | "end", span)` in the thread where it happens."""

current_recorder: ContextVar[Recorder | None] = ContextVar("fanout_recorder", default=None)
"""The recorder of this context, or None: nobody is tracing."""
_real_now = (time.perf_counter,)  # in a tuple, where a virtual clock does not replace it


_new_span = object.__new__


class Recorder(Trace):
    """A trace that is still being written: readable at any moment, also while orphans run on.

    `begin`, `state`, `event` and `end` may be called from any thread. They never raise: an exception in a listener
    goes to the log `fanout.trace`, once for each listener, and the run goes on.
    """

    def __init__(self, *listeners: Listener) -> None:
        self._open: list[OpenSpan] = []
        self.log: list[Any] = []
        """`span, time, state` again and again: from that time on the span is in that state."""
        self._readers: dict[int, Callable[[], float]] = {}
        self.listeners = listeners
        self._failed: set[int] = set()

    def begin(
        self,
        key: str,
        kind: str,
        parent: OpenSpan | None = None,
        name: str | None = None,
        code: object = None,
    ) -> OpenSpan:
        """Start a span now. Without `parent` it belongs below `open_span()`, or is a root.

        `key` names a branch ("" for what is not one), `code` is the function that will run, or a step, which knows
        its own name and code. A span starts when it is *spawned*; its first `state` says when it first ran.
        """
        if parent is None:
            parent = open_span()
        span: OpenSpan = _new_span(OpenSpan)
        span.key = key
        span.kind = kind
        span.parent = parent
        span.name = name
        span.code = code
        span.end = None
        span.outcome = "running"
        if parent is None:
            span.lane = threading.current_thread().name
            now = span.now = self._clock_of_this_thread()
        else:
            now = span.now = parent.now
        span.start = now()
        self._open.append(span)
        if self.listeners:
            self._tell("begin", span)
        return span

    def state(self, span: OpenSpan, name: State) -> None:
        """From now on `span` is in this state. `busy` also says: on the thread that calls."""
        self.log.extend((span, span.now(), name))
        if name == "busy":
            span.lane = threading.current_thread().name
        if self.listeners:
            self._tell("state", span)

    def event(self, span: OpenSpan, name: str, **attrs: Any) -> None:
        """Something that happened at one moment inside `span`: a chunk, a retry, a 429."""
        if span.events is None:
            span.events = []
        span.events.append((span.now(), name, attrs))

    def end(self, span: OpenSpan, outcome: Outcome, error: BaseException | None = None) -> None:
        """The end of `span`. A second end is ignored.

        `abandoned` is an event, not yet an end: the caller has gone, the thread has not. A later `end` (whatever its
        outcome: nobody sees the result) says when the thread came back.
        """
        if span.end is not None:
            return
        if outcome == "abandoned":
            span.outcome = outcome
            self.event(span, "abandoned")
            return
        span.end = span.now()
        if span.outcome != "abandoned":
            span.outcome = outcome
        if error is not None:
            span.error = (type(error).__qualname__, _message(error))
        if self.listeners:
            self._tell("end", span)

    def failed(self, span: OpenSpan, error: BaseException) -> None:
        """The end of what raised `error`, unless its thread has been abandoned and runs on."""
        if not isinstance(error, asyncio.CancelledError | GeneratorExit):
            self.end(span, "error", error)
        elif span.outcome != "abandoned":
            self.end(span, "cancelled")

    def now(self) -> float:
        """A reading of the clock of the calling thread, as spans begun here would take it."""
        return self._clock_of_this_thread()()

    @property
    def clock(self) -> ClockName:
        return "virtual" if self._readers and _real_now[0] not in self._readers.values() else "real"

    @property
    def versions(self) -> dict[str, str]:
        return installed_versions()

    @property
    def spans(self) -> tuple[Span, ...]:
        return resolve(self._open, self.log)

    def snapshot(self) -> Trace:
        return Trace(self.spans, self.clock, self.versions)

    def _clock_of_this_thread(self) -> Callable[[], float]:
        """One reading function for each clock met; a whole tree of spans uses the one its root began with."""
        clock = current_clock()
        if clock is None:
            return self._readers.setdefault(0, _real_now[0])
        return self._readers.setdefault(id(clock), lambda: clock.ns / 1e9)

    def _tell(self, what: str, span: OpenSpan) -> None:
        for number, listener in enumerate(self.listeners):
            try:
                listener(what, span)
            except Exception:
                if number not in self._failed:
                    self._failed.add(number)
                    logging.getLogger("fanout.trace").exception(
                        "the trace listener %r failed; the run goes on", listener
                    )


@contextmanager
def record(*listeners: Listener) -> Iterator[Recorder]:
    """Record every run of `fanout` in this context: `with record() as trace: step.invoke(x)`."""
    recorder = Recorder(*listeners)
    was_recorder, was_span = current_recorder.set(recorder), current_span.set(None)
    try:
        yield recorder
    finally:
        current_span.reset(was_span)
        current_recorder.reset(was_recorder)


@types.coroutine
def watch(coro: Coroutine[Any, Any, T], span: OpenSpan, recorder: Recorder) -> Generator[Any, Any, T]:
    """Await `coro`, noting in `span` every stretch in which it runs and in which it is suspended."""
    state = recorder.state
    send: Callable[[Any], Any] = coro.send
    argument: Any = None
    state(span, "running")
    while True:
        try:
            waits_for = send(argument)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        state(span, "suspended")
        try:
            argument = yield waits_for
            send = coro.send
        except GeneratorExit:
            coro.close()
            raise
        except BaseException as error:
            send, argument = coro.throw, error
        state(span, "running")


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(its message cannot be shown)"

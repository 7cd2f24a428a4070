"""The doors into a step: every step is entered through here, and here alone it is decided whether that is recorded.

If nobody records, entering costs one look at a context variable for each composite call, and nothing for a branch.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Iterable, Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from fanout.recorder import OpenSpan, Recorder, current_recorder, current_span
from fanout.watched import watched

if TYPE_CHECKING:
    from fanout.runtime import Runtime
    from fanout.scope import Job, Scope
    from fanout.step import Step
    from fanout.steplike import I, O


def enter(rt: Runtime, step: Step[I, O], value: I) -> Awaitable[O]:
    """Run a step in the context of the caller."""
    recorder = current_recorder.get()
    if recorder is None:
        return step.run(rt, value)
    return traced(rt, recorder, begin(recorder, "", step), step, value)


def enter_chunks(rt: Runtime, step: Step[Any, Any], value: Any) -> AsyncGenerator[Any]:
    """Stream a step in the context of the caller."""
    recorder = current_recorder.get()
    if recorder is None:
        return step.chunks(rt, value)
    return traced_chunks(rt, recorder, begin(recorder, "", step), step, value)


def start_branches(
    scope: Scope,
    branches: Iterable[tuple[Any, Step[Any, Any], Any]],
    limit: int | None = None,
    *,
    stream: bool = False,
    known: bool = True,
) -> None:
    """Start each `(key, step, value)` in the scope, at most `limit` at a time; with `stream`, emitting chunks.

    `known` says that the branches are all there, so that a recording can show those that wait for the limit.
    """
    recorder = current_recorder.get()
    if recorder is not None:
        spans = [] if scope.spans is None else scope.spans[1]  # a hedge starts them one by one
        scope.spans = (recorder, spans)
        jobs: Iterable[Job] = _recorded(scope, recorder, spans, branches, stream)
        if known and limit is not None:
            jobs = list(jobs)
            for span in spans[limit:]:
                recorder.state(span, "limited")
        scope.start_all(jobs, limit)
    elif stream:
        scope.start_all(((key, _pump, scope, key, step, value) for key, step, value in branches), limit)
    else:
        scope.start_all(((key, step.run, value) for key, step, value in branches), limit)


async def _pump(rt: Runtime, scope: Scope, key: Any, step: Step[Any, Any], value: Any) -> None:
    async with aclosing(step.chunks(rt, value)) as stream:
        async for chunk in stream:
            await scope.emit(key, chunk)


# ---- recorded


def begin(recorder: Recorder, key: Any, step: Step[Any, Any], parent: OpenSpan | None = None) -> OpenSpan:
    """The span of a step that is about to run; below `parent`, or else the current one."""
    return recorder.begin(key if type(key) is str else str(key), step.kind, parent, None, step)


def _recorded(
    scope: Scope,
    recorder: Recorder,
    spans: list[OpenSpan],
    branches: Iterable[tuple[Any, Step[Any, Any], Any]],
    stream: bool,
) -> Iterator[Job]:
    parent = current_span.get()
    awaits = scope.runtime.awaits and not recorder.listeners
    for key, step, value in branches:
        span = recorder.begin(key if type(key) is str else str(key), step.kind, parent, None, step)
        spans.append(span)
        if stream:
            yield key, _pump_recorded, recorder, span, scope, key, step, value
        elif awaits and step.afunc is not None:
            yield key, watched, recorder, span, value
        else:
            yield key, traced, recorder, span, step, value


def end_dropped(recorder: Recorder, spans: Iterable[OpenSpan]) -> None:
    """End the spans of those that were spawned but cancelled before they could begin."""
    for span in spans:
        if span.outcome == "running":
            recorder.end(span, "cancelled")


async def traced(rt: Runtime, recorder: Recorder, span: OpenSpan, step: Step[Any, Any], value: Any) -> Any:
    """Run a step and record in `span` what becomes of it."""
    above = current_span.set(span)
    try:
        result = await rt.observe(recorder, span, step, value)
    except BaseException as error:
        recorder.failed(span, error)
        raise
    else:
        recorder.end(span, "ok")
        return result
    finally:
        current_span.reset(above)


async def _pump_recorded(
    rt: Runtime, recorder: Recorder, span: OpenSpan, scope: Scope, key: Any, step: Step[Any, Any], value: Any
) -> None:
    async with aclosing(traced_chunks(rt, recorder, span, step, value)) as stream:
        async for chunk in stream:
            await scope.emit(key, chunk)


async def traced_chunks(
    rt: Runtime, recorder: Recorder, span: OpenSpan, step: Step[Any, Any], value: Any
) -> AsyncGenerator[Any]:
    """Stream a step and record in `span` what becomes of it. The context of whoever takes the parts stays clean."""
    async with aclosing(step.chunks(rt, value)) as stream:
        try:
            while True:
                above = current_span.set(span)
                try:
                    chunk = await anext(stream)
                finally:
                    current_span.reset(above)
                recorder.event(span, "chunk")
                yield chunk
        except StopAsyncIteration:
            recorder.end(span, "ok")
        except BaseException as error:
            recorder.failed(span, error)
            raise

"""What the tracer sees of threads: jobs on their way to a pool, and what runs on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from langchain_core.runnables import config as runnable_config
from langchain_core.runnables.config import ContextThreadPoolExecutor

from fanout.langchain.task_view import current_task_view
from fanout.langchain.tracer import RunnableTracer, active_tracer, handed_over
from fanout.recorder import OpenSpan, current_span, open_span

_submit = ContextThreadPoolExecutor.submit
_map = ContextThreadPoolExecutor.map
_run_in_executor = runnable_config.run_in_executor


def submit(self: ContextThreadPoolExecutor, func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Notes when the job was handed over: the span starts there, and is queued until a thread takes it."""
    tracer = active_tracer.get()
    if tracer is not None:
        func = _handed_over(tracer, _chunk_taken(tracer) if func is next else func)
    return _submit(self, func, *args, **kwargs)


def map_(
    self: ContextThreadPoolExecutor, fn: Callable[..., Any], *iterables: Iterable[Any], **kwargs: Any
) -> Any:
    tracer = active_tracer.get()
    return _map(self, _handed_over(tracer, fn) if tracer else fn, *iterables, **kwargs)


def _handed_over(tracer: RunnableTracer, func: Callable[..., Any]) -> Callable[..., Any]:
    above = open_span()
    when = above.now() if above is not None else tracer.recorder.now()

    def job(*args: Any, **kwargs: Any) -> Any:
        handed_over.set((above, when))  # the job has a context of its own
        current_task_view.set(None)
        return func(*args, **kwargs)

    return job


def _chunk_taken(tracer: RunnableTracer) -> Callable[..., Any]:
    """`stream` takes each chunk of each branch in a job of its own; in between, the branch's generator is suspended."""

    def take(chunks: Iterator[Any], *default: Any) -> Any:
        span = tracer.streams.get(chunks)
        if span is not None and span.end is None:
            tracer.recorder.state(span, "busy")
        chunk = next(chunks, *default)
        span = span or open_span()
        if span is not None and span.end is None and span in tracer.seen:
            tracer.streams[chunks] = span
            if span.kind != "model":  # whose tokens are reported
                tracer.recorder.event(span, "chunk")
            tracer.recorder.state(span, "suspended")
        return chunk

    return take


async def run_in_executor(
    executor_or_config: Any, func: Callable[..., Any], /, *args: Any, **kwargs: Any
) -> Any:
    """Notes on the span that waits: queued until a thread takes the job, then busy there."""
    tracer, view = active_tracer.get(), current_task_view.get()
    if tracer is None:
        return await _run_in_executor(executor_or_config, func, *args, **kwargs)
    span = view.open[-1] if view is not None and view.open else None
    if span is not None and view is not None and view.task is not asyncio.current_task():
        # A task of somebody's own. A chat model makes one for its call; for anything else the span would be a guess.
        span = span if span.kind == "model" and span is current_span.get() else None
    job = _Job(tracer, span, func)
    try:
        return await _run_in_executor(executor_or_config, job, *args, **kwargs)
    finally:
        if span is not None and view is not None and job.done:
            tracer.watcher[span] = view


class _Job:
    """A function on its way to a thread. While it is there, it and nobody else notes the states of `span`."""

    def __init__(self, tracer: RunnableTracer, span: OpenSpan | None, func: Callable[..., Any]) -> None:
        self.tracer, self.span, self.func, self.done = tracer, span, func, False
        self.above = open_span()
        self.when = self.above.now() if self.above is not None else tracer.recorder.now()
        if span is not None:
            tracer.watcher[span] = None
            tracer.recorder.state(span, "queued")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.span is None:
            handed_over.set((self.above, self.when))
        was = current_task_view.set(None)
        if self.span is not None:
            self.tracer.watcher[self.span] = self
            self.tracer.recorder.state(self.span, "busy")
        try:
            return self.func(*args, **kwargs)
        finally:
            self.done = True
            current_task_view.reset(was)
            if self.span is not None and self.span.outcome == "abandoned":
                self.tracer.recorder.end(self.span, "ok")  # it stays abandoned; this says when

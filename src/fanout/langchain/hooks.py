"""Places in LangChain's runtime where a tracer looks on. Each hook calls the original with what it was given.

LangChain hands work over in three ways, and every one goes through a function of its own: `ContextThreadPoolExecutor`
(`invoke`, `batch`, `stream`), `run_in_executor` (blocking code under `ainvoke`) and `coro_with_context` (a task for
each step under `ainvoke`). The hooks stand there, and only while somebody traces. Read for langchain-core 1.7.
"""

from __future__ import annotations

import asyncio
import importlib
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextvars import Context
from typing import Any, cast

from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.runnables import config as runnable_config
from langchain_core.runnables import utils as runnable_utils
from langchain_core.runnables.config import ContextThreadPoolExecutor, var_child_runnable_config
from langchain_core.runnables.retry import RunnableRetry

from fanout.langchain.task_view import TaskView, current_task_view, watch_task
from fanout.langchain.tracer import KINDS, RunnableTracer, active_tracer, handed_over
from fanout.recorder import OpenSpan, current_span, open_span

_users = 0
_undo: list[tuple[object, str, object]] = []
_lock = threading.Lock()

_submit = ContextThreadPoolExecutor.submit
_map = ContextThreadPoolExecutor.map
_run_in_executor = runnable_config.run_in_executor
_coro_with_context = runnable_utils.coro_with_context
_call = runnable_config.call_func_with_variable_args
_acall = runnable_config.acall_func_with_variable_args
_retry_options = RunnableRetry._kwargs_retrying

IMPORTERS = (
    "langchain_core.runnables.base",
    "langchain_core.runnables.config",
    "langchain_core.runnables.fallbacks",
    "langchain_core.runnables.passthrough",
    "langchain_core.runnables.utils",
    "langchain_core.language_models.chat_models",
    "langchain_core.language_models.llms",
    "langchain_core.retrievers",
    "langchain_core.tools.base",
    "langchain_core.tools.simple",
    "langchain_core.tools.structured",
)


def install() -> None:
    """Put the hooks in place; as many `remove()` as `install()` take them away again."""
    global _users
    with _lock:
        _users += 1
        if _users > 1:
            return
        _put(ContextThreadPoolExecutor, "submit", submit)
        _put(ContextThreadPoolExecutor, "map", map_)
        _put(RunnableRetry, "_kwargs_retrying", retry_options)
        for name in IMPORTERS:
            module = importlib.import_module(name)
            for function, hook in _FUNCTIONS.items():
                name_there = function.__name__
                if vars(module).get(name_there) is function:
                    _put(module, name_there, hook)


def remove() -> None:
    global _users
    with _lock:
        _users -= 1
        if not _users:
            while _undo:
                owner, name, original = _undo.pop()
                setattr(owner, name, original)


def _put(owner: object, name: str, hook: object) -> None:
    _undo.append((owner, name, vars(owner)[name]))
    setattr(owner, name, hook)


# ---- threads


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


def _chunk_taken(tracer: RunnableTracer) -> Callable[[Iterator[Any]], Any]:
    """`stream` takes each chunk of each branch in a job of its own; in between, the branch's generator is suspended."""

    def take(chunks: Iterator[Any]) -> Any:
        span = tracer.streams.get(chunks)
        if span is not None and span.end is None:
            tracer.recorder.state(span, "busy")
        chunk = next(chunks)
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


# ---- tasks


def coro_with_context(coro: Awaitable[Any], context: Context, *, create_task: bool = False) -> Awaitable[Any]:
    """Watches the task that LangChain makes for a step."""
    tracer = active_tracer.get()
    if tracer is None:
        return _coro_with_context(coro, context, create_task=create_task)
    view = TaskView(tracer)
    config = context.get(var_child_runnable_config) or {}
    manager = config.get("callbacks")
    span = tracer.runs.get(getattr(manager, "parent_run_id", None))  # type: ignore[arg-type]
    before = None
    if span is not None and not getattr(manager, "tags", None) and span.end is None:
        before = tracer.watcher.get(span)
        view.adopt(span)
        view.mark("queued")  # until the event loop comes to it
    context.run(current_task_view.set, view)
    watched = watch_task(cast("Coroutine[Any, Any, Any]", coro), view, before)
    return _coro_with_context(watched, context, create_task=create_task)


# ---- what a run is


def call_func(func: Any, input: Any, config: Any, run_manager: Any = None, **kwargs: Any) -> Any:
    _identify(func, run_manager)
    return _call(func, input, config, run_manager, **kwargs)


def acall_func(func: Any, input: Any, config: Any, run_manager: Any = None, **kwargs: Any) -> Any:
    _identify(func, run_manager)
    return _acall(func, input, config, run_manager, **kwargs)


def _identify(func: Any, run_manager: Any) -> None:
    """LangChain calls a step's method or function together with the run: what kind of step, and which code?"""
    tracer = active_tracer.get()
    span = tracer.runs.get(run_manager.run_id) if tracer and run_manager is not None else None
    if span is None:
        return
    step = getattr(func, "__self__", None)
    if not isinstance(step, Runnable):
        span.code = span.code or func
        return
    if span.kind == "step":
        span.kind = KINDS.get(type(step).__name__, "step")
    if isinstance(step, RunnableLambda):
        span.code = getattr(step, "func", None) or getattr(step, "afunc", None)


@property  # type: ignore[misc]
def retry_options(self: RunnableRetry[Any, Any]) -> dict[str, Any]:
    """Notes the pauses of `with_retry` on its span."""
    options = cast("dict[str, Any]", _retry_options.fget(self))  # type: ignore[attr-defined]
    tracer = active_tracer.get()
    span = current_span.get()
    if tracer is None or span is None:
        return options

    def before_sleep(retry_state: Any) -> None:
        tracer.backing_off.add(span)
        tracer.recorder.event(
            span, "retry", attempt=retry_state.attempt_number, wait=retry_state.next_action.sleep
        )
        tracer.recorder.state(span, "backoff")

    return {**options, "before_sleep": before_sleep}


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    _run_in_executor: run_in_executor,
    _coro_with_context: coro_with_context,
    _call: call_func,
    _acall: acall_func,
}

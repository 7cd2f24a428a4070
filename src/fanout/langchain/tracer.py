"""Record runs of the original LangChain in the trace format of this package.

Two sources, neither of which changes what runs: LangChain's own callbacks say which run began and ended, below which
other, and how; `fanout.langchain.hooks` says when a job was handed to a pool, on which thread it ran, and when a
coroutine was suspended. What neither of them saw stays out of the trace: a span without states was only seen to start
and to end.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.tracers.context import register_configure_hook

from fanout.langchain.task_view import TaskView, current_task_view
from fanout.recorder import (
    Listener,
    OpenSpan,
    Recorder,
    current_recorder,
    current_span,
    open_span,
    record,
)

active_tracer: ContextVar[RunnableTracer | None] = ContextVar("fanout_runnable_tracer", default=None)
handed_over: ContextVar[tuple[OpenSpan | None, float] | None] = ContextVar("fanout_handed_over", default=None)
"""Who handed this job to a pool, and when: the first run in it began there."""

register_configure_hook(active_tracer, inheritable=True)

KINDS = {
    "RunnableParallel": "parallel",
    "RunnableSequence": "sequence",
    "RunnableLambda": "step",
    "RunnableRetry": "retry",
    "RunnableWithFallbacks": "fallback",
    "RunnableAssign": "assign",
    "RunnableBranch": "branch",
    "RunnableEach": "map",
}


@contextmanager
def trace_runnables(*listeners: Listener) -> Iterator[Recorder]:
    """Record every LangChain run of this context: `with trace_runnables() as trace: chain.invoke(x)`.

    The library runs unmodified: same threads, same tasks, same order. Inside `fanout.record()` the runs go into that
    trace, so that both engines can be laid over each other. Orphans that outlive the block are still recorded: read
    the trace when they have ended.
    """
    from fanout.langchain import hooks

    recorder = current_recorder.get()
    if recorder is None:
        with record(*listeners), trace_runnables() as recorder:
            yield recorder
        return
    was = active_tracer.set(RunnableTracer(recorder))
    hooks.install()
    try:
        yield recorder
    finally:
        hooks.remove()
        active_tracer.reset(was)


class RunnableTracer(BaseCallbackHandler):
    """The callback handler. `run_inline` keeps it in the thread, task and context of what it records."""

    run_inline = True

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.runs: dict[UUID, OpenSpan] = {}
        self.seen: set[OpenSpan] = set()
        self.watcher: dict[
            OpenSpan, object
        ] = {}  # who notes the states of a span: its task's view, or a job on a thread
        self.backing_off: set[OpenSpan] = set()
        self.streams: WeakKeyDictionary[Iterator[Any], OpenSpan] = WeakKeyDictionary()

    # ---- starts

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **about: Any) -> None:
        name = about.get("name") or ""
        self._begin(KINDS.get(name.partition("<")[0], "step"), run_id, blocking=_blocking(), **about)

    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: UUID, **about: Any) -> None:
        self._begin("model", run_id, blocking=_blocking(), **_named(serialized, about))

    def on_llm_start(self, serialized: Any, prompts: Any, *, run_id: UUID, **about: Any) -> None:
        self._begin("model", run_id, blocking=_blocking(), **_named(serialized, about))

    def on_tool_start(self, serialized: Any, input_str: Any, *, run_id: UUID, **about: Any) -> None:
        self._begin("tool", run_id, blocking=_blocking(), **_named(serialized, about))

    def on_retriever_start(self, serialized: Any, query: Any, *, run_id: UUID, **about: Any) -> None:
        self._begin("retriever", run_id, blocking=_blocking(), **_named(serialized, about))

    def _begin(
        self,
        kind: str,
        run_id: UUID,
        *,
        blocking: bool,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        name: str | None = None,
        **_: Any,
    ) -> None:
        above = self.runs.get(parent_run_id) if parent_run_id else None
        here = open_span()
        if here is not None and here.kind == "fallback" and here.parent is above:
            # with_fallbacks hands its own config down, so its steps name the wrong parent
            above, tags = here, None
        elif here is not None and here not in self.seen and _is_below(here, above):
            above = here  # a step of the engine, which no callback knows of
        key, attrs = "", dict[str, Any]()
        for tag in tags or ():
            what, _sep, value = tag.partition(":")
            detail, _sep, value = value.partition(":")
            if (what, detail) == ("map", "key"):
                key = value
                if above is not None:
                    above.kind = "parallel" if above.kind == "step" else above.kind
            elif (what, detail) == ("seq", "step"):
                attrs["step"] = int(value)
            elif (what, detail) == ("retry", "attempt"):
                attrs["attempt"] = int(value)
        if above is not None and above in self.backing_off:
            self.backing_off.discard(above)
            self.recorder.state(above, "running")
        if above is not None and above.kind == "retry":
            kind = "attempt" if kind == "step" else kind
            attrs.setdefault("attempt", 1)
        span = self.recorder.begin(key, kind, above, name)
        span.attrs = attrs or None
        span.lane = threading.current_thread().name
        self.runs[run_id] = span
        self.seen.add(span)
        job = handed_over.get()
        if job is not None and job[0] is span.parent:
            span.start = job[1]
            handed_over.set(None)
        current_span.set(span)
        view = current_task_view.get()
        if blocking:
            self.recorder.state(span, "busy")
        elif view is not None and view.task is asyncio.current_task():
            view.adopt(span)
            view.mark("running")

    # ---- ends

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_: Any) -> None:
        self._end(run_id)

    def on_tool_end(self, output: Any, *, run_id: UUID, **_: Any) -> None:
        self._end(run_id)

    def on_retriever_end(self, documents: Any, *, run_id: UUID, **_: Any) -> None:
        self._end(run_id)

    def on_llm_end(self, response: Any, *, run_id: UUID, **_: Any) -> None:
        span = self.runs.get(run_id)
        message = getattr(next(iter(next(iter(response.generations), [])), None), "message", None)
        usage = getattr(message, "usage_metadata", None)
        if span is not None and usage:
            span.attrs = {
                **(span.attrs or {}),
                "tokens": {k: v for k, v in usage.items() if isinstance(v, int)},
            }
        self._end(run_id)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        self._end(run_id, error)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        span, status = self.runs.get(run_id), getattr(error, "status_code", None)
        if span is not None and isinstance(status, int):
            self.recorder.event(span, str(status))
        self._end(run_id, error)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        self._end(run_id, error)

    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        self._end(run_id, error)

    def on_llm_new_token(self, token: Any, *, run_id: UUID, **_: Any) -> None:
        if (span := self.runs.get(run_id)) is not None:
            self.recorder.event(span, "chunk")

    def _end(self, run_id: UUID, error: BaseException | None = None) -> None:
        span = self.runs.get(run_id)
        if span is None:
            return
        watcher = self.watcher.pop(span, None)
        if error is None:
            self.recorder.end(span, "ok")
        elif isinstance(error, asyncio.CancelledError):
            # The coroutine is gone; a thread that works for it is not, and says itself when it comes back.
            on_thread = watcher is not None and not isinstance(watcher, TaskView)
            self.recorder.end(span, "abandoned" if on_thread else "cancelled")
        else:
            self.recorder.end(span, "error", error)
        if current_span.get() is span:
            current_span.set(span.parent)
        view = current_task_view.get()
        if view is not None:
            view.drop(span)


def _is_below(span: OpenSpan, above: OpenSpan | None) -> bool:
    parent = span.parent
    while parent is not None and parent is not above:
        parent = parent.parent
    return parent is above


def _named(serialized: Any, about: dict[str, Any]) -> dict[str, Any]:
    """What LangChain tells about a run, with the name of its class where the run has none."""
    known = serialized or {}
    name = about.get("name") or known.get("name") or next(iter(known.get("id", [])[-1:]), None)
    return {**about, "name": name}


def _blocking() -> bool:
    """Was the handler called by LangChain's synchronous manager? Then the run keeps its thread busy."""
    return sys._getframe(2).f_code.co_name == "handle_event"

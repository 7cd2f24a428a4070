"""Places in LangChain's runtime where a tracer looks on. Each hook calls the original with what it was given.

LangChain hands work over in three ways, and every one goes through a function of its own: `ContextThreadPoolExecutor`
(`invoke`, `batch`, `stream`), `run_in_executor` (blocking code under `ainvoke`) and `coro_with_context` (a task for
each step under `ainvoke`). The hooks stand there, and only while somebody traces. Read for langchain-core 1.7.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from typing import Any, cast

from langchain_core.callbacks import AsyncCallbackManager
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.runnables import config as runnable_config
from langchain_core.runnables import utils as runnable_utils
from langchain_core.runnables.config import ContextThreadPoolExecutor, var_child_runnable_config
from langchain_core.runnables.retry import RunnableRetry

from fanout.langchain.task_view import TaskView, current_task_view, watch_task
from fanout.langchain.thread_hooks import map_, run_in_executor, submit
from fanout.langchain.tracer import KINDS, active_tracer
from fanout.recorder import current_span

_users = 0
_undo: list[tuple[object, str, object]] = []
_lock = threading.Lock()

_coro_with_context = runnable_utils.coro_with_context
_call = runnable_config.call_func_with_variable_args
_acall = runnable_config.acall_func_with_variable_args
_on_llm_start = AsyncCallbackManager.on_llm_start
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
        _put(AsyncCallbackManager, "on_llm_start", on_llm_start)
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


# ---- callbacks


async def on_llm_start(
    self: AsyncCallbackManager, serialized: Any, prompts: list[str], run_id: Any = None, **about: Any
) -> list[Any]:
    """Here LangChain forgets all other handlers if one runs inline, so the tracer is told apart from them."""
    tracer = active_tracer.get()
    if tracer is None or tracer not in self.handlers:
        return await _on_llm_start(self, serialized, prompts, run_id, **about)
    others = self.copy()
    others.remove_handler(tracer)
    runs = await _on_llm_start(others, serialized, prompts, run_id, **about)
    for run, prompt in zip(runs, prompts, strict=True):
        about |= {"parent_run_id": self.parent_run_id, "tags": self.tags}
        tracer.on_llm_start(serialized, [prompt], run_id=run.run_id, **about)
        run.handlers = [*run.handlers, tracer]
        if tracer in self.inheritable_handlers:
            run.inheritable_handlers = [*run.inheritable_handlers, tracer]
    return runs


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
    runnable_config.run_in_executor: run_in_executor,
    _coro_with_context: coro_with_context,
    _call: call_func,
    _acall: acall_func,
}

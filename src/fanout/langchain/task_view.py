"""Watching the tasks that LangChain makes: which run is under way in them, and when it is suspended."""

from __future__ import annotations

import asyncio
import inspect
import types
from collections.abc import Callable, Coroutine, Generator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from fanout.recorder import OpenSpan, State

if TYPE_CHECKING:
    from fanout.langchain.tracer import RunnableTracer

current_task_view: ContextVar[TaskView | None] = ContextVar("fanout_task_view", default=None)


class TaskView:
    """What is open in one asyncio task, innermost last, so that its suspensions are noted on the right span."""

    def __init__(self, tracer: RunnableTracer) -> None:
        self.tracer, self.open, self.task = tracer, list[OpenSpan](), None

    task: asyncio.Task[Any] | None

    def adopt(self, span: OpenSpan) -> None:
        self.open.append(span)
        self.tracer.watcher[span] = self

    def hand_back(self, before: object) -> None:
        """The task is over: `before` notes the states of what it had adopted again."""
        for span in self.open:
            if self.tracer.watcher.get(span) is self:
                self.tracer.watcher[span] = before

    def drop(self, span: OpenSpan) -> None:
        if span in self.open:
            self.open.remove(span)
            self.mark("running")

    def event(self, name: str) -> None:
        if self.open:
            self.tracer.recorder.event(self.open[-1], name)

    def mark(self, state: State) -> None:
        span = self.open[-1] if self.open else None
        if span is not None and self.tracer.watcher.get(span) is self and span not in self.tracer.backing_off:
            self.tracer.recorder.state(span, state)


async def watch_task(coro: Coroutine[Any, Any, Any], view: TaskView, before: object) -> Any:
    """Await `coro` in a task of its own; `before` notes the states of what `view` adopted again when it is over."""
    view.task = asyncio.current_task()
    part_of_a_stream = not inspect.iscoroutine(coro)  # LangChain takes the chunks of a stream with `anext`
    try:
        result = await _steps(coro, view)
        if part_of_a_stream:
            view.event("chunk")
        return result
    finally:
        view.mark("suspended")  # over here, until the task that waits for this one comes to it
        view.hand_back(before)


@types.coroutine
def _steps(coro: Coroutine[Any, Any, Any], view: TaskView) -> Generator[Any, Any, Any]:
    send: Callable[[Any], Any] = coro.send
    argument: Any = None
    while True:
        view.mark("running")
        try:
            waits_for = send(argument)
        except StopIteration as stop:
            return stop.value
        view.mark("suspended")
        try:
            argument = yield waits_for
            send = coro.send
        except GeneratorExit:
            coro.close()
            raise
        except BaseException as error:
            send, argument = coro.throw, error

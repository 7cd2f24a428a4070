"""A blocking call made from the event loop: it runs on a thread, and a task waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from types import CoroutineType
from typing import Any, TypeVar, cast

from fanout import threads
from fanout.recorder import current_recorder, current_span
from fanout.runtime import Ended, ignore
from fanout.scope import Token

T = TypeVar("T")


class Abandoned(asyncio.CancelledError):
    """The task was cancelled and did not wait for the blocking call it had made."""


async def block(
    token: Token, func: Callable[..., T], args: tuple[Any, ...], context: Context, ended: Ended = ignore
) -> T:
    """Call a blocking function on a thread. Cancelled meanwhile, wait for it, unless it is abandoned."""
    loop = asyncio.get_running_loop()
    call = _Call(loop, context, func, args, ended)
    threads.start(call.run)
    cancelled: asyncio.CancelledError | None = None
    while not call.over:
        call.waiter = loop.create_future()
        try:
            await call.waiter
        except asyncio.CancelledError as error:
            if token.abandoned:
                call.abandon()
                raise Abandoned from error
            cancelled = error
    if cancelled is not None:
        raise cancelled from call.error
    return cast(T, call.result())


class _Call:
    """A blocking call under way on a thread, and the task that waits for it."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        context: Context,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        ended: Ended,
    ) -> None:
        self._loop, self._context, self._func, self._args = loop, context, func, args
        self._ended = ended
        self._recorder, self._span = current_recorder.get(), current_span.get()
        self._value: Any = None
        self.error: BaseException | None = None
        self._abandoned = False
        self.over = False
        self.waiter: asyncio.Future[None] | None = None

    def run(self, refused: RuntimeError | None) -> None:
        if self._recorder is not None and self._span is not None:
            self._recorder.state(self._span, "busy")
        try:
            if refused is not None:
                raise refused
            self._value = self._context.run(self._func, *self._args)
        except BaseException as error:
            self.error = error
        if type(self._value) is not CoroutineType:  # a coroutine goes on, on the event loop
            self._ended(self.error)
        if self._abandoned and self._recorder is not None and self._span is not None:
            self._recorder.end(self._span, "ok")
        tell(self._loop, self._finish)

    def abandon(self) -> None:
        self._abandoned = True
        if self._recorder is not None and self._span is not None:
            self._recorder.end(self._span, "abandoned")

    def _finish(self) -> None:
        self.over = True
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def result(self) -> Any:
        try:
            if self.error is not None:
                raise self.error
            return self._value
        finally:
            del self  # or the error holds this frame, and the frame the error


def tell(loop: asyncio.AbstractEventLoop, callback: Callable[[], object]) -> None:
    """Run `callback` on the event loop, from any thread."""
    with suppress(RuntimeError):  # the loop is closed: nobody waits for an abandoned call
        loop.call_soon_threadsafe(callback)

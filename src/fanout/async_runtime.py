"""The runtime on asyncio: children are tasks, blocking functions run on elastic threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextvars import copy_context
from types import CoroutineType
from typing import Any, cast

from fanout.blocking import Abandoned, block, tell
from fanout.outcome import Err, Ok
from fanout.recorder import OpenSpan, Recorder, watch
from fanout.runtime import Ended, Leaf, Runtime, ignore
from fanout.scope import Key, Scope
from fanout.watched import as_coroutine, watched

_END: Any = object()


class AsyncRuntime(Runtime):
    """On asyncio: children are tasks, coroutine functions are awaited, blocking functions run on elastic threads."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.get_running_loop()

    def call(self, leaf: Leaf, *args: Any) -> Awaitable[Any]:
        if self.awaits and leaf.afunc is not None:
            # the usual case: no coroutine of ours around the user's
            awaitable: Awaitable[Any] = leaf.afunc(*args)
            return awaitable
        return super().call(leaf, *args)

    async def _call(self, leaf: Leaf, args: tuple[Any, ...], ended: Ended = ignore) -> Any:
        try:
            if leaf.afunc is not None:
                result = await leaf.afunc(*args)
            else:
                func = cast(Callable[..., Any], leaf.func)
                result = (
                    func(*args) if leaf.inline else await block(self.token, func, args, copy_context(), ended)
                )
                if type(result) is CoroutineType:
                    result = await result
        except Abandoned:
            raise  # the thread tells when it has ended
        except BaseException as error:
            ended(error)
            raise
        ended(None)
        return result

    async def _iterate(self, leaf: Leaf, args: tuple[Any, ...]) -> AsyncGenerator[Any]:
        if leaf.afunc is not None:
            items = leaf.afunc(*args)
            try:
                async for item in items:
                    yield item
            finally:
                if (aclose := getattr(items, "aclose", None)) is not None:
                    await aclose()
        else:
            assert leaf.func is not None
            context, iterator = copy_context(), leaf.func(*args)  # one context, as in a single thread
            try:
                while (item := await block(self.token, next, (iterator, _END), context)) is not _END:
                    yield item
            finally:
                if (close := getattr(iterator, "close", None)) is not None and not self.token.abandoned:
                    await block(self.token, close, (), context)

    @property
    def awaits(self) -> bool:
        return not self.limits and self.executor is None

    def _observe(
        self, recorder: Recorder, span: OpenSpan, leaf: Leaf, call: Awaitable[Any]
    ) -> Awaitable[Any]:
        if leaf.afunc is None:
            return call  # the thread says when it is busy
        return watch(as_coroutine(call), span, recorder)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def scope(self) -> AsyncScope:
        return AsyncScope(self)

    def signal(self) -> AsyncSignal:
        return AsyncSignal(self.loop)


class AsyncScope(Scope):
    """A scope whose children are asyncio tasks."""

    def __init__(self, rt: AsyncRuntime) -> None:
        super().__init__(rt)
        self._loop = rt.loop
        self._create_task = _task_maker(rt.loop)
        self._waiter: asyncio.Future[None] | None = None

    def start(self, key: Key, fn: Callable[..., Awaitable[Any]], *args: Any) -> None:
        if key in self._live:
            raise ValueError(f"child {key!r} is running already")
        task = self._create_task(watched(self, key, *args) if fn is watched else self._child(key, fn, args))
        if not task.done():  # an eager task factory may have run it to its end
            self._live[key] = task

    async def _child(self, key: Key, fn: Callable[..., Awaitable[Any]], args: tuple[Any, ...]) -> None:
        try:
            value = await fn(self.runtime, *args)
        except BaseException as error:
            self.settle(key, Err(error))
        else:
            self.settle(key, Ok(value))

    def settle(self, key: Key, outcome: Ok[Any] | Err) -> None:
        """A child has ended: hand over its outcome. Called in its task, as the last thing it does."""
        self._done.append((key, outcome))
        self._live.pop(key, None)
        if (waiter := self._waiter) is not None and not waiter.done():
            waiter.set_result(None)

    async def _wait(self, seconds: float | None) -> None:
        waiter = self._waiter = self._loop.create_future()
        timer = None if seconds is None else self._loop.call_later(seconds, self._wake)
        try:
            await waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    def _wake(self, abandoned: bool = False) -> None:
        if (waiter := self._waiter) is not None and not waiter.done():
            waiter.set_result(None)

    async def _stop(self) -> None:
        for key, task in list(self._live.items()):
            task.add_done_callback(lambda _, key=key: self._gone(key))
            task.cancel()
        again: asyncio.CancelledError | None = None
        while self._live:
            try:
                await self._wait(None)
            except asyncio.CancelledError as error:  # asked a second time: the children still come first
                again = error
        if again is not None:
            raise again

    def _gone(self, key: Key) -> None:
        """A task that was cancelled before its first step never ran `_child`."""
        if self._live.pop(key, None) is not None:
            self._wake()


class AsyncSignal:
    """A signal that a task waits for."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._thread, self._future = loop, threading.get_ident(), loop.create_future()

    def set(self) -> None:
        if threading.get_ident() == self._thread:
            self._resolve()
        else:
            tell(self._loop, self._resolve)

    def _resolve(self) -> None:
        if not self._future.done():
            self._future.set_result(None)

    async def wait(self, seconds: float | None = None) -> bool:
        done, _ = await asyncio.wait([self._future], timeout=seconds)
        return bool(done)


def _task_maker(loop: asyncio.AbstractEventLoop) -> Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]:
    """`loop.create_task`, or what asyncio's own loops do in it, without the checks, which cost a tenth of a branch."""
    if isinstance(loop, asyncio.BaseEventLoop) and loop.get_task_factory() is None:
        return lambda coro: asyncio.Task(coro, loop=loop)
    return loop.create_task

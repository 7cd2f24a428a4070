"""The runtime on threads: children are calls on elastic threads, and everything awaited blocks. No event loop."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from contextvars import copy_context
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from fanout import threads
from fanout.outcome import Err, Ok
from fanout.recorder import OpenSpan, Recorder
from fanout.runtime import Ended, Leaf, Runtime, drive, ignore
from fanout.scope import Key, Scope, Token

if TYPE_CHECKING:
    from fanout.step import Step


class ThreadRuntime(Runtime):
    """On threads: children are calls on elastic threads, everything awaited blocks. Works inside a running loop."""

    async def _call(self, leaf: Leaf, args: tuple[Any, ...], ended: Ended = ignore) -> Any:
        try:
            value = self._called(leaf, args)
        except BaseException as error:
            ended(error)
            raise
        ended(None)
        return value

    def _called(self, leaf: Leaf, args: tuple[Any, ...]) -> Any:
        self.token.check()  # what has not started when its scope is cancelled does not start
        if leaf.func is None:
            raise TypeError(
                f"{leaf.name} is a coroutine function: use ainvoke(), or give Lambda(func, afunc) both forms"
            )
        value = leaf.func(*args)
        if type(value) is CoroutineType:
            value.close()
            raise TypeError(
                f"{leaf.name} returned a coroutine: use ainvoke(), or give Lambda(func, afunc) both forms"
            )
        return value

    async def _iterate(self, leaf: Leaf, args: tuple[Any, ...]) -> AsyncGenerator[Any]:
        iterator = self._called(leaf, args)
        try:
            for item in iterator:
                yield item
                self.token.check()
        finally:
            if (close := getattr(iterator, "close", None)) is not None:
                close()

    def _observe(
        self, recorder: Recorder, span: OpenSpan, leaf: Leaf, call: Awaitable[Any]
    ) -> Awaitable[Any]:
        recorder.state(span, "busy")
        return call

    async def observe(self, recorder: Recorder, span: OpenSpan, step: Step[Any, Any], value: Any) -> Any:
        def told(abandoned: bool) -> None:
            if abandoned:
                recorder.end(span, "abandoned")

        self.token.listen(span, told)
        try:
            return await super().observe(recorder, span, step, value)
        finally:
            self.token.forget(span)
            if span.outcome == "abandoned":
                recorder.end(span, "cancelled")  # the thread has come back

    async def sleep(self, seconds: float) -> None:
        await self.signal().wait(seconds)

    def scope(self) -> ThreadScope:
        return ThreadScope(self)

    def signal(self) -> ThreadSignal:
        return ThreadSignal(self.token)


class ThreadScope(Scope):
    """A scope whose children are calls on elastic threads."""

    def __init__(self, rt: Runtime) -> None:
        super().__init__(rt)
        self._bell = threading.Lock()  # held, and released once when there is something new
        self._bell.acquire()
        self.token.listen(self, self._wake)

    def start(self, key: Key, fn: Callable[..., Awaitable[Any]], *args: Any) -> None:
        if key in self._live:
            raise ValueError(f"child {key!r} is running already")
        self._live[key] = None
        context = copy_context()
        threads.start(lambda refused: context.run(self._child, key, fn, args, refused))

    def _child(
        self,
        key: Key,
        fn: Callable[..., Awaitable[Any]],
        args: tuple[Any, ...],
        refused: RuntimeError | None,
    ) -> None:
        try:
            if refused is not None:
                raise refused
            self.token.check()
            value = drive(fn(self.runtime, *args))
        except BaseException as error:
            self._done.append((key, Err(error)))
        else:
            self._done.append((key, Ok(value)))
        self._live.pop(key, None)
        self._wake()

    async def _wait(self, seconds: float | None) -> None:
        self._outer.check()
        self._bell.acquire(timeout=-1 if seconds is None else min(seconds, threading.TIMEOUT_MAX))
        self._outer.check()

    def _wake(self, abandoned: bool = False) -> None:
        with suppress(RuntimeError):  # it rings already
            self._bell.release()

    async def _stop(self) -> None:
        while self._live and not self.token.abandoned:
            self._bell.acquire()


class ThreadSignal:
    """A signal that a thread waits for. Cancelling the token ends the wait with `asyncio.CancelledError`."""

    def __init__(self, token: Token) -> None:
        self._token, self._set, self._bell = token, False, threading.Lock()
        self._bell.acquire()

    def set(self) -> None:
        self._set = True
        self._ring()

    def _ring(self, abandoned: bool = False) -> None:
        with suppress(RuntimeError):  # it rings already
            self._bell.release()

    async def wait(self, seconds: float | None = None) -> bool:
        self._token.listen(self, self._ring)
        try:
            if not self._set:
                self._token.check()
                self._bell.acquire(timeout=-1 if seconds is None else min(seconds, threading.TIMEOUT_MAX))
                self._token.check()
            return self._set
        finally:
            self._token.forget(self)

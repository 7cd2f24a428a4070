"""Structured concurrency: a `Scope` starts children and does not end before they have.

    async with rt.scope() as scope:
        for key, step in branches.items():
            scope.start(key, step.run, value)
        async for key, outcome in scope:      # in the order in which they end
            ...

Leaving the block, however it happens, cancels and awaits every child that still runs. Everything parallel in this
package is a short loop over a scope. After N. J. Smith, "Notes on structured concurrency" (2018), and Trio's nurseries.
"""

from __future__ import annotations

import asyncio
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from fanout.outcome import Chunk, Err, Ok
from fanout.spans import end_dropped

if TYPE_CHECKING:
    from fanout.recorder import OpenSpan, Recorder
    from fanout.runtime import Runtime

Key: TypeAlias = Hashable
Item: TypeAlias = Ok[Any] | Err | Chunk[Any]
Job: TypeAlias = tuple[Any, ...]
"""`(key, fn, *args)`: what `Scope.start` takes."""


class Token:
    """Says to everything below a scope that it should stop.

    A task is told by asyncio. A thread cannot be told: it looks here before each call, and is woken here where it
    waits. `abandoned` adds that nobody will wait for the running calls either.
    """

    __slots__ = ("_inner", "_listeners", "_lock", "_outer", "abandoned", "cancelled")

    def __init__(self, outer: Token | None = None) -> None:
        self.cancelled = self.abandoned = False
        self._lock = threading.Lock()
        self._listeners: dict[object, Callable[[bool], None]] = {}
        self._inner: dict[Token, None] = {}
        self._outer = outer
        if outer is not None:
            with outer._lock:
                outer._inner[self] = None
                self.cancelled, self.abandoned = outer.cancelled, outer.abandoned

    def cancel(self, abandon: bool = False) -> None:
        """Tell everything below. (Not by recursion: there may be a thousand levels.)"""
        tokens = [self]
        for token in tokens:
            with token._lock:
                token.cancelled, token.abandoned = True, token.abandoned or abandon
                listeners = list(token._listeners.values())
                tokens += token._inner
            for listener in listeners:
                listener(abandon)

    def check(self) -> None:
        """Raise `asyncio.CancelledError` if this has been cancelled."""
        if self.cancelled:
            raise asyncio.CancelledError

    def listen(self, who: object, callback: Callable[[bool], None]) -> None:
        """Have `callback(abandoned)` called on cancellation, at once if that has happened already."""
        with self._lock:
            self._listeners[who] = callback
            late = self.cancelled
        if late:
            callback(self.abandoned)

    def forget(self, who: object) -> None:
        """Undo `listen`."""
        with self._lock:
            self._listeners.pop(who, None)

    def close(self) -> None:
        """Nothing is left below: the outer token need not know it any more."""
        if self._outer is not None:
            with self._outer._lock:
                self._outer._inner.pop(self, None)


class Scope(ABC):
    """The children of one call. Made by `Runtime.scope()`; not shared between tasks or threads."""

    def __init__(self, rt: Runtime) -> None:
        self._outer = rt.token
        self.token = Token(rt.token)
        self.runtime = rt.within(self.token)
        self._live: dict[Key, Any] = {}
        self._done: deque[tuple[Any, Item]] = deque()
        self._pending: Iterator[Job] | None = None
        self._free = 0
        self.spans: tuple[Recorder, list[OpenSpan]] | None = None
        """Of the children, if somebody records."""

    @property
    def live(self) -> int:
        """How many children are running."""
        return len(self._live)

    @abstractmethod
    def start(self, key: Key, fn: Callable[..., Awaitable[Any]], *args: Any) -> None:
        """Start `fn(rt, *args)` as a child, in its own copy of the context.

        `rt` is the runtime inside this scope. Raises `ValueError` if a child with this key is running.
        """

    def start_all(self, jobs: Iterable[Job], limit: int | None = None) -> None:
        """Start every `(key, fn, *args)`, at most `limit` at a time. The next job is fetched only when it can start."""
        if limit is None:
            for job in jobs:
                self.start(*job)
        else:
            self._pending, self._free = iter(jobs), limit
            self._refill()

    def _refill(self) -> None:
        if self._pending is not None and self._free:
            free, self._free = self._free, 0
            for job in islice(self._pending, free):
                self.start(*job)

    async def next(self, seconds: float | None = None) -> tuple[Any, Item] | None:
        """The next outcome or chunk with its key; None if nothing is left, or that many seconds have passed."""
        self._refill()  # here, not when a place becomes free: who has enough takes no more
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            last = not self._live  # read before `_done`: a child hands over its outcome, then leaves
            if self._done:
                break
            if last:
                return None
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left < 1e-9:  # timers may be early by the clock's resolution
                return None
            await self._wait(left)
        key, item = self._done.popleft()
        if type(item) is Chunk:
            item.taken.set()
        else:
            self._free += 1
        return key, item

    def __aiter__(self) -> Scope:
        return self

    async def __anext__(self) -> tuple[Any, Item]:
        if self._pending is None and self._done and type(self._done[0][1]) is not Chunk:
            return self._done.popleft()  # the usual case, without a second coroutine
        item = await self.next()
        if item is None:
            raise StopAsyncIteration
        return item

    async def emit(self, key: Key, chunk: object) -> None:
        """Called in a child: hand out a part of its result, and wait until it has been taken."""
        taken = self.runtime.signal()
        self._done.append((key, Chunk(chunk, taken)))
        self._wake()
        await taken.wait()

    def abandon(self) -> None:
        """Cancel all children, and do not wait for the blocking calls among them when the block is left.

        Their threads run on, and what they return is dropped. Coroutines are cancelled and awaited as ever.
        """
        self._pending = None
        self.token.cancel(abandon=True)

    async def __aenter__(self) -> Scope:
        return self

    async def __aexit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        try:
            self._pending = None
            if self._live:
                self.token.cancel()
                await self._stop()
            if self._done and isinstance(error, Exception):
                self._mention(error)
        finally:
            self.token.close()
            if self.spans is not None:
                end_dropped(*self.spans)

    def _mention(self, raised: Exception) -> None:
        """Failures besides the one that is raised are not lost: it names them."""
        for key, item in self._done:
            error: BaseException | None = item.error if isinstance(item, Err) else None
            if isinstance(error, asyncio.CancelledError):
                error = error.__cause__  # of a blocking call that failed when it was no longer wanted
            if isinstance(error, Exception) and error is not raised:
                raised.add_note(f"branch {key!r} failed as well: {error!r}")

    @abstractmethod
    async def _wait(self, seconds: float | None) -> None:
        """Until there may be something new."""

    @abstractmethod
    def _wake(self, abandoned: bool = False) -> None: ...

    @abstractmethod
    async def _stop(self) -> None:
        """Until no child is left."""

"""The two ways in which the one core runs: on asyncio tasks, or on threads without any event loop.

All logic of this package is written once, as coroutines that await nothing but what a `Runtime` offers. Under
`AsyncRuntime` they suspend, as coroutines do. Under `ThreadRuntime` everything they await blocks the thread instead, so
such a coroutine never suspends and is driven to its end by a single `send(None)`: see `drive`.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, TypeAlias, TypeVar, cast

from fanout.outcome import Err
from fanout.recorder import OpenSpan, Recorder, current_recorder, current_span
from fanout.scope import Scope, Token

if TYPE_CHECKING:
    from fanout.step import Step

T = TypeVar("T")
Ended: TypeAlias = Callable[[BaseException | None], None]


def ignore(error: BaseException | None) -> None:
    """For a call under no limit."""


class Leaf(Protocol):
    """Some code of the user's, in one or both of its forms. `inline`: quick enough to run on the event loop."""

    @property
    def func(self) -> Callable[..., Any] | None: ...
    @property
    def afunc(self) -> Callable[..., Any] | None: ...
    @property
    def inline(self) -> bool: ...
    @property
    def name(self) -> str: ...


class Call(NamedTuple):
    """A `Leaf` and nothing else."""

    func: Callable[..., Any] | None
    afunc: Callable[..., Any] | None
    name: str
    inline: bool = False


class Limit(Protocol):
    """What is held around a leaf call; see `fanout.limits`. `order` puts all limits into one order for everybody."""

    order: int

    async def acquire(self, rt: Runtime, args: tuple[Any, ...]) -> None:
        """Wait until the call, which has these arguments, may be made."""

    def release(self, error: BaseException | None) -> None: ...


class Signal(Protocol):
    """Something one caller waits for and anybody, on any thread, can set."""

    def set(self) -> None: ...

    async def wait(self, seconds: float | None = None) -> bool:
        """True if it was set, False if that many seconds passed before."""


class Runtime(ABC):
    """How a step calls, sleeps, waits and starts children. One is made for each `invoke` or `ainvoke`."""

    def __init__(self) -> None:
        self.token = Token()
        self.limits: tuple[Limit, ...] = ()
        self.executor: Any = None

    def within(self, token: Token) -> Self:
        """The same runtime for the children of a scope."""
        inner = self._copy()
        inner.token = token
        return inner

    def _copy(self) -> Self:
        inner = object.__new__(type(self))
        inner.__dict__.update(self.__dict__)
        return inner

    def limited(self, limit: Limit) -> Self:
        """The same runtime, in which each leaf call also holds `limit`.

        A limit that is held already is not taken twice. All calls take limits in the same order, so that two of them
        cannot wait for each other.
        """
        inner = self._copy()
        inner.limits = tuple(sorted({*self.limits, limit}, key=lambda each: each.order))
        return inner

    def on(self, executor: Any) -> Self:
        """The same runtime, in which leaf calls run on `executor`."""
        inner = self._copy()
        inner.executor = executor
        return inner

    def call(self, leaf: Leaf, *args: Any) -> Awaitable[Any]:
        """Call the user's code, under the limits and on the executor of this runtime."""
        return self._limited(leaf, args) if self.limits else self._placed(leaf, args, ignore)

    def _placed(self, leaf: Leaf, args: tuple[Any, ...], ended: Ended) -> Awaitable[Any]:
        if self.executor is None or leaf.inline:
            return self._call(leaf, args, ended)
        from fanout.executors import submit

        return submit(self, leaf, args, ended)

    async def _limited(self, leaf: Leaf, args: tuple[Any, ...]) -> Any:
        recorder, span = current_recorder.get(), current_span.get()
        if recorder is not None and span is not None:
            recorder.state(span, "limited")
        release = await self._acquire(args)
        call = self._placed(leaf, args, release)
        return await (call if recorder is None or span is None else self._observe(recorder, span, leaf, call))

    async def _acquire(self, args: tuple[Any, ...]) -> Ended:
        """Take all limits. Returns what gives them back, however often and on whatever thread it is called."""
        held: list[Limit] = []

        def release(error: BaseException | None = None) -> None:
            while True:
                try:
                    limit = held.pop()
                except IndexError:
                    return
                limit.release(error)

        try:
            for limit in self.limits:
                await limit.acquire(self, args)
                held.append(limit)
        except BaseException:
            release()
            raise
        return release

    async def iterate(self, leaf: Leaf, *args: Any) -> AsyncGenerator[Any]:
        """The items of the iterator that the user's code returns, under the limits of this runtime."""
        release = await self._acquire(args)
        try:
            async with aclosing(self._items(leaf, args)) as items:
                async for item in items:
                    yield item
        except BaseException as error:
            release(error)
            raise
        else:
            release(None)

    def _items(self, leaf: Leaf, args: tuple[Any, ...]) -> AsyncGenerator[Any]:
        if self.executor is None or leaf.inline:
            return self._iterate(leaf, args)
        from fanout.executors import submit_items

        return submit_items(self, leaf, args)

    def observe(self, recorder: Recorder, span: OpenSpan, step: Step[Any, Any], value: Any) -> Awaitable[Any]:
        """Run a step and record its states."""
        call = step.run(self, value)
        is_leaf = step.func is not None or step.afunc is not None
        return self._observe(recorder, span, step, call) if is_leaf and not self.limits else call

    @property
    def awaits(self) -> bool:
        """Whether calling a coroutine function is nothing but awaiting it."""
        return False

    @abstractmethod
    def _observe(
        self, recorder: Recorder, span: OpenSpan, leaf: Leaf, call: Awaitable[Any]
    ) -> Awaitable[Any]:
        """Await the call of a leaf and record its states."""

    @abstractmethod
    def _call(self, leaf: Leaf, args: tuple[Any, ...], ended: Ended = ignore) -> Awaitable[Any]:
        """Call the user's code. `ended` is told the error, or None, when it has really ended, abandoned or not."""

    @abstractmethod
    def _iterate(self, leaf: Leaf, args: tuple[Any, ...]) -> AsyncGenerator[Any]: ...

    @abstractmethod
    async def sleep(self, seconds: float) -> None:
        """Wait. Ends at once with `asyncio.CancelledError` if the scope is cancelled."""

    @abstractmethod
    def scope(self) -> Scope:
        """A new scope below this one, to be used with `async with`."""

    @abstractmethod
    def signal(self) -> Signal:
        """A new signal for the caller to wait for."""

    def now(self) -> float:
        """Seconds on a monotonic clock, the virtual one in a simulation."""
        return time.monotonic()

    async def timeout(self, seconds: float, fn: Callable[..., Awaitable[T]], *args: Any) -> T:
        """`fn(rt, *args)`, but `TimeoutError` after `seconds`. A blocking call that is still running is abandoned."""
        async with self.scope() as scope:
            scope.start(None, fn, *args)
            got = await scope.next(seconds)
            if got is None:
                scope.abandon()
                raise TimeoutError(f"took longer than {seconds:g} s")
            if isinstance(got[1], Err):
                got[1].throw()
            return cast(T, got[1].value)


def drive(awaitable: Awaitable[T]) -> T:
    """Run a coroutine that never suspends to its end."""
    coro = cast("Coroutine[Any, Any, T]", awaitable)
    try:
        coro.send(None)
    except StopIteration as stop:
        return cast(T, stop.value)
    coro.close()
    raise RuntimeError("a step awaited something that is not the runtime's: use ainvoke()")

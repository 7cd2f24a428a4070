"""The leaves: steps that call the user's code, and how anything becomes a step."""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing
from typing import Any, overload

from fanout.parts import join
from fanout.runtime import Call, Runtime, drive
from fanout.step import Step
from fanout.steplike import I, O, RunnableLike

_QUICK = (operator.itemgetter, operator.attrgetter, operator.methodcaller)


class Lambda(Step[I, O]):
    """A function as a step.

    `func` may be an ordinary function, a coroutine function, or a generator function of either kind, whose items are
    then the parts of its result. With `afunc`, `func` serves `invoke` and `afunc` serves `ainvoke`.

    An ordinary function runs on a thread of its own under `ainvoke`. `inline=True` calls it on the event loop instead:
    right for what takes microseconds, wrong for anything that waits. A coroutine function alone cannot be used by
    `invoke`, which has no event loop to run it on: that is a `TypeError`.
    """

    @overload
    def __init__(self, func: Callable[[I], AsyncIterator[O]], *, name: str | None = None) -> None: ...
    @overload
    def __init__(self, func: Callable[[I], Awaitable[O]], *, name: str | None = None) -> None: ...
    @overload
    def __init__(
        self,
        func: Callable[[I], O],
        afunc: Callable[[I], Awaitable[O]] | None = None,
        *,
        inline: bool = False,
        name: str | None = None,
    ) -> None: ...
    def __init__(
        self,
        func: Callable[[I], Any],
        afunc: Callable[[I], Any] | None = None,
        *,
        inline: bool = False,
        name: str | None = None,
    ) -> None:
        if not callable(func):
            raise TypeError(f"Lambda needs a function, not {func!r}")
        only_async = afunc is None and _is(func, inspect.iscoroutinefunction, inspect.isasyncgenfunction)
        self.func = None if only_async else func
        self.afunc = func if only_async else afunc
        self.inline = inline or isinstance(func, _QUICK)
        self._generates = _is(func, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
        agenerates = afunc is not None and _is(afunc, inspect.isasyncgenfunction)
        if afunc is not None and agenerates != self._generates:
            raise TypeError("func and afunc must both be generator functions, or neither")
        self._name = name or str(getattr(func, "__name__", type(func).__name__))

    @property
    def name(self) -> str:
        return self._name

    @property
    def code(self) -> object:
        return self.func or self.afunc

    def __repr__(self) -> str:
        return f"Lambda({self._name})"

    def run(self, rt: Runtime, value: I) -> Awaitable[O]:
        return self._join(rt, value) if self._generates else rt.call(self, value)

    async def _join(self, rt: Runtime, value: I) -> Any:
        return join([chunk async for chunk in self.chunks(rt, value)])

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        if not self._generates:
            yield await rt.call(self, value)
            return
        async with aclosing(rt.iterate(self, value)) as stream:
            async for chunk in stream:
                yield chunk


class Foreign(Lambda[I, O]):
    """A LangChain `Runnable` (or whatever else has `invoke` and `ainvoke`) as a step."""

    transforms = True

    def __init__(self, runnable: RunnableLike[I, O]) -> None:
        get_name = getattr(runnable, "get_name", None)
        super().__init__(
            runnable.invoke, runnable.ainvoke, name=str(get_name()) if get_name else type(runnable).__name__
        )
        self.runnable: Any = runnable

    @property
    def code(self) -> object:
        return (
            getattr(self.runnable, "func", None)
            or getattr(self.runnable, "afunc", None)
            or type(self.runnable)
        )

    def __repr__(self) -> str:
        return repr(self.runnable)

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        stream, astream = getattr(self.runnable, "stream", None), getattr(self.runnable, "astream", None)
        if stream is None or astream is None:
            yield await self.run(rt, value)
            return
        async with aclosing(rt.iterate(Call(stream, astream, self.name), value)) as parts:
            async for part in parts:
                yield part

    async def transform(self, rt: Runtime, source: AsyncIterator[Any]) -> AsyncGenerator[Any]:
        transform, atransform = (
            getattr(self.runnable, "transform", None),
            getattr(self.runnable, "atransform", None),
        )
        if transform is None or atransform is None:
            parts = super().transform(rt, source)
        else:
            call = Call(lambda source: transform(_blocking(source)), atransform, self.name)
            parts = rt.iterate(call, source)
        async with aclosing(parts):
            async for part in parts:
                yield part


def _blocking(source: AsyncIterator[O]) -> Iterator[O]:
    """What comes from our own async generator on threads: it never suspends."""
    try:
        while True:
            yield drive(source.__anext__())
    except StopAsyncIteration:
        return


def to_step(thing: Any) -> Step[Any, Any]:
    """Make a step of a function, a mapping (a `Parallel`), or a LangChain Runnable; a step stays what it is.

    Raises `TypeError` for anything else.
    """
    if isinstance(thing, Step):
        return thing
    if isinstance(thing, Mapping):
        from fanout.parallel import Parallel

        return Parallel(thing)
    if callable(getattr(thing, "invoke", None)) and callable(getattr(thing, "ainvoke", None)):
        return Foreign(thing)
    if callable(thing):
        return Lambda(thing)
    raise TypeError(
        f"{thing!r} cannot be a step: give a step, a function, a mapping, or a LangChain Runnable "
        f"(for a constant: Lambda(lambda _: {thing!r}))"
    )


def _is(func: Callable[..., Any], *kinds: Callable[[Any], bool]) -> bool:
    """Whether a function, what a `partial` holds, or the `__call__` of an object is of one of these kinds."""
    while isinstance(func, functools.partial):
        func = func.func
    call = type(func).__call__
    return any(kind(func) or kind(call) for kind in kinds)

"""`Step`: the unit of everything here, and the verbs that all steps share.

A step takes one value and returns one value. Whoever writes a new kind of step writes `run`, a coroutine that awaits
nothing but its runtime and other steps; `invoke`, `ainvoke`, `batch`, `stream` and their twins follow from it.
The names, and what `|` accepts, are LangChain's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Mapping,
)
from contextlib import aclosing
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    Literal,
    cast,
    overload,
)

from fanout.async_runtime import AsyncRuntime
from fanout.outcome import Outcomes
from fanout.parts import join
from fanout.runtime import Runtime, drive
from fanout.spans import enter, enter_chunks
from fanout.steplike import I, O, P, RunnableLike
from fanout.thread_runtime import ThreadRuntime
from fanout.verbs import Verbs

if TYPE_CHECKING:
    from fanout.map import Map


class Step(Verbs[I, O], ABC, Generic[I, O]):
    """Takes an `I`, returns an `O`, in one of two ways: blocking (`invoke`) or on asyncio (`ainvoke`)."""

    kind: ClassVar[str] = "step"
    """What a trace calls it."""
    transforms: ClassVar[bool] = False
    """Whether `transform` can begin before its input is complete."""
    func: Callable[..., Any] | None = None
    afunc: Callable[..., Any] | None = None
    """The user's code, blocking and as a coroutine function, of which this step is nothing but the call: of a leaf."""
    inline: bool = False
    """Whether `func` is quick enough to be called on the event loop."""

    @property
    def name(self) -> str:
        """What errors and traces call it."""
        return type(self).__name__

    @property
    def code(self) -> object:
        """The function in which a reader would look for what it does; None if it is made of other steps."""
        return None

    # ---- what a kind of step writes

    @abstractmethod
    def run(self, rt: Runtime, value: I) -> Awaitable[O]:
        """The step itself, written for both runtimes."""

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        """The result in parts, as they come. By default the whole result as one part."""
        yield await self.run(rt, value)

    async def transform(self, rt: Runtime, source: AsyncIterator[Any]) -> AsyncGenerator[Any]:
        """The result in parts, for an input that comes in parts. By default waits for the whole input."""
        async with aclosing(self.chunks(rt, join([chunk async for chunk in source]))) as stream:
            async for chunk in stream:
                yield chunk

    # ---- what everybody calls

    def invoke(self, value: I) -> O:
        """Run on threads and wait for the result. Uses no event loop, so it also works where one is running."""
        return drive(enter(ThreadRuntime(), self, value))

    async def ainvoke(self, value: I) -> O:
        """Run on the running event loop. Blocking functions run on threads of their own."""
        return await enter(AsyncRuntime(), self, value)

    @overload
    def batch(
        self, values: Iterable[I], *, limit: int | None = None, errors: Literal["raise"] = "raise"
    ) -> list[O]: ...
    @overload
    def batch(
        self, values: Iterable[I], *, limit: int | None = None, errors: Literal["collect"]
    ) -> Outcomes[O]: ...
    def batch(self, values: Iterable[I], *, limit: int | None = None, errors: Any = "raise") -> Any:
        """Run on every value, `limit` at a time: `map(limit=…).invoke(values)`."""
        return self.map(limit=limit, errors=errors).invoke(values)

    @overload
    async def abatch(
        self, values: Iterable[I], *, limit: int | None = None, errors: Literal["raise"] = "raise"
    ) -> list[O]: ...
    @overload
    async def abatch(
        self, values: Iterable[I], *, limit: int | None = None, errors: Literal["collect"]
    ) -> Outcomes[O]: ...
    async def abatch(self, values: Iterable[I], *, limit: int | None = None, errors: Any = "raise") -> Any:
        """Run on every value, `limit` at a time: `map(limit=…).ainvoke(values)`."""
        return await self.map(limit=limit, errors=errors).ainvoke(values)

    def stream(self, value: I) -> Generator[Any]:
        """The result in parts as they come; a `Parallel` gives `{key: part}`. Closing the generator cancels it."""
        stream = enter_chunks(ThreadRuntime(), self, value)
        try:
            while True:
                yield drive(stream.__anext__())
        except StopAsyncIteration:
            pass
        finally:
            drive(stream.aclose())

    async def astream(self, value: I) -> AsyncGenerator[Any]:
        """`stream` on the running event loop. Close it (`contextlib.aclosing`) when you leave early."""
        async with aclosing(enter_chunks(AsyncRuntime(), self, value)) as stream:
            async for chunk in stream:
                yield chunk

    def __call__(self, value: I, config: object = None) -> O:
        """The same as `invoke(value)`.

        This is also how LangChain takes a step: `prompt | step` wraps whatever is callable. LangChain passes its
        config, and then gets a Runnable to run in its own way, so that callbacks and `ainvoke` work as they should.
        """
        if config is None:
            return self.invoke(value)
        from fanout.langchain import as_runnable

        return cast(O, as_runnable(self))

    # ---- how steps are put together

    @overload
    def __or__(self, other: Step[O, P]) -> Step[I, P]: ...
    @overload
    def __or__(self, other: RunnableLike[O, P]) -> Step[I, P]: ...
    @overload
    def __or__(self, other: Callable[[O], AsyncIterator[P]]) -> Step[I, P]: ...
    @overload
    def __or__(self, other: Callable[[O], Awaitable[P]]) -> Step[I, P]: ...
    @overload
    def __or__(self, other: Callable[[O], P]) -> Step[I, P]: ...
    @overload
    def __or__(self, other: Mapping[str, Any]) -> Step[I, dict[str, Any]]: ...
    def __or__(self, other: Any) -> Any:
        return sequence(self, other)

    def __ror__(self, other: Any) -> Step[Any, O]:
        return sequence(other, self)

    def pipe(self, *others: Any) -> Step[I, Any]:
        """`self | other | …`"""
        return sequence(self, *others)

    def assign(self, **branches: Any) -> Step[I, dict[str, Any]]:
        """Add to the mapping this step returns what the branches, each given that mapping, make of it."""
        from fanout.shape import assign

        return sequence(self, assign(**branches))

    def pick(self, keys: str | list[str]) -> Step[I, Any]:
        """Of the mapping this step returns, the value of one key, or a mapping of only these keys."""
        from fanout.shape import pick

        return sequence(self, pick(keys))

    def map(self, *, limit: int | None = None, errors: Literal["raise", "collect"] = "raise") -> Map[I, O]:
        """A step that takes many values and runs this one on each; see `Map`."""
        from fanout.map import Map

        return Map(self, limit=limit, errors=errors)

    def batch_as_completed(
        self, values: Iterable[I], *, limit: int | None = None
    ) -> Generator[tuple[int, O]]:
        """Run on every value and give `(index, result)` as each is ready. Raises the first failure."""
        stream = self.map(limit=limit).items(ThreadRuntime(), values)
        try:
            while True:
                index, outcome = drive(stream.__anext__())
                yield index, outcome.unwrap()
        except StopAsyncIteration:
            pass
        finally:
            drive(stream.aclose())

    async def abatch_as_completed(
        self, values: Iterable[I], *, limit: int | None = None
    ) -> AsyncGenerator[tuple[int, O]]:
        """`batch_as_completed` on the running event loop."""
        async with aclosing(self.map(limit=limit).items(AsyncRuntime(), values)) as stream:
            async for index, outcome in stream:
                yield index, outcome.unwrap()


def sequence(*steps: Any) -> Step[Any, Any]:
    """`Sequence(*steps)`, which is itself a step and so cannot be imported above."""
    from fanout.sequence import Sequence

    return Sequence(*steps)

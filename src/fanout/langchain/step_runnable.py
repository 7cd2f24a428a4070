"""Any step of `fanout` as a LangChain Runnable."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any, TypeVar

from langchain_core.runnables import Runnable, RunnableConfig

from fanout import Step
from fanout.async_runtime import AsyncRuntime
from fanout.langchain.tracer import active_tracer
from fanout.leaf import to_step
from fanout.recorder import open_span
from fanout.runtime import drive
from fanout.steplike import StepLike
from fanout.thread_runtime import ThreadRuntime

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


def as_runnable(step: StepLike[I, O], name: str | None = None) -> Runnable[I, O]:
    """A step (or what can become one) as a LangChain Runnable: one run in the callbacks, streaming included.

    Runnables inside the step find the config of the run, so their callbacks are its children. The step keeps its own
    limits: `max_concurrency` of the config counts for `batch` alone.
    """
    return StepRunnable(to_step(step), name)


class StepRunnable(Runnable[I, O]):
    """What `as_runnable` returns."""

    def __init__(self, step: Step[I, O], name: str | None = None) -> None:
        self.step = step
        self.name = name

    def __repr__(self) -> str:
        return f"as_runnable({self.step!r})"

    def get_name(self, suffix: str | None = None, *, name: str | None = None) -> str:
        return super().get_name(suffix, name=name or self.name or self.step.name)

    def invoke(self, input: I, config: RunnableConfig | None = None, **kwargs: Any) -> O:
        return self._call_with_config(self._run, input, config)

    async def ainvoke(self, input: I, config: RunnableConfig | None = None, **kwargs: Any) -> O:
        return await self._acall_with_config(self._arun, input, config)

    def stream(self, input: I, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[O]:
        return self.transform(iter([input]), config)

    async def astream(
        self, input: I, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[O]:
        async def source() -> AsyncIterator[I]:
            yield input

        async for chunk in self.atransform(source(), config):
            yield chunk

    def transform(
        self, input: Iterator[I], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[O]:
        yield from self._transform_stream_with_config(input, self._chunks, config)

    async def atransform(
        self, input: AsyncIterator[I], config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[O]:
        async for chunk in self._atransform_stream_with_config(input, self._achunks, config):
            yield chunk

    def _run(self, value: I) -> O:
        if self._is_recorded():
            return drive(self.step.run(ThreadRuntime(), value))
        return self.step.invoke(value)

    async def _arun(self, value: I) -> O:
        if self._is_recorded():
            return await self.step.run(AsyncRuntime(), value)
        return await self.step.ainvoke(value)

    def _is_recorded(self) -> bool:
        """Has a tracer of LangChain's runs a span for this one? Then the engine needs none of its own."""
        span = open_span()
        if active_tracer.get() is None or span is None:
            return False
        span.kind, span.code = self.step.kind, self.step
        return True

    def _chunks(self, source: Iterator[I]) -> Iterator[O]:
        yield from self.step.stream(_sum(list(source)))

    async def _achunks(self, source: AsyncIterator[I]) -> AsyncIterator[O]:
        async with aclosing(self.step.astream(_sum([chunk async for chunk in source]))) as stream:
            async for chunk in stream:
                yield chunk


def _sum(chunks: list[Any]) -> Any:
    """The whole input, put together as LangChain does it: by `+`, or else the last."""
    total = chunks[0] if chunks else None
    for chunk in chunks[1:]:
        try:
            total = total + chunk
        except TypeError:
            total = chunk
    return total

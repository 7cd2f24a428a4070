"""`fanout` inside LangChain: any step as a Runnable, and a `RunnableParallel` that runs on this engine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any, TypeVar

from langchain_core.callbacks import AsyncCallbackManagerForChainRun, CallbackManagerForChainRun
from langchain_core.runnables import Runnable, RunnableConfig, base
from langchain_core.runnables.config import (
    _set_config_context,
    ensure_config,
    get_async_callback_manager_for_config,
    get_callback_manager_for_config,
    patch_config,
)
from langchain_core.runnables.utils import AddableDict, Input
from langchain_core.utils.aiter import atee
from langchain_core.utils.iter import safetee

from fanout import Lambda, Parallel, Step
from fanout.async_runtime import AsyncRuntime
from fanout.langchain.tracer import active_tracer, handed_over
from fanout.leaf import to_step
from fanout.recorder import current_recorder, current_span, open_span
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


class RunnableParallel(base.RunnableParallel[Input]):
    """LangChain's `RunnableParallel`, run by `fanout.Parallel`: a drop-in with the same API, callbacks and schemas.

    What is different, on purpose:

    * The first failure cancels the other branches and is raised when they have stopped. LangChain's `ainvoke` raises
      at once and lets them run on; its `invoke` still starts what was queued.
    * That is the first failure in time, also under `invoke`, where LangChain takes the first in the order of keys.
    * `max_concurrency` bounds the branches of a call under `ainvoke` and `astream` too. Without it, `invoke` starts
      all branches at once, where LangChain has a pool of `min(32, cores + 4)` threads.
    * An error carries a note that names the branch.
    """

    def invoke(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> dict[str, Any]:
        config = ensure_config(config)
        run = get_callback_manager_for_config(config).on_chain_start(
            None, input, name=config.get("run_name") or self.get_name(), run_id=config.pop("run_id", None)
        )
        try:
            with _engine(self._calls(config, run), config) as parallel:
                output: dict[str, Any] = parallel.invoke(input)
        except BaseException as error:
            run.on_chain_error(error)
            raise
        run.on_chain_end(output)
        return output

    async def ainvoke(
        self, input: Input, config: RunnableConfig | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        config = ensure_config(config)
        run = await get_async_callback_manager_for_config(config).on_chain_start(
            None, input, name=config.get("run_name") or self.get_name(), run_id=config.pop("run_id", None)
        )
        try:
            with _engine(self._calls(config, run), config) as parallel:
                output: dict[str, Any] = await parallel.ainvoke(input)
        except BaseException as error:
            await run.on_chain_error(error)
            raise
        await run.on_chain_end(output)
        return output

    def _calls(self, config: RunnableConfig, run: Any) -> dict[str, Lambda[Any, Any]]:
        def branch(key: str, step: Runnable[Input, Any]) -> Lambda[Any, Any]:
            child = patch_config(config, callbacks=run.get_child(f"map:key:{key}"))
            enter = _Entrance(child)

            def call(value: Input) -> Any:
                enter()
                return step.invoke(value, child)

            async def acall(value: Input) -> Any:
                enter()
                return await step.ainvoke(value, child)

            return Lambda(call, acall, name=step.get_name())

        return {key: branch(key, step) for key, step in self.steps__.items()}

    def _transform(
        self, inputs: Iterator[Input], run_manager: CallbackManagerForChainRun, config: RunnableConfig
    ) -> Iterator[AddableDict]:
        sources = safetee(inputs, len(self.steps__), lock=threading.Lock())

        def branch(key: str, step: Runnable[Input, Any], source: Iterator[Input]) -> Callable[[Any], Any]:
            child = patch_config(config, callbacks=run_manager.get_child(f"map:key:{key}"))
            enter = _Entrance(child)

            def chunks(_: Any) -> Iterator[Any]:
                enter()
                yield from step.transform(source, child)

            return chunks

        steps = {
            key: branch(key, step, source)
            for (key, step), source in zip(self.steps__.items(), sources, strict=True)
        }
        with _engine(steps, config) as parallel:
            for part in parallel.stream(None):
                yield AddableDict(part)

    async def _atransform(
        self,
        inputs: AsyncIterator[Input],
        run_manager: AsyncCallbackManagerForChainRun,
        config: RunnableConfig,
    ) -> AsyncIterator[AddableDict]:
        sources = atee(inputs, len(self.steps__), lock=asyncio.Lock())

        def branch(
            key: str, step: Runnable[Input, Any], source: AsyncIterator[Input]
        ) -> Callable[[Any], Any]:
            child = patch_config(config, callbacks=run_manager.get_child(f"map:key:{key}"))
            enter = _Entrance(child)

            async def chunks(_: Any) -> AsyncIterator[Any]:
                enter()
                async for chunk in step.atransform(source, child):
                    yield chunk

            return chunks

        steps = {
            key: branch(key, step, source)
            for (key, step), source in zip(self.steps__.items(), sources, strict=True)
        }
        with _engine(steps, config) as parallel:
            async with aclosing(parallel.astream(None)) as stream:
                async for part in stream:
                    yield AddableDict(part)


class _Entrance:
    """What a branch does first, in its own context: take over the config of its run."""

    def __init__(self, child: RunnableConfig) -> None:
        self.child, self.tracer = child, active_tracer.get()
        self.above = open_span()
        self.when = self.above.now() if self.above is not None else 0.0

    def __call__(self) -> None:
        _set_config_context(self.child)
        if self.tracer is not None:
            current_recorder.set(self.tracer.recorder)
            current_span.set(self.above)
            handed_over.set((self.above, self.when))


@contextmanager
def _engine(steps: dict[str, Any], config: RunnableConfig) -> Iterator[Parallel[Any, Any]]:
    """The engine for one call. Where LangChain's runs are traced, it does not record the same branches again."""
    recorder = current_recorder.get()
    if active_tracer.get() is not None:
        current_recorder.set(None)
    try:
        yield Parallel(steps, limit=config.get("max_concurrency"))
    finally:
        current_recorder.set(recorder)


def _sum(chunks: list[Any]) -> Any:
    """The whole input, put together as LangChain does it: by `+`, or else the last."""
    total = chunks[0] if chunks else None
    for chunk in chunks[1:]:
        try:
            total = total + chunk
        except TypeError:
            total = chunk
    return total

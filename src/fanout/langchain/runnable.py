"""A drop-in for LangChain's `RunnableParallel` that runs on this engine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

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

from fanout import Lambda, Parallel
from fanout.langchain.tracer import active_tracer, handed_over
from fanout.recorder import current_recorder, current_span, open_span


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

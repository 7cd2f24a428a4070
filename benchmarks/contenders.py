"""The same work, done by everybody: run `n` branches on one value and put the results into a dict."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda, RunnableParallel

from fanout import Parallel
from fanout.recorder import record

AsyncBranches = Mapping[str, Callable[[int], Coroutine[Any, Any, int]]]
Branches = Mapping[str, Callable[[int], int]]


async def anoop(value: int) -> int:
    return value


async def amillisecond(value: int) -> int:
    await asyncio.sleep(0.001)
    return value


def noop(value: int) -> int:
    return value


def millisecond(value: int) -> int:
    time.sleep(0.001)
    return value


class Minimal(Runnable[int, int]):
    """The cheapest Runnable there can be, to tell the cost of `RunnableParallel` from that of `RunnableLambda`."""

    def invoke(self, input: int, config: Any = None, **kwargs: Any) -> int:
        return input

    async def ainvoke(self, input: int, config: Any = None, **kwargs: Any) -> int:
        return input


def on_loop(
    function: Callable[[int], Coroutine[Any, Any, int]], n: int, langchain: bool = False
) -> dict[str, Any]:
    """Contenders on an event loop; `asyncio.gather` is the baseline."""
    branches: AsyncBranches = {f"b{index}": function for index in range(n)}
    parallel, limited = Parallel(branches), Parallel(branches, limit=100)

    async def gather() -> dict[str, int]:
        return dict(
            zip(branches, await asyncio.gather(*(branch(1) for branch in branches.values())), strict=True)
        )

    async def task_group() -> dict[str, int]:
        async with asyncio.TaskGroup() as group:
            tasks = {key: group.create_task(branch(1)) for key, branch in branches.items()}
        return {key: task.result() for key, task in tasks.items()}

    async def traced() -> dict[str, int]:
        with record():
            return await parallel.ainvoke(1)

    contenders: dict[str, Any] = {
        "asyncio.gather": gather,
        "asyncio.TaskGroup": task_group,
        "fanout": lambda: parallel.ainvoke(1),
        "fanout, traced": traced,
        "fanout, limit=100": lambda: limited.ainvoke(1),
    }
    if langchain:
        lambdas = RunnableParallel(dict.fromkeys(branches, RunnableLambda(noop, afunc=anoop)))
        minimal = RunnableParallel(dict.fromkeys(branches, Minimal()))
        contenders["LangChain, RunnableLambda"] = lambda: lambdas.ainvoke(1)
        contenders["LangChain, minimal Runnable"] = lambda: minimal.ainvoke(1)
    return contenders


def on_threads(function: Callable[[int], int], n: int, langchain: bool = False) -> dict[str, Any]:
    """Contenders on threads; a fresh `ThreadPoolExecutor(32)` is the baseline."""
    branches: Branches = {f"b{index}": function for index in range(n)}
    parallel = Parallel(branches)

    def pool() -> dict[str, int]:
        with ThreadPoolExecutor(32) as executor:
            futures = {key: executor.submit(branch, 1) for key, branch in branches.items()}
            return {key: future.result() for key, future in futures.items()}

    def traced() -> dict[str, int]:
        with record():
            return parallel.invoke(1)

    contenders: dict[str, Any] = {
        "ThreadPoolExecutor(32)": pool,
        "fanout": lambda: parallel.invoke(1),
        "fanout, traced": traced,
    }
    if langchain:
        lambdas = RunnableParallel(dict.fromkeys(branches, RunnableLambda(noop)))
        contenders["LangChain, RunnableLambda"] = lambda: lambdas.invoke(1)
    return contenders

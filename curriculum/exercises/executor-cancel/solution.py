import asyncio
import inspect
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

Branches = Mapping[str, Callable[[Any], Any]]


async def run_parallel(
    branches: Branches,
    value: Any,
    limit: int | None = None,
) -> dict[str, Any]:
    places = asyncio.Semaphore(limit) if limit else nullcontext()

    async def run(branch: Callable[[Any], Any]) -> Any:
        async with places:
            if inspect.iscoroutinefunction(branch):
                return await branch(value)
            return await asyncio.to_thread(branch, value)

    tasks = [asyncio.create_task(run(branch)) for branch in branches.values()]
    try:
        results = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return dict(zip(branches, results, strict=True))

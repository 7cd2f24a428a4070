import asyncio
import inspect
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

semaphores: dict[int, asyncio.Semaphore] = {}


async def run_parallel(
    branches: Mapping[str, Callable[[Any], Any]], value: Any, limit: int | None = None
) -> dict[str, Any]:
    places = semaphores.setdefault(limit, asyncio.Semaphore(limit)) if limit else nullcontext()

    async def run(branch: Callable[[Any], Any]) -> Any:
        async with places:
            if inspect.iscoroutinefunction(branch):
                return await branch(value)
            return await asyncio.to_thread(branch, value)

    results = await asyncio.gather(*(run(branch) for branch in branches.values()))
    return dict(zip(branches, results, strict=True))

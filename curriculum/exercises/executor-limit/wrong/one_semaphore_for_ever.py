import asyncio
import inspect
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

semaphores: dict[int, asyncio.Semaphore] = {}

Branches = Mapping[str, Callable[[Any], Any]]


async def run_parallel(
    branches: Branches,
    value: Any,
    limit: int | None = None,
) -> dict[str, Any]:
    places = nullcontext()
    if limit:
        places = semaphores.setdefault(limit, asyncio.Semaphore(limit))

    async def run(branch: Callable[[Any], Any]) -> Any:
        async with places:
            if inspect.iscoroutinefunction(branch):
                return await branch(value)
            return await asyncio.to_thread(branch, value)

    runs = (run(branch) for branch in branches.values())
    results = await asyncio.gather(*runs)
    return dict(zip(branches, results, strict=True))

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

    async with asyncio.TaskGroup() as group:
        runs = [run(branch) for branch in branches.values()]
        tasks = [group.create_task(one) for one in runs]
    return dict(zip(branches, (task.result() for task in tasks), strict=True))

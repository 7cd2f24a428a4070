import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any

Branches = Mapping[str, Callable[[Any], Any]]


async def run_parallel(
    branches: Branches,
    value: Any,
    limit: int | None = None,
) -> dict[str, Any]:
    async def run(branch: Callable[[Any], Any]) -> Any:
        if inspect.iscoroutinefunction(branch):
            return await branch(value)
        return await asyncio.to_thread(branch, value)

    queue = list(branches.values())
    size = limit or max(1, len(queue))
    results: list[Any] = []
    for first in range(0, len(queue), size):
        chunk = queue[first : first + size]
        results += await asyncio.gather(*(run(branch) for branch in chunk))
    return dict(zip(branches, results, strict=True))

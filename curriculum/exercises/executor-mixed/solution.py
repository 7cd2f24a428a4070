import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any


async def run_parallel(branches: Mapping[str, Callable[[Any], Any]], value: Any) -> dict[str, Any]:
    async def run(branch: Callable[[Any], Any]) -> Any:
        if inspect.iscoroutinefunction(branch):
            return await branch(value)
        return await asyncio.to_thread(branch, value)

    results = await asyncio.gather(*(run(branch) for branch in branches.values()))
    return dict(zip(branches, results, strict=True))

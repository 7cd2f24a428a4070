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
    # zh: TODO：同时在途的分支不超过 `limit` 条
    # en: TODO: never more than `limit` branches in flight

    async def run(branch: Callable[[Any], Any]) -> Any:
        if inspect.iscoroutinefunction(branch):
            return await branch(value)
        return await asyncio.to_thread(branch, value)

    runs = (run(branch) for branch in branches.values())
    results = await asyncio.gather(*runs)
    return dict(zip(branches, results, strict=True))

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

Branches = Mapping[str, Callable[[Any], Any]]


async def run_parallel(branches: Branches, value: Any) -> dict[str, Any]:
    async def run(branch: Callable[[Any], Any]) -> Any:
        # zh: TODO：协程函数就 `await`，普通函数就委派
        # en: TODO: await a coroutine function, delegate an ordinary one
        return await branch(value)

    runs = (run(branch) for branch in branches.values())
    results = await asyncio.gather(*runs)
    return dict(zip(branches, results, strict=True))

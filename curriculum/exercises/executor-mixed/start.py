import asyncio
from collections.abc import Callable, Mapping
from typing import Any


async def run_parallel(branches: Mapping[str, Callable[[Any], Any]], value: Any) -> dict[str, Any]:
    async def run(branch: Callable[[Any], Any]) -> Any:
        # TODO: await a coroutine function, delegate an ordinary one
        return await branch(value)

    results = await asyncio.gather(*(run(branch) for branch in branches.values()))
    return dict(zip(branches, results, strict=True))

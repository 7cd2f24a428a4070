import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Branches = Mapping[str, Callable[[Any], Awaitable[Any]]]


async def run_parallel(branches: Branches, value: Any) -> dict[str, Any]:
    results: dict[str, Any] = {}

    async def run(key: str) -> None:
        results[key] = await branches[key](value)

    await asyncio.gather(*(run(key) for key in branches))
    return results

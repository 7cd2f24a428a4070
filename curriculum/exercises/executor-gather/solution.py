import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Branches = Mapping[str, Callable[[Any], Awaitable[Any]]]


async def run_parallel(branches: Branches, value: Any) -> dict[str, Any]:
    runs = (branch(value) for branch in branches.values())
    results = await asyncio.gather(*runs)
    return dict(zip(branches, results, strict=True))

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any


async def run_parallel(branches: Mapping[str, Callable[[Any], Awaitable[Any]]], value: Any) -> dict[str, Any]:
    results = await asyncio.gather(*(branch(value) for branch in branches.values()))
    return dict(zip(branches, results, strict=True))

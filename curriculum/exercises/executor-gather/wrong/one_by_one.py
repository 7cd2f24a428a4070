from collections.abc import Awaitable, Callable, Mapping
from typing import Any


async def run_parallel(branches: Mapping[str, Callable[[Any], Awaitable[Any]]], value: Any) -> dict[str, Any]:
    return {key: await branch(value) for key, branch in branches.items()}

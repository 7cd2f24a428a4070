from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Branches = Mapping[str, Callable[[Any], Awaitable[Any]]]


async def run_parallel(branches: Branches, value: Any) -> dict[str, Any]:
    return {key: await branch(value) for key, branch in branches.items()}

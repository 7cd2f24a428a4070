from collections.abc import Callable, Mapping
from typing import Any

Branches = Mapping[str, Callable[[Any], Any]]


async def run_parallel(
    branches: Branches,
    value: Any,
    limit: int | None = None,
) -> dict[str, Any]:
    raise NotImplementedError  # TODO

from collections.abc import Callable, Mapping
from typing import Any


async def run_parallel(
    branches: Mapping[str, Callable[[Any], Any]], value: Any, limit: int | None = None
) -> dict[str, Any]:
    raise NotImplementedError  # TODO

from collections.abc import Awaitable, Callable
from typing import Any

from langchain_core.runnables import Runnable


def build(
    search: Callable[[str], list[str]],
    recall: Callable[[str], Awaitable[str]],
    classify: Callable[[str], str],
) -> Runnable[dict[str, str], dict[str, Any]]:
    raise NotImplementedError  # TODO

from collections.abc import Awaitable, Callable
from typing import Any

from langchain_core.runnables import Runnable, RunnableParallel


def build(
    search: Callable[[str], list[str]],
    recall: Callable[[str], Awaitable[str]],
    classify: Callable[[str], str],
) -> Runnable[dict[str, str], dict[str, Any]]:
    return RunnableParallel(documents=search, memory=recall, kind=classify)

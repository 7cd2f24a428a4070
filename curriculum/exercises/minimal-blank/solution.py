from collections.abc import Awaitable, Callable
from operator import itemgetter
from typing import Any

from langchain_core.runnables import (
    Runnable,
    RunnableLambda,
    RunnableParallel,
)


def build(
    search: Callable[[str], list[str]],
    recall: Callable[[str], Awaitable[str]],
    classify: Callable[[str], str],
) -> Runnable[dict[str, str], dict[str, Any]]:
    return RunnableParallel(
        documents=itemgetter("question") | RunnableLambda(search),
        memory=itemgetter("user") | RunnableLambda(recall),
        kind=itemgetter("question") | RunnableLambda(classify),
    )

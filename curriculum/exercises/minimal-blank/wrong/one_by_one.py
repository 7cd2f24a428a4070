from collections.abc import Awaitable, Callable
from operator import itemgetter
from typing import Any

from langchain_core.runnables import (
    Runnable,
    RunnableLambda,
    RunnablePassthrough,
)


def build(
    search: Callable[[str], list[str]],
    recall: Callable[[str], Awaitable[str]],
    classify: Callable[[str], str],
) -> Runnable[dict[str, str], dict[str, Any]]:
    add = RunnablePassthrough.assign
    return (
        add(documents=itemgetter("question") | RunnableLambda(search))
        | add(memory=itemgetter("user") | RunnableLambda(recall))
        | add(kind=itemgetter("question") | RunnableLambda(classify))
        | RunnablePassthrough().pick(["documents", "memory", "kind"])
    )

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from langchain_core.runnables import (
    Runnable,
    RunnableLambda,
    RunnablePassthrough,
)

LookUp = Callable[[str], Any]
# zh: TODO：把下面的两个空都填上
# en: TODO: replace both blanks below
___: Any = None


def build(find_order: LookUp, find_customer: LookUp) -> Runnable[dict, dict]:
    return RunnablePassthrough.___(
        order=itemgetter("order_id") | RunnableLambda(find_order),
        customer=___ | RunnableLambda(find_customer),
    )

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from langchain_core.runnables import (
    Runnable,
    RunnableLambda,
    RunnablePassthrough,
)

LookUp = Callable[[str], Any]


def build(find_order: LookUp, find_customer: LookUp) -> Runnable[dict, dict]:
    return RunnablePassthrough.assign(
        order=itemgetter("order_id") | RunnableLambda(find_order),
        customer=itemgetter("customer_id") | RunnableLambda(find_customer),
    )

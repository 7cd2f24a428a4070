from collections.abc import Callable
from operator import itemgetter
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough


def build(find_order: Callable[[str], Any], find_customer: Callable[[str], Any]) -> Runnable[dict, dict]:
    return RunnablePassthrough.assign(
        order=itemgetter("order_id") | RunnableLambda(find_order),
        customer=itemgetter("customer_id") | RunnableLambda(find_customer),
    )

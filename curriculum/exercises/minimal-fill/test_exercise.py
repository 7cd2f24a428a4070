import time
from typing import Any

from exercise import build

from fanout.clock import Simulation, simulate

MESSAGE = {"text": "Where is my parcel?", "order_id": "o7", "customer_id": "c3"}


def run() -> Simulation:
    def find_order(order_id: str) -> dict[str, Any]:
        assert order_id == "o7", f"find_order was called with {order_id!r}, the test expected 'o7'"
        time.sleep(0.3)
        return {"state": "sent"}

    def find_customer(customer_id: str) -> dict[str, Any]:
        assert customer_id == "c3", f"find_customer was called with {customer_id!r}, the test expected 'c3'"
        time.sleep(0.5)
        return {"name": "Lin"}

    return simulate(build(find_order, find_customer).invoke, dict(MESSAGE))


def test_looks_up_by_id() -> None:
    found = {key: run().value.get(key) for key in ("order", "customer")}
    expected = {"order": {"state": "sent"}, "customer": {"name": "Lin"}}
    assert found == expected, (
        f"Called build(...).invoke(message). It returned {found}, the test expected {expected}"
    )


def test_keeps_the_message() -> None:
    kept = {key: value for key, value in run().value.items() if key in MESSAGE}
    assert kept == MESSAGE, f"Of the message's fields {kept} were left, the test expected {MESSAGE}"


def test_overlaps() -> None:
    elapsed = run().elapsed
    assert elapsed == 0.5, f"Look-ups of 0.3 s and 0.5 s took {elapsed} s, the test expected 0.5 s"

import asyncio
import time
from collections.abc import Callable

from exercise import build

from fanout.clock import Simulation, simulate

MESSAGE = {"user": "lin", "question": "refund?"}


def run(seen: dict[str, object] | None = None) -> Simulation:
    note: Callable[[str, object], None] = (seen if seen is not None else {}).__setitem__

    def search(question: str) -> list[str]:
        note("search", question)
        time.sleep(0.6)
        return ["policy"]

    async def recall(user: str) -> str:
        note("recall", user)
        await asyncio.sleep(0.9)
        return "asked before"

    def classify(question: str) -> str:
        note("classify", question)
        time.sleep(0.2)
        return "billing"

    return simulate(build(search, recall, classify).ainvoke(dict(MESSAGE)))


def test_each_gets_its_field() -> None:
    seen: dict[str, object] = {}
    run(seen)
    expected = {"search": "refund?", "recall": "lin", "classify": "refund?"}
    assert seen == expected, f"The functions were called with {seen}, the test expected {expected}"


def test_memory_is_an_answer() -> None:
    value = run().value["memory"]
    assert value == "asked before", (
        f"memory is {type(value).__name__}, the test expected the text 'asked before'"
    )


def test_keys_in_order() -> None:
    keys = list(run().value)
    assert keys == ["documents", "memory", "kind"], (
        f"The keys are {keys}, the test expected documents, memory, kind"
    )


def test_overlaps() -> None:
    elapsed = run().elapsed
    assert elapsed == 0.9, f"Waits of 0.6, 0.9 and 0.2 s took {elapsed} s, the test expected 0.9 s"

import asyncio
from collections.abc import Awaitable, Callable

from exercise import run_parallel

from fanout.clock import simulate


def waits(seconds: float) -> Callable[[str], Awaitable[str]]:
    async def branch(value: str) -> str:
        await asyncio.sleep(seconds)
        return f"{value} after {seconds}"

    return branch


BRANCHES = {"a": waits(0.3), "b": waits(0.1), "c": waits(0.2)}
EXPECTED = {"a": "q after 0.3", "b": "q after 0.1", "c": "q after 0.2"}


def test_returns_every_result() -> None:
    value = simulate(run_parallel(BRANCHES, "q")).value
    assert value == EXPECTED, (
        f"Called run_parallel(branches, 'q'). It returned {value}, the test expected {EXPECTED}"
    )


def test_keys_in_order() -> None:
    keys = list(simulate(run_parallel(BRANCHES, "q")).value)
    assert keys == ["a", "b", "c"], f"The keys are {keys}, the test expected ['a', 'b', 'c']"


def test_overlaps() -> None:
    elapsed = simulate(run_parallel(BRANCHES, "q")).elapsed
    assert elapsed == 0.3, f"Waits of 0.3, 0.1 and 0.2 s took {elapsed} s, the test expected 0.3 s"

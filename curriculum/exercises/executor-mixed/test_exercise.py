import asyncio
import time

from exercise import run_parallel

from fanout.clock import simulate


async def suspends(value: str) -> str:
    await asyncio.sleep(0.3)
    return f"{value} async"


def blocks(value: str) -> str:
    time.sleep(0.4)
    return f"{value} sync"


BRANCHES = {"a": suspends, "b": blocks, "c": blocks}
EXPECTED = {"a": "q async", "b": "q sync", "c": "q sync"}


def test_returns_every_result() -> None:
    value = simulate(run_parallel(BRANCHES, "q")).value
    assert value == EXPECTED, (
        f"Called run_parallel(branches, 'q'). It returned {value}, the test expected {EXPECTED}"
    )


def test_overlaps() -> None:
    elapsed = simulate(run_parallel(BRANCHES, "q")).elapsed
    assert elapsed == 0.4, f"Waits of 0.3, 0.4 and 0.4 s took {elapsed} s, the test expected 0.4 s"


def test_loop_never_stands_still() -> None:
    async def ticks_during_the_call() -> int:
        call = asyncio.create_task(run_parallel({"b": blocks}, "q"))
        ticks = 0
        while not call.done():
            await asyncio.sleep(0.1)
            ticks += 1
        return ticks

    ticks = simulate(ticks_during_the_call()).value
    assert ticks >= 4, (
        f"During a call of 0.4 s the loop ticked {ticks} times, the test expected 4 ticks of 0.1 s"
    )

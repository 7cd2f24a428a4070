"""Long runs: `make soak`. Many branches, many levels, many cancellations, many runs."""

from __future__ import annotations

import asyncio
import gc
import random
import threading
import tracemalloc
from typing import Any

import pytest

from fanout import Map, Parallel, Race, Step
from fanout.recorder import record

pytestmark = pytest.mark.soak


async def anoop(x: Any) -> Any:
    return x


def noop(x: Any) -> Any:
    return x


@pytest.mark.parametrize("limit", [None, 100])
def test_ten_thousand_branches(limit: int | None) -> None:
    expected = {f"b{i}": 1 for i in range(10_000)}
    assert asyncio.run(Parallel(dict.fromkeys(expected, anoop), limit=limit).ainvoke(1)) == expected
    assert Parallel(dict.fromkeys(expected, noop), limit=limit).invoke(1) == expected


def test_a_thousand_threads_at_once() -> None:
    barrier = threading.Barrier(1000)
    assert sorted(Map(lambda _: barrier.wait(120)).invoke(range(1000))) == list(range(1000))


def test_a_storm_of_cancellations_leaves_no_task_behind() -> None:
    async def leaf(_: Any) -> None:
        for _ in range(random.randrange(6)):
            await asyncio.sleep(0)
        if random.random() < 0.1:
            raise ValueError

    step: Step[Any, Any] = Parallel(a=Race(x=leaf, y=leaf), b=Parallel(c=leaf, d=leaf, limit=1), e=leaf)

    async def main() -> None:
        for _ in range(5_000):
            task = asyncio.create_task(step.ainvoke(None))
            for _ in range(random.randrange(12)):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.exception()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    random.seed(1)
    asyncio.run(main())


def test_a_hundred_thousand_runs_do_not_grow() -> None:
    on_loop, on_threads = Parallel(a=anoop, b=Parallel(c=anoop)), Parallel(a=noop, b=Parallel(c=noop))

    async def main(runs: int) -> None:
        for _ in range(runs):
            await on_loop.ainvoke(1)

    def runs(number: int) -> None:
        asyncio.run(main(number))
        for _ in range(number // 5):
            on_threads.invoke(1)
        gc.collect()

    runs(1_000)
    threads = threading.active_count()
    tracemalloc.start()
    runs(1_000)
    before, _ = tracemalloc.get_traced_memory()
    runs(100_000)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 100_000
    assert threading.active_count() <= threads + 2


def test_a_listener_that_fails_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def broken(what: str, span: Any) -> None:
        raise RuntimeError(what)

    with record(broken):
        assert asyncio.run(Map(anoop).ainvoke(range(1_000))) == list(range(1_000))
    assert len(caplog.records) == 1

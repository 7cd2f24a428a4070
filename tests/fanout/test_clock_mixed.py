"""Event loops and threads on one virtual clock, and what is built on both."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread

from fanout.clock import now, simulate


async def nap(seconds: float, value: Any = None) -> Any:
    await asyncio.sleep(seconds)
    return value


def test_an_asyncio_loop_and_a_real_thread_share_one_clock() -> None:
    async def work() -> list[object]:
        ended_at: list[float] = []

        def in_thread() -> None:
            time.sleep(0.3)
            ended_at.append(now())

        thread = threading.Thread(target=in_thread)
        thread.start()
        await nap(30)
        return [*ended_at, thread.is_alive(), now()]

    assert simulate(work).value == [0.3, False, 30.0]


def test_blocking_the_loop_blocks_all_of_its_tasks_and_no_thread() -> None:
    async def work() -> dict[str, float]:
        ends: dict[str, float] = {}

        async def task() -> None:
            await nap(1)
            ends["task"] = now()

        def in_thread() -> None:
            time.sleep(2)
            ends["thread"] = now()

        threading.Thread(target=in_thread).start()
        background = asyncio.create_task(task())
        await asyncio.sleep(0)
        time.sleep(5)  # noqa: ASYNC251
        await background
        return ends

    assert simulate(work).value == {"thread": 2.0, "task": 5.0}


def test_to_thread_and_run_in_executor() -> None:
    async def work() -> tuple[float, float]:
        await asyncio.gather(asyncio.to_thread(time.sleep, 2), nap(1))
        first = now()
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(3) as pool:
            await asyncio.gather(*(loop.run_in_executor(pool, time.sleep, 1) for _ in range(7)))
        return first, now()

    assert simulate(work).value == (2.0, 5.0)


def test_call_soon_threadsafe_wakes_an_idle_loop() -> None:
    async def work() -> tuple[str, float]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str] = loop.create_future()
        threading.Timer(4, lambda: loop.call_soon_threadsafe(answer.set_result, "done")).start()
        return await answer, now()

    assert simulate(work).value == ("done", 4.0)


def test_run_coroutine_threadsafe_from_a_thread() -> None:
    async def work() -> float:
        loop = asyncio.get_running_loop()

        def in_thread() -> float:
            time.sleep(1)
            asyncio.run_coroutine_threadsafe(nap(2), loop).result()
            return now()

        return await asyncio.to_thread(in_thread)

    assert simulate(work).value == 3.0


def test_asyncio_run_in_many_threads_at_once() -> None:
    def work() -> list[float]:
        def in_thread(number: int) -> float:
            asyncio.run(nap(number))
            return now()

        with ThreadPoolExecutor(5) as pool:
            return list(pool.map(in_thread, range(5)))

    assert simulate(work).value == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_a_task_that_only_yields_moves_time() -> None:
    async def work() -> float:
        flag: list[int] = []
        asyncio.get_running_loop().call_later(2, flag.append, 1)
        while not flag:  # noqa: ASYNC110
            await asyncio.sleep(0)
        return now()

    assert 2.0 <= simulate(work).value <= 2.005


def test_a_yielding_task_lets_threads_run() -> None:
    async def work() -> float:
        flag: list[int] = []
        threading.Timer(2, flag.append, (1,)).start()
        while not flag:  # noqa: ASYNC110
            await asyncio.sleep(0)
        return now()

    assert 2.0 <= simulate(work).value <= 2.005


def test_a_long_exchange_without_waits_takes_no_time() -> None:
    async def work() -> float:
        q: asyncio.Queue[int] = asyncio.Queue(maxsize=1)

        async def producer() -> None:
            for item in range(20_000):
                await q.put(item)

        task = asyncio.create_task(producer())
        for _ in range(20_000):
            await q.get()
        await task
        return now()

    assert simulate(work).value == 0.0


def test_ten_thousand_tasks_that_read_the_clock_take_no_time() -> None:
    async def reader() -> float:
        return time.perf_counter() + time.perf_counter()

    async def work() -> float:
        return sum(await asyncio.gather(*(reader() for _ in range(10_000))))

    assert simulate(work).value == 0.0


def test_anyio_runs_unchanged() -> None:
    async def work() -> list[float]:
        seen = []
        with anyio.move_on_after(2):
            await anyio.sleep(100)
        seen.append(now())
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 3)
            await anyio.to_thread.run_sync(time.sleep, 4)
        seen.append(now())
        await anyio.to_thread.run_sync(anyio.from_thread.run, anyio.sleep, 1)
        return [*seen, now()]

    assert simulate(work).value == [2.0, 6.0, 7.0]
    assert simulate(lambda: anyio.run(anyio.sleep, 5)).elapsed == 5.0


def test_a_blocking_portal() -> None:
    def work() -> float:
        with anyio.from_thread.start_blocking_portal() as portal:
            portal.call(anyio.sleep, 2)
            portal.start_task_soon(anyio.sleep, 3).result()
        return now()

    assert simulate(work).value == 5.0

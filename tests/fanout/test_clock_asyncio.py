"""Event loops on the virtual clock."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from fanout.clock import VirtualTimeError, now, simulate, virtual_time


async def nap(seconds: float, value: Any = None) -> Any:
    await asyncio.sleep(seconds)
    return value


def test_a_coroutine_and_an_async_function_take_virtual_time() -> None:
    assert simulate(nap(60, "a")).value == "a"
    run = simulate(nap, 3600, "b")
    assert (run.value, run.elapsed, run.settled) == ("b", 3600.0, 3600.0)


def test_any_awaitable_will_do() -> None:
    class Later:
        def __await__(self) -> Any:
            return nap(2, "later").__await__()

    run = simulate(Later())
    assert (run.value, run.elapsed) == ("later", 2.0)


def test_gather_takes_as_long_as_the_slowest() -> None:
    async def work() -> list[Any]:
        return await asyncio.gather(*(nap(n / 10, n) for n in range(10)))

    run = simulate(work)
    assert (run.value, run.elapsed) == (list(range(10)), 0.9)


def test_wait_for_and_timeout() -> None:
    async def work() -> list[float]:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(nap(10), 1.5)
        first = now()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await nap(10)
        return [first, now()]

    assert simulate(work).value == [1.5, 3.5]


def test_task_group_cancels_the_siblings_of_a_failure() -> None:
    cancelled_at = []

    async def sibling() -> None:
        try:
            await nap(100)
        finally:
            cancelled_at.append(now())

    async def fail() -> None:
        await nap(1)
        raise KeyError("on purpose")

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            for coroutine in (sibling(), fail(), sibling()):
                group.create_task(coroutine)

    with pytest.raises(ExceptionGroup) as caught:
        simulate(work)
    assert caught.group_contains(KeyError)
    assert cancelled_at == [1.0, 1.0]


def test_synchronisers_of_asyncio() -> None:
    async def work() -> list[float]:
        semaphore, event, ends = asyncio.Semaphore(2), asyncio.Event(), []

        async def worker() -> None:
            await event.wait()
            async with semaphore:
                await nap(3)
            ends.append(now())

        tasks = [asyncio.create_task(worker()) for _ in range(5)]
        await nap(1)
        event.set()
        await asyncio.wait(tasks)
        return ends

    assert simulate(work).value == [4.0, 4.0, 7.0, 7.0, 10.0]


def test_the_loops_own_time_and_timers() -> None:
    async def work() -> list[float]:
        loop, seen = asyncio.get_running_loop(), list[float]()
        loop.call_later(2, lambda: seen.append(loop.time()))
        loop.call_at(1, lambda: seen.append(loop.time()))
        loop.call_later(1.5, seen.append, -1.0).cancel()
        await nap(3)
        return seen

    assert simulate(work).value == [1.0, 2.0]


@pytest.mark.parametrize("start", [1e5, 1e7, 1e8, 9.1e8])
def test_timers_far_from_the_start_are_still_due(start: float) -> None:
    async def work() -> float:
        await nap(start)
        for _ in range(10):
            await nap(0.1)
        return now()

    assert simulate(work).value == pytest.approx(start + 1, abs=1e-5)


def test_tasks_left_behind_are_cancelled_as_asyncio_run_does() -> None:
    cleaned = []

    async def forgotten() -> None:
        try:
            await nap(100)
        finally:
            await nap(1)
            cleaned.append(now())

    async def work() -> None:
        background.append(asyncio.create_task(forgotten()))
        await nap(2)

    background: list[Any] = []
    run = simulate(work)
    assert cleaned == [3.0]
    assert (run.elapsed, run.settled) == (2.0, 3.0)


def test_orphans_in_the_default_executor_settle_later() -> None:
    ends = []

    def orphan() -> None:
        time.sleep(8)
        ends.append(now())

    async def work() -> str:
        asyncio.get_running_loop().run_in_executor(None, orphan)
        return str(await nap(1, "answer"))

    run = simulate(work)
    assert (run.value, run.elapsed, run.settled, ends) == ("answer", 1.0, 8.0, [8.0])


def test_async_generators_are_closed() -> None:
    closed = []

    async def numbers() -> AsyncIterator[int]:
        try:
            for number in range(10):
                await nap(1)
                yield number
        finally:
            closed.append(now())

    async def work() -> int:
        async for number in numbers():
            if number == 2:
                return number
        return -1

    assert simulate(work).value == 2
    assert closed == [3.0]


def test_a_custom_task_factory_is_respected() -> None:
    made = []

    def factory(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
        made.append(coro)
        return asyncio.Task(coro, loop=loop, **options)

    async def work() -> None:
        asyncio.get_running_loop().set_task_factory(factory)
        await asyncio.create_task(nap(1))

    assert simulate(work).elapsed == 1.0
    assert made[0].__name__ == "nap"


def test_exceptions_pass_through_unchanged() -> None:
    class Special(Exception):
        pass

    special = Special("the very one")

    async def work() -> None:
        await nap(1)
        raise special

    with pytest.raises(Special) as caught:
        simulate(work)
    assert caught.value is special


def test_sockets_are_refused_with_a_reason() -> None:
    async def work() -> None:
        await asyncio.open_connection("127.0.0.1", 9)

    with pytest.raises(VirtualTimeError, match="sockets and processes live in real time"):
        simulate(work)


def test_a_loop_outlives_its_simulation_with_a_clear_error() -> None:
    kept: list[asyncio.AbstractEventLoop] = []
    simulate(lambda: kept.append(asyncio.new_event_loop()))
    coroutine = nap(1)
    with pytest.raises(VirtualTimeError, match="has ended"):
        kept[0].run_until_complete(coroutine)
    for task in asyncio.all_tasks(kept[0]):
        task._log_destroy_pending = False  # type: ignore[attr-defined]
    kept[0].close()
    coroutine.close()


def test_a_clock_outlives_its_simulation_with_a_clear_error() -> None:
    with virtual_time() as clock:
        pass
    with pytest.raises(VirtualTimeError, match="has ended"):
        clock.run(nap(1))

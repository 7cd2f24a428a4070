"""Waits that can never end are reported, with every thread and the line at which it waits."""

import asyncio
import concurrent.futures
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from fanout.clock import Deadlock, now, simulate


def nothing() -> None:
    pass


def test_a_deadlock_names_every_thread_and_its_line() -> None:
    def worker(mine: threading.Lock, other: threading.Lock) -> None:
        with mine:
            time.sleep(1)
            with other:  # never
                pass

    def work() -> None:
        a, b = threading.Lock(), threading.Lock()
        threads = [threading.Thread(target=worker, args=pair) for pair in ((a, b), (b, a))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()  # waits

    with pytest.raises(Deadlock) as caught:
        simulate(work)
    head, *lines = str(caught.value).splitlines()
    assert head == "every thread waits and no timer is left:"
    assert [line.partition(" at ")[0].strip() for line in lines] == [
        "main waits (join)",
        "T1 waits (lock)",
        "T2 waits (lock)",
    ]
    assert "thread.join()  # waits" in lines[0]
    assert all("test_clock_deadlock.py" in line and "with other:  # never" in line for line in lines[1:])


def test_a_deadlock_names_every_task_and_its_line() -> None:
    async def stuck(event: asyncio.Event) -> None:
        await event.wait()  # for ever

    async def work() -> None:
        await asyncio.gather(stuck(asyncio.Event()), stuck(asyncio.Event()))

    with pytest.raises(Deadlock) as caught:
        simulate(work)
    lines = str(caught.value).splitlines()
    assert "main waits (loop)" in lines[1]
    assert (
        sum("stuck awaits at test_clock_deadlock.py" in line and "# for ever" in line for line in lines) == 2
    )


@pytest.mark.parametrize(
    "wait",
    [
        lambda: threading.Event().wait(),
        lambda: threading.Lock().acquire() and threading.Semaphore(0).acquire(),
        lambda: queue.Queue[int]().get(),
        lambda: queue.SimpleQueue[int]().get(),
        lambda: concurrent.futures.Future[int]().result(),
        lambda: threading.Barrier(2).wait(),
        lambda: asyncio.run(asyncio.Event().wait()),
        lambda: time.sleep(1e12),
        lambda: asyncio.run(asyncio.sleep(1e12)),
    ],
    ids=[
        "event",
        "semaphore",
        "queue",
        "simple queue",
        "future",
        "barrier",
        "asyncio",
        "sleep",
        "asyncio sleep",
    ],
)
def test_waiting_for_ever_is_reported(wait: Callable[[], object]) -> None:
    with pytest.raises(Deadlock, match=r"main waits \(.*test_clock_deadlock.py"):
        simulate(wait)


def test_a_pool_that_waits_for_itself_is_a_deadlock() -> None:
    def work() -> None:
        with ThreadPoolExecutor(1) as pool:

            def outer() -> None:
                pool.submit(nothing).result()  # the only thread is this one

            pool.submit(outer).result()

    with pytest.raises(Deadlock, match="the only thread is this one"):
        simulate(work)
    assert not any(thread.name.startswith("ThreadPool") for thread in threading.enumerate())


def test_an_idle_thread_of_a_pool_is_named_as_such() -> None:
    def work() -> None:
        pool = ThreadPoolExecutor(1)
        pool.submit(nothing).result()
        threading.Event().wait()

    with pytest.raises(Deadlock, match="T1 is an idle thread of a pool"):
        simulate(work)


def test_the_simulation_goes_on_where_a_deadlock_is_caught() -> None:
    def work() -> float:
        with pytest.raises(Deadlock):
            threading.Event().wait()
        time.sleep(2)
        return now()

    assert simulate(work).value == 2.0


def test_the_main_thread_hears_of_a_deadlock_of_others_only_if_it_waits() -> None:
    def work() -> float:
        threading.Thread(target=threading.Event().wait).start()
        time.sleep(3)
        return now()

    run = simulate(work)
    assert (run.value, run.settled) == (3.0, 3.0)
    assert len(run.notes) == 1
    assert "T1 waits (lock)" in run.notes[0]

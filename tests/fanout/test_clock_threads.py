"""Threads and pools on the virtual clock."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from time import monotonic, sleep

import pytest

from fanout.clock import now, simulate


def in_threads(*works: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_sleeping_takes_virtual_time_only() -> None:
    run = simulate(time.sleep, 3600)
    assert run.elapsed == run.settled == 3600.0
    assert run.real < 5


def test_twelve_sleeps_on_six_workers_take_exactly_two_rounds() -> None:
    def work() -> float:
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(time.sleep, [0.5] * 12))
        return now()

    run = simulate(work)
    assert run.value == run.elapsed == 1.0


def test_threads_sleep_side_by_side() -> None:
    ends: list[tuple[str, float]] = []

    def work(name: str, seconds: float) -> None:
        sleep(seconds)
        ends.append((name, monotonic()))

    run = simulate(
        in_threads, *(lambda n=n, s=s: work(n, s) for n, s in [("slow", 30), ("quick", 0.3), ("mid", 7)])
    )
    assert ends == [("quick", 0.3), ("mid", 7.0), ("slow", 30.0)]
    assert run.elapsed == 30.0


def test_of_equal_timers_the_one_set_first_is_due_first() -> None:
    order: list[int] = []

    def work(number: int) -> None:
        time.sleep(1)
        order.append(number)

    simulate(in_threads, *(lambda n=n: work(n) for n in range(20)))
    assert order == list(range(20))


def test_computing_takes_no_time() -> None:
    def work() -> float:
        started = time.perf_counter()
        sum(range(100_000))
        return time.perf_counter() - started

    assert simulate(work).value == 0.0


def test_starting_a_thread_does_not_switch_to_it() -> None:
    order: list[str] = []

    def work() -> None:
        thread = threading.Thread(target=order.append, args=("thread",))
        thread.start()
        order.append("starter")
        assert thread.is_alive()
        assert thread.ident is not None
        thread.join()
        assert not thread.is_alive()

    simulate(work)
    assert order == ["starter", "thread"]


def test_a_thread_can_be_started_only_once_and_joined_many_times() -> None:
    def work() -> None:
        thread = threading.Thread(target=time.sleep, args=(1,))
        with pytest.raises(RuntimeError, match="cannot join thread before"):
            thread.join()
        thread.start()
        with pytest.raises(RuntimeError, match="only be started once"):
            thread.start()
        thread.join()
        thread.join()
        with pytest.raises(RuntimeError, match="only be started once"):
            thread.start()

    assert simulate(work).elapsed == 1.0


def test_join_with_a_timeout() -> None:
    def work() -> list[object]:
        thread = threading.Thread(target=time.sleep, args=(5,))
        thread.start()
        thread.join(2)
        seen: list[object] = [now(), thread.is_alive()]
        thread.join(10)
        return [*seen, now(), thread.is_alive()]

    assert simulate(work).value == [2.0, True, 5.0, False]


def test_wait_and_as_completed_yield_in_a_reproducible_order() -> None:
    def work() -> list[object]:
        with ThreadPoolExecutor(10) as pool:
            futures = {pool.submit(time.sleep, 1): n for n in range(10)}
            done, pending = wait(futures, return_when=FIRST_COMPLETED)
            first = (len(done), len(pending), now())
            return [first, *(futures[future] for future in as_completed(futures))]

    orders = [simulate(work).value for _ in range(20)]
    assert all(order == orders[0] for order in orders)
    assert sorted(orders[0][1:]) == list(range(10))  # type: ignore[type-var]


def test_results_futures_and_errors_of_a_pool() -> None:
    class Broken(Exception):
        pass

    def fail() -> None:
        time.sleep(1)
        raise Broken("on purpose")

    def work() -> tuple[object, ...]:
        with ThreadPoolExecutor(2) as pool:
            slow, bad = pool.submit(time.sleep, 9), pool.submit(fail)
            queued = pool.submit(time.sleep, 1)
            with pytest.raises(TimeoutError):
                slow.result(timeout=0.5)
            at_timeout, cancelled = now(), queued.cancel()
            error = bad.exception()
            assert isinstance(slow, Future)
            return at_timeout, cancelled, type(error), now(), slow.result(), now()

    assert simulate(work).value == (0.5, True, Broken, 1.0, None, 9.0)


def test_a_pool_makes_only_the_threads_that_it_needs() -> None:
    def work() -> int:
        with ThreadPoolExecutor(8) as pool:
            for _ in range(5):
                pool.submit(time.sleep, 1).result()
            return len(pool._threads)

    assert simulate(work).value == 1


def test_pool_initializer_and_thread_names() -> None:
    def work() -> list[str]:
        names: list[str] = []
        with ThreadPoolExecutor(2, "worker", lambda: names.append(threading.current_thread().name)) as pool:
            list(pool.map(time.sleep, [1, 1]))
        return names

    assert simulate(work).value == ["worker_0", "worker_1"]


def test_thread_locals_and_names_of_threads() -> None:
    local = threading.local()

    def work(number: int) -> tuple[int, bool]:
        local.number = number
        time.sleep(1)
        return local.number, threading.current_thread() in threading.enumerate()

    def program() -> list[tuple[int, bool]]:
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(work, range(4)))

    assert simulate(program).value == [(n, True) for n in range(4)]

"""Locks, conditions and queues on the virtual clock."""

import queue
import threading
import time
from collections.abc import Callable

import pytest

from fanout.clock import now, simulate


def in_threads(*works: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_lock_is_handed_on_in_order_of_arrival() -> None:
    lock, held = threading.Lock(), []

    def work(name: str, arrives: float, holds: float) -> None:
        time.sleep(arrives)
        with lock:
            held.append((name, now()))
            time.sleep(holds)

    def program() -> None:
        nonlocal lock
        lock = threading.Lock()
        in_threads(lambda: work("a", 0, 3), lambda: work("c", 2, 1), lambda: work("b", 1, 1))

    run = simulate(program)
    assert held == [("a", 0.0), ("b", 3.0), ("c", 4.0)]
    assert run.elapsed == 5.0


def test_a_lock_can_be_waited_for_with_a_timeout() -> None:
    def work() -> list[object]:
        lock = threading.Lock()
        lock.acquire()
        seen = [lock.acquire(timeout=1.5), now(), lock.acquire(blocking=False), lock.acquire(timeout=0)]
        threading.Timer(1.0, lock.release).start()
        return [*seen, lock.acquire(timeout=10), now(), lock.locked()]

    assert simulate(work).value == [False, 1.5, False, False, True, 2.5, True]


def test_a_lock_keeps_the_rules_of_real_locks() -> None:
    def work() -> None:
        lock = threading.Lock()
        with pytest.raises(RuntimeError, match="unlocked"):
            lock.release()
        with pytest.raises(ValueError, match="timeout"):
            lock.acquire(timeout=-2)
        with pytest.raises(ValueError, match="timeout"):
            lock.acquire(blocking=False, timeout=1)
        assert isinstance(lock, type(lock))
        assert "unlocked" in repr(lock)

    simulate(work)


def test_a_lock_that_is_only_tried_again_and_again_is_got_in_the_end() -> None:
    def work() -> float:
        lock = threading.Lock()
        lock.acquire()
        threading.Timer(2.0, lock.release).start()
        while not lock.acquire(blocking=False):
            pass
        return now()

    assert 2.0 <= simulate(work).value < 2.01


def test_reentrant_lock() -> None:
    lock = threading.RLock()
    order = []

    def work(name: str) -> None:
        with lock, lock:
            time.sleep(1)
            order.append((name, now()))

    def program() -> None:
        nonlocal lock
        lock = threading.RLock()
        in_threads(lambda: work("a"), lambda: work("b"))

    simulate(program)
    assert order == [("a", 1.0), ("b", 2.0)]


def test_condition_notify_and_timeout() -> None:
    def work() -> list[object]:
        condition = threading.Condition()
        items: list[str] = []
        got: list[object] = []

        def consumer() -> None:
            with condition:
                while not items:
                    condition.wait()
                got.append((items.pop(), now()))

        def producer() -> None:
            time.sleep(4)
            with condition:
                items.append("x")
                condition.notify()

        in_threads(consumer, producer)
        with condition:
            got.append(condition.wait_for(lambda: False, timeout=3))
        return [*got, now()]

    assert simulate(work).value == [("x", 4.0), False, 7.0]


def test_event_barrier_and_semaphore() -> None:
    def work() -> dict[str, object]:
        event, barrier, semaphore = threading.Event(), threading.Barrier(3), threading.Semaphore(2)
        log: dict[str, object] = {}

        def waiter(number: int) -> None:
            time.sleep(number)
            barrier.wait()
            log[f"barrier {number}"] = now()
            with semaphore:
                time.sleep(10)
            log[f"semaphore {number}"] = now()
            event.set()

        threads = [threading.Thread(target=waiter, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        log["too early"] = event.wait(1)
        log["event"] = event.wait() and now()
        for thread in threads:
            thread.join()
        return log

    log = simulate(work).value
    assert [log[f"barrier {n}"] for n in range(3)] == [2.0] * 3
    assert sorted(log[f"semaphore {n}"] for n in range(3)) == [12.0, 12.0, 22.0]  # type: ignore[type-var]
    assert (log["too early"], log["event"]) == (False, 12.0)


def test_a_barrier_that_times_out_breaks() -> None:
    def work() -> float:
        with pytest.raises(threading.BrokenBarrierError):
            threading.Barrier(2).wait(timeout=2.5)
        return now()

    assert simulate(work).value == 2.5


@pytest.mark.parametrize("name", ["Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"])
def test_queues(name: str) -> None:
    def work() -> list[object]:
        q = getattr(queue, name)()
        got: list[object] = []

        def producer() -> None:
            for item in range(3):
                time.sleep(1)
                q.put(item)

        thread = threading.Thread(target=producer)
        thread.start()
        got += [(q.get(), now()) for _ in range(3)]
        with pytest.raises(queue.Empty):
            q.get(timeout=0.5)
        with pytest.raises(queue.Empty):
            q.get_nowait()
        thread.join()
        return [*got, now(), q.qsize()]

    assert simulate(work).value == [(0, 1.0), (1, 2.0), (2, 3.0), 3.5, 0]


def test_a_bounded_queue_holds_its_producer_back() -> None:
    def work() -> list[float]:
        q: queue.Queue[int] = queue.Queue(maxsize=1)
        put_at = []

        def producer() -> None:
            for item in range(3):
                q.put(item)
                put_at.append(now())

        threading.Thread(target=producer).start()
        for _ in range(3):
            time.sleep(2)
            q.get()
            q.task_done()
        q.join()
        return put_at

    assert simulate(work).value == [0.0, 2.0, 4.0]


def test_synchronisers_made_before_the_simulation_take_part() -> None:
    event, q, condition = threading.Event(), queue.Queue[float](), threading.Condition()

    def work() -> list[object]:
        threading.Timer(2, event.set).start()
        threading.Timer(3, lambda: q.put(now())).start()
        with condition:
            condition.wait(1)
        return [now(), event.wait(), now(), q.get(), now()]

    assert simulate(work).value == [1.0, True, 2.0, 3.0, 3.0]

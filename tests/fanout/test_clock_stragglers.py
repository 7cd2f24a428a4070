"""What the work leaves behind finishes in virtual time, or is stopped."""

import asyncio
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from fanout.clock import VirtualTimeError, current_clock, now, simulate


def forever() -> None:
    while True:
        time.sleep(1)


def nothing() -> None:
    pass


def test_orphans_finish_in_virtual_time() -> None:
    ended = []

    def orphan() -> None:
        time.sleep(20)
        ended.append(now())

    def work() -> str:
        threading.Thread(target=orphan).start()
        time.sleep(1)
        return "answer"

    run = simulate(work)
    assert (run.value, run.elapsed, run.settled, ended) == ("answer", 1.0, 20.0, [20.0])
    assert run.notes == ()


def test_an_endless_straggler_is_stopped_and_noted() -> None:
    cleaned = []

    def heartbeat() -> None:
        try:
            forever()
        finally:
            cleaned.append(now())

    run = simulate(lambda: threading.Thread(target=heartbeat, daemon=True).start(), drain=10)
    assert (run.elapsed, run.settled, cleaned) == (0.0, 10.0, [10.0])
    assert "stopped: T1 waits (sleep) at test_clock_stragglers.py" in run.notes[0]


def test_a_frantic_straggler_does_not_hold_up_the_end() -> None:
    def frantic() -> None:
        while True:
            time.sleep(1e-9)

    run = simulate(lambda: threading.Thread(target=frantic, daemon=True).start())
    assert run.elapsed == 0.0
    assert run.real < 20
    assert len(run.notes) == 1


def test_an_orphan_loop_is_stopped() -> None:
    async def ticking() -> None:
        while True:  # noqa: ASYNC110
            await asyncio.sleep(1)

    run = simulate(
        lambda: threading.Thread(target=lambda: asyncio.run(ticking()), daemon=True).start(), drain=5
    )
    assert run.settled == 5.0
    assert "waits (loop)" in run.notes[0]


def test_stragglers_also_finish_after_an_error() -> None:
    ended = []

    def work() -> None:
        threading.Timer(5, lambda: ended.append(now())).start()
        raise LookupError("on purpose")

    with pytest.raises(LookupError):
        simulate(work)
    assert ended == [5.0]


def test_callbacks_at_the_close_run_in_virtual_time() -> None:
    seen = []

    def work() -> None:
        clock = current_clock()
        assert clock is not None
        bell = threading.Event()

        def at_close() -> None:
            seen.append(now())
            bell.set()

        threading.Thread(target=bell.wait).start()
        clock.on_close(at_close)
        time.sleep(2)

    run = simulate(work)
    assert seen == [2.0]
    assert run.notes == ()


def test_a_pool_that_outlives_the_simulation_becomes_an_ordinary_one() -> None:
    def work() -> ThreadPoolExecutor:
        pool = ThreadPoolExecutor(1)
        pool.submit(time.sleep, 100).result()
        return pool

    pool = simulate(work).value
    assert pool.submit(threading.current_thread).result(timeout=30).name.startswith("ThreadPoolExecutor")
    with pytest.raises(VirtualTimeError, match="made outside the simulation"):
        simulate(pool.submit, nothing)
    pool.shutdown()


def test_an_idle_pool_does_not_keep_the_program_from_ending() -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from fanout.clock import simulate\n"
        "pool = simulate(lambda: (p := ThreadPoolExecutor(2), p.submit(int).result())[0]).value\n"
        "print('end')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("end\n", "")


def test_locks_work_after_the_simulation_and_against_threads_from_outside() -> None:
    lock = simulate(threading.Lock).value
    with lock:
        assert lock.locked()
        assert not lock.acquire(timeout=0.001)
        assert not lock.acquire(blocking=False)
    assert not lock.locked()

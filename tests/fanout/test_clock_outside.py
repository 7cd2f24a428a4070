"""What does not belong to a simulation: it is refused, or it keeps real time."""

import _thread
import asyncio
import io
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest

from fanout.clock import VirtualTimeError, current_clock, now, simulate, virtual_time


def nothing() -> None:
    pass


def test_a_pool_made_outside_is_refused_before_it_runs_anything() -> None:
    ran: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        pool.submit(nothing).result()
        with pytest.raises(VirtualTimeError, match="made outside the simulation"):
            simulate(pool.submit, ran.append, 1)
        with pytest.raises(VirtualTimeError, match="make it inside"):
            simulate(lambda: list(pool.map(ran.append, [1])))
        assert pool.submit(lambda: "still good").result() == "still good"
    assert ran == []


def test_processes_are_refused() -> None:
    with ProcessPoolExecutor(1) as pool, pytest.raises(VirtualTimeError, match="processes live in real time"):
        simulate(pool.submit, nothing)


def test_processes_are_refused_also_if_first_imported_inside() -> None:
    code = (
        "import sys\n"
        "from fanout.clock import simulate\n"
        "assert 'concurrent.futures.process' not in sys.modules\n"
        "def work():\n"
        "    from concurrent.futures import ProcessPoolExecutor\n"
        "    ProcessPoolExecutor(1).submit(int)\n"
        "try: simulate(work)\n"
        "except RuntimeError as error: print(error)\n"
        "import concurrent.futures\n"
        "print(concurrent.futures.ProcessPoolExecutor.submit.__module__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    first, second = done.stdout.splitlines()
    assert first.startswith("processes live in real time")
    assert second == "concurrent.futures.process"


def test_one_simulation_at_a_time() -> None:
    with virtual_time():
        problems: list[Exception] = []

        def outsider() -> None:
            try:
                simulate(nothing)
            except VirtualTimeError as error:
                problems.append(error)
            done.release()

        done = _thread.allocate_lock()
        done.acquire()
        _thread.start_new_thread(outsider, ())
        done.acquire()
    assert "one at a time" in str(problems[0])
    simulate(nothing)


def test_a_refused_coroutine_is_not_reported_as_never_awaited() -> None:
    with virtual_time() as clock:
        pass
    with pytest.raises(VirtualTimeError):
        clock.run(asyncio.sleep(1))


def test_a_thread_from_outside_may_call_in() -> None:
    go = _thread.allocate_lock()
    go.acquire()
    answers: list[asyncio.Future[str]] = []

    def outsider() -> None:
        go.acquire()
        assert current_clock() is None
        answers[0].get_loop().call_soon_threadsafe(answers[0].set_result, "from outside")

    async def work() -> str:
        answers.append(asyncio.get_running_loop().create_future())
        go.release()
        return await answers[0]

    thread = threading.Thread(target=outsider)
    thread.start()
    run = simulate(work, grace=60)
    thread.join()
    assert run.value == "from outside"
    assert "a thread from outside the simulation took part" in run.notes[0]


def test_a_lock_is_shared_with_a_thread_from_outside() -> None:
    go, holds = _thread.allocate_lock(), _thread.allocate_lock()
    go.acquire()
    holds.acquire()
    shared: list[Any] = []

    def outsider() -> None:
        go.acquire()
        with shared[0]:
            holds.release()
            while not shared[0]._waiters:
                time.sleep(0)

    def work() -> str:
        shared.append(threading.Lock())
        go.release()
        holds.acquire()  # in real time
        with shared[0]:
            return "after the outsider"

    thread = threading.Thread(target=outsider)
    thread.start()
    assert simulate(work, grace=60).value == "after the outsider"
    thread.join()


def test_threads_from_outside_keep_real_time() -> None:
    go, done = _thread.allocate_lock(), _thread.allocate_lock()
    go.acquire()
    done.acquire()
    seen: list[float] = []

    def outsider() -> None:
        go.acquire()
        seen.append(time.time())
        done.release()

    thread = threading.Thread(target=outsider)
    thread.start()
    before = time.time()

    def work() -> float:
        time.sleep(1e6)
        go.release()
        done.acquire()
        return time.time()

    virtual = simulate(work).value
    thread.join()
    assert before <= seen[0] <= time.time()
    assert virtual == 1_767_225_600 + 1e6


def test_who_keeps_the_baton_in_real_time_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = _thread.allocate_lock()
    blocked.acquire()

    class Stderr(io.StringIO):
        def write(self, text: str) -> int:
            blocked.release()  # seen: now it may go on
            return super().write(text)

    stderr = Stderr()
    monkeypatch.setattr(sys, "stderr", stderr)

    def work() -> None:
        time.sleep(3)
        blocked.acquire()  # a lock from before

    run = simulate(work, patience=0.5)
    monkeypatch.undo()
    assert "virtual time stands still at 3 s: main is busy for real" in stderr.getvalue()
    assert "blocked.acquire()  # a lock from before" in stderr.getvalue()
    assert run.elapsed == 3.0
    assert "main waited" in run.real_waits[0]


def test_a_subprocess_runs_while_the_clock_stands_still() -> None:
    def work() -> tuple[str, float]:
        done = subprocess.run(
            [sys.executable, "-c", "print(1 + 1)"], capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout, now()

    assert simulate(work).value == ("2\n", 0.0)

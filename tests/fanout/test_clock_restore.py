"""Everything that a simulation replaces is put back."""

import asyncio
import concurrent.futures
import queue
import random
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from fanout.clock import now, simulate
from fanout.clock import strand as strands


def nothing() -> None:
    pass


def everything() -> dict[str, object]:
    modules = [time, threading, queue, asyncio, asyncio.events, concurrent.futures, concurrent.futures._base]
    found: dict[str, object] = {
        f"{module.__name__}.{name}": value for module in modules for name, value in vars(module).items()
    }
    for cls in (threading.Thread, ThreadPoolExecutor, ProcessPoolExecutor):
        found |= {
            f"{cls.__name__}.{name}": value
            for name, value in vars(cls).items()
            if not name.startswith("_abc")
        }
    found["SIGINT"] = signal.getsignal(signal.SIGINT)
    found["random"] = random.getstate()
    found["strands"] = dict(strands._strands)
    found["threads"] = threading.active_count()
    return found


def failing() -> None:
    raise ValueError("on purpose")


def exiting() -> None:
    sys.exit(3)


def deadlocked() -> None:
    threading.Event().wait()


def interrupted() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("work", [nothing, failing, exiting, deadlocked, interrupted])
def test_everything_is_put_back(work: Callable[[], None]) -> None:
    before = everything()
    try:
        simulate(work)
    except BaseException as error:
        assert work is not nothing, error  # noqa: PT017
    after = everything()
    assert {name for name in before | after if before.get(name) is not after.get(name)} <= {
        "random",
        "strands",
        "threads",
    }
    assert before == after


def test_a_module_imported_in_a_simulation_gets_the_real_functions_in_the_end() -> None:
    def work() -> float:
        module = types.ModuleType("imported_meanwhile")
        sys.modules["imported_meanwhile"] = module
        exec(
            "from time import sleep\nfrom threading import Lock, RLock\nfrom queue import SimpleQueue",
            vars(module),
        )
        module.sleep(4)
        return now()

    try:
        assert simulate(work).value == 4.0
        module = sys.modules["imported_meanwhile"]
        assert (module.sleep, module.Lock, module.RLock) == (time.sleep, threading.Lock, threading.RLock)
        assert module.SimpleQueue is queue.SimpleQueue
    finally:
        del sys.modules["imported_meanwhile"]


def test_what_the_work_itself_rebinds_stays_as_the_work_left_it() -> None:
    module = types.ModuleType("rebinding")
    sys.modules["rebinding"] = module
    try:
        exec("from time import sleep\ndef work():\n    global sleep\n    sleep = 'mine'", vars(module))
        simulate(module.work)
        assert module.sleep == "mine"
    finally:
        del sys.modules["rebinding"]


def test_locks_of_an_earlier_notebook_cell_take_part() -> None:
    code = (
        "import threading, time\n"
        "from fanout.clock import simulate\n"
        "lock = threading.Lock()\n"
        "original = lock\n"
        "def worker():\n"
        "    with lock: time.sleep(1)\n"
        "def work():\n"
        "    threads = [threading.Thread(target=worker) for _ in range(3)]\n"
        "    for thread in threads: thread.start()\n"
        "    for thread in threads: thread.join()\n"
        "print(simulate(work).elapsed, type(lock).__name__, lock is original)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "3.0 lock True\n"


def test_many_simulations_leave_no_threads_behind() -> None:
    def work() -> None:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(time.sleep, [1, 2, 3]))

    before = threading.active_count()
    for _ in range(50):
        simulate(work)
    assert threading.active_count() == before
    assert strands._strands == {}

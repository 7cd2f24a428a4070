"""Elastic threads: a job never waits for a thread.

A pool of fixed size turns nesting into deadlock (the outer jobs hold all the threads that the inner ones wait for), and
its size is a hidden limit. Here a job takes an idle thread, or a new one if there is none; a thread that stays idle
ends. How much runs at once is the business of limits, not of threads.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections import deque
from collections.abc import Callable
from itertools import count

from fanout.clock import current_clock

IDLE_SECONDS = 5.0
"""How long a thread without a job waits for the next one before it ends."""

_idle: deque[_Worker] = deque()
_numbers = count(1)


def start(job: Callable[[], object]) -> None:
    """Run `job` on a thread of its own, now. The job handles its own exceptions.

    Raises `RuntimeError` if the system gives no more threads.
    """
    if current_clock() is not None:  # a thread belongs to one clock: in a simulation it ends with its job
        threading.Thread(target=job, name=f"fanout-{next(_numbers)}", daemon=True).start()
        return
    try:
        worker = _idle.pop()  # the last to become idle: the others get the chance to end
    except IndexError:
        _Worker(job)
    else:
        worker.job = job
        worker.bell.release()


class _Worker:
    """One thread and the job it has. Daemon, so that a call that was abandoned cannot keep the program from ending."""

    __slots__ = ("bell", "job")

    def __init__(self, job: Callable[[], object]) -> None:
        self.job: Callable[[], object] | None = job
        self.bell = threading.Lock()
        self.bell.acquire()
        try:
            threading.Thread(target=self._work, name=f"fanout-{next(_numbers)}", daemon=True).start()
        except RuntimeError as error:
            error.add_note(
                f"{threading.active_count()} threads are running: give the fan-out a limit=, or use ainvoke()"
            )
            raise

    def _work(self) -> None:
        while self.job is not None:
            self.job()
            self.job = None  # let go of it while idle
            _idle.append(self)
            if not self.bell.acquire(timeout=IDLE_SECONDS):
                try:
                    _idle.remove(self)
                except ValueError:  # taken in the very moment the time was up: the job is on its way
                    self.bell.acquire()


def _close() -> None:
    while _idle:
        _idle.pop().bell.release()  # without a job: it ends


atexit.register(_close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # the child has none of the parent's threads

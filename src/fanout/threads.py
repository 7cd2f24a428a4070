"""Elastic threads: a job never waits for another job.

A pool of fixed size turns nesting into deadlock (the outer jobs hold all the threads that the inner ones wait for), and
its size is a hidden limit. Here there is a thread for every job that blocks, and a thread that stays idle ends. How
much runs at once is the business of limits, not of threads.

Jobs wait in a queue only until a thread has woken up. Threads wake each other in a chain: one that takes a job first
wakes the next if there are more jobs, and only then begins. So a job that blocks leaves the queue to a thread that is
already on its way, while jobs that do not block are taken one after the other by the same thread, which costs a tenth
of a wake-up for each. Only one is on its way at a time: it is the principle of the Go scheduler's spinning threads.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import TypeAlias

from fanout.clock import current_clock

Job: TypeAlias = Callable[[RuntimeError | None], object]
"""Called with None on its thread, or with the error if the system gives no more threads. Handles its own exceptions."""

IDLE_SECONDS = 5.0
"""How long a thread without a job waits for the next one before it ends."""

_numbers = count(1)


def start(job: Job) -> None:
    """Run `job` on a thread, now."""
    if current_clock() is None:
        _pool.start(job)
        return
    try:  # a thread belongs to one clock: in a simulation it ends with its job
        _thread(partial(job, None))
    except RuntimeError as error:
        job(error)


class _Pool:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: deque[Job] = deque()
        self._idle: deque[threading.Lock] = deque()  # the bells of the idle threads
        self._one_on_its_way = False

    def start(self, job: Job) -> None:
        with self._lock:
            self._jobs.append(job)
            if self._one_on_its_way:
                return
            self._one_on_its_way = True
        try:
            self._send_one()
        except BaseException:  # an interrupt: whoever comes next must send one
            self._one_on_its_way = False
            raise

    def _send_one(self) -> None:
        try:
            self._idle.pop().release()  # the last to become idle: the others get the chance to end
        except IndexError:
            try:
                _thread(self._work)
            except RuntimeError as error:
                self._refuse(error)

    def _refuse(self, error: RuntimeError) -> None:
        with self._lock:
            jobs, self._jobs, self._one_on_its_way = self._jobs, deque(), False
        error.add_note(
            f"{threading.active_count()} threads are running: give the fan-out a limit=, or use ainvoke()"
        )
        for job in jobs:
            job(error)

    def _work(self) -> None:
        bell = threading.Lock()
        bell.acquire()
        while True:
            self._run_jobs()
            self._idle.append(bell)
            if not bell.acquire(timeout=IDLE_SECONDS):
                try:
                    self._idle.remove(bell)
                except ValueError:  # taken in the very moment the time was up: it is about to ring
                    bell.acquire()
                else:
                    return

    def _run_jobs(self) -> None:
        """What the thread does that was on its way: jobs, until there are none."""
        arrived = True
        while True:
            with self._lock:
                self._one_on_its_way &= not arrived
                if not self._jobs:
                    return
                job = self._jobs.popleft()
                send = bool(self._jobs) and not self._one_on_its_way
                self._one_on_its_way |= send
            arrived = False
            if send:
                self._send_one()
            job(None)
            del job  # let go of what it holds while waiting for the next


def _thread(target: Callable[[], object]) -> None:
    """Daemon, so that a call that was abandoned cannot keep the program from ending."""
    threading.Thread(target=target, name=f"fanout-{next(_numbers)}", daemon=True).start()


_pool = _Pool()


def _after_fork() -> None:
    global _pool
    _pool = _Pool()  # the child has none of the parent's threads


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

"""Limits: semaphores that are held around calls of user code, wherever in a tree of steps they happen."""

from __future__ import annotations

import threading
from collections import deque
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fanout.runtime import Runtime, Signal

_orders = count()


class Limiter:
    """At most `n` calls at once, first come, first served, among everybody who has this limiter.

    Give it to `Parallel(limit=…)` or to `step.with_limit(…)`, to as many as you like: tasks and threads, several event
    loops and nested steps share it. It is held only while user code runs, never by a step that waits for others, so
    nesting cannot deadlock.
    """

    def __init__(self, n: int) -> None:
        if n < 1:
            raise ValueError(f"limit must be at least 1, not {n}")
        self.n = n
        self.order = next(_orders)
        self._free = n
        self._lock = threading.Lock()
        self._waiting: deque[Signal] = deque()

    def __repr__(self) -> str:
        return f"Limiter({self.n})"

    async def acquire(self, rt: Runtime) -> None:
        """Wait for a place. Ends with `asyncio.CancelledError` if the scope is cancelled, and then holds none."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            signal = rt.signal()
            self._waiting.append(signal)
        try:
            await signal.wait()
        except BaseException:
            with self._lock:
                handed_over = signal not in self._waiting
                if not handed_over:
                    self._waiting.remove(signal)
            if handed_over:
                self.release()
            raise

    def release(self, error: BaseException | None = None) -> None:
        """Give the place to who waits longest. `error` is what the call raised; this limiter does not care."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1

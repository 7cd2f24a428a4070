"""Seconds since a run began, on whatever clock is in force."""

import sys
import time
import weakref
from collections.abc import Callable
from typing import Any


class RunClock:
    """Reads `time.monotonic`, looked up at each call, so that a virtual clock which replaces it applies.

    A run ends when the clock does: with each new simulation on `fanout.clock` (and when a clock is seen to run
    backwards) `tick` reports a new run, whose seconds count from there.
    """

    def __init__(self, read: Callable[[], float] | None = None) -> None:
        self._read = read
        self._origin: float | None = None
        self._last = 0.0
        self._simulation: weakref.ref[Any] | None = None

    def _now(self) -> float:
        return (self._read or time.monotonic)()

    def tick(self) -> bool:
        """Whether a new run begins at this moment.  Callers must not overlap."""
        reading = self._now()
        simulation = _simulation()
        known = self._simulation() if self._simulation else None
        fresh = self._origin is None or reading < self._last or simulation is not known
        if fresh:
            self._origin = reading
            self._simulation = weakref.ref(simulation) if simulation is not None else None
        self._last = reading
        return fresh

    def seconds(self) -> float:
        """Seconds since the run began (0 before it)."""
        return 0.0 if self._origin is None else self._now() - self._origin


def _simulation() -> object | None:
    """The virtual clock of the calling thread, if `fanout.clock` is in use at all."""
    module = sys.modules.get("fanout.clock")
    current: Callable[[], object | None] | None = getattr(module, "current_clock", None)
    return current() if current else None

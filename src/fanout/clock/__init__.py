"""A virtual clock for asyncio and for threads, together.

Sixty seconds of fan-out take milliseconds, and every run takes the same steps at the same virtual times:

    >>> import asyncio, time
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from fanout.clock import simulate
    >>> def twelve_calls_on_six_threads():
    ...     with ThreadPoolExecutor(6) as pool:
    ...         list(pool.map(time.sleep, [0.5] * 12))
    >>> simulate(twelve_calls_on_six_threads).elapsed
    1.0
    >>> simulate(asyncio.sleep(60)).elapsed
    60.0

The code that runs is the real one: the real `ThreadPoolExecutor`, real threads, `asyncio`'s own event loop (without
sockets), and whatever is built on them. `virtual_time` explains how, and where the limits are.
"""

from fanout.clock.clock import VirtualClock, current_clock
from fanout.clock.errors import Deadlock, VirtualTimeError
from fanout.clock.simulate import Simulation, simulate, virtual_time
from fanout.clock.strand import Event
from fanout.clock.times import now

__all__ = [
    "Deadlock",
    "Event",
    "Simulation",
    "VirtualClock",
    "VirtualTimeError",
    "current_clock",
    "now",
    "simulate",
    "virtual_time",
]

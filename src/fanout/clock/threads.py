"""Threads, thread pools and futures of a simulation.

`threading.Thread` and `ThreadPoolExecutor` stay the classes they are; the methods below take the place of a few of
theirs. What CPython keeps private and changes between versions (how a thread is launched, how its end is known) is
left to the original methods, which are always called in the end.
"""

import concurrent.futures
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fanout.clock.backend import backend
from fanout.clock.errors import Stopped, VirtualTimeError
from fanout.clock.locks import is_real
from fanout.clock.strand import JOIN, Strand, Ticket, holder, to_ns

_real_start = threading.Thread.start
_real_bootstrap: Callable[[threading.Thread], None] = threading.Thread._bootstrap  # type: ignore[attr-defined]
_real_join = threading.Thread.join
_real_is_alive = threading.Thread.is_alive
_real_submit = ThreadPoolExecutor.submit
_RealFuture = concurrent.futures.Future


class _Launched(threading.Event):
    """The event for which `Thread.start` waits. It must not wait for the thread's first turn, only for its ident."""

    def __init__(self, strand: Strand) -> None:
        super().__init__()
        self.strand = strand
        self.gate = backend.gate()

    def wait(self, timeout: float | None = None) -> bool:
        self.gate.wait()
        self.set()
        return True


def _launch_of(thread: Any) -> _Launched | None:
    launched = thread._started
    return launched if isinstance(launched, _Launched) else None


def start(self: Any) -> None:
    """`Thread.start`: the new thread gets a strand and waits for its turn."""
    strand = holder()
    work = getattr(self, "_target", None) or type(self)
    if strand is None or self._started.is_set() or is_real(getattr(work, "__module__", None) or ""):
        return _real_start(self)
    clock, original = strand.clock, self._started
    launched = self._started = _Launched(clock.add())
    try:
        _real_start(self)
    except BaseException:
        self._started = original
        clock.discard(launched.strand)
        raise


def bootstrap(self: Any) -> None:
    """`Thread._bootstrap`, the first thing that a new thread runs."""
    launched = _launch_of(self)
    if launched is None:
        return _real_bootstrap(self)
    strand = launched.strand
    clock = strand.clock
    self._set_ident()
    if hasattr(self, "_set_native_id"):
        self._set_native_id()
    self._invoke_excepthook = _unless_stopped(self._invoke_excepthook)
    launched.gate.open()
    strand.gate.wait()
    if clock.closed:
        self.run = _do_nothing  # the simulation was given up before the thread's first turn
    else:
        strand.enter()
        clock.real_waits.start()
        clock.log(strand, "start")
    try:
        _real_bootstrap(self)
    finally:
        clock.finish(strand)


def _do_nothing() -> None:
    pass


def _unless_stopped(excepthook: Callable[[Any], None]) -> Callable[[Any], None]:
    """Python's own hook is silent about `SystemExit`, those of test runners are not."""

    def invoke(thread: Any) -> None:
        if not isinstance(sys.exc_info()[1], Stopped):
            excepthook(thread)

    return invoke


def join(self: Any, timeout: float | None = None) -> None:
    """`Thread.join` in virtual time; only the last microseconds of a thread that has done its work are real."""
    launched, me = _launch_of(self), holder()
    if launched is None or me is None or launched.strand.clock is not me.clock or launched.strand is me:
        return _real_join(self, timeout)
    strand, clock = launched.strand, me.clock
    if not strand.done:
        wait_ns = None if timeout is None else to_ns(max(timeout, 0))
        ticket = Ticket(me, JOIN)
        strand.joiners.append(ticket)
        try:
            clock.park(ticket, None if wait_ns is None else clock.ns + wait_ns)
        finally:
            strand.joiners.remove(ticket)
        if not strand.done:
            return None if timeout is not None else _real_join(self)
    return _real_join(self)


def is_alive(self: Any) -> bool:
    """`Thread.is_alive`: a strand lives until its work is done."""
    launched = _launch_of(self)
    if launched is None or launched.strand.clock.closed:
        return _real_is_alive(self)
    return not launched.strand.done


class OrderedThreads(dict[threading.Thread, None]):
    """Takes the place of a pool's set of threads, which are joined in its order: that must not depend on addresses."""

    def add(self, thread: threading.Thread) -> None:
        self[thread] = None


def submit(
    self: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
) -> "concurrent.futures.Future[Any]":
    """`ThreadPoolExecutor.submit`: refuses a pool whose threads live in real time or in an earlier simulation."""
    strand = holder()
    if strand is not None and not is_real(sys._getframe(1).f_globals.get("__name__", "")):
        if getattr(self._work_queue, "clock", None) is not strand.clock:
            raise VirtualTimeError(
                "this ThreadPoolExecutor was made outside the simulation, so its threads live in real time: "
                "make it inside"
            )
        if not self._threads:
            self._threads = OrderedThreads()
    return _real_submit(self, fn, *args, **kwargs)


def refusing_processes(real_submit: Callable[..., Any]) -> Callable[..., Any]:
    """`ProcessPoolExecutor.submit` for simulations."""

    def submit(self: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if holder() is not None:
            raise VirtualTimeError("processes live in real time: use a ThreadPoolExecutor in a simulation")
        return real_submit(self, fn, *args, **kwargs)

    return submit


class _FutureType(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _RealFuture)


class NumberedFuture(_RealFuture, metaclass=_FutureType):  # type: ignore[type-arg]
    """`concurrent.futures.Future` with its number as its hash: `wait` and `as_completed` keep sets of futures."""

    def __init__(self) -> None:
        strand = holder()
        self._number = id(self) if strand is None else next(strand.clock.numbers)
        super().__init__()

    def __hash__(self) -> int:
        return self._number

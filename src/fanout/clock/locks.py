"""Locks and queues that wait in virtual time."""

import _thread
import queue
import sys
import threading
from collections import deque
from types import GenericAlias
from typing import Any, ClassVar

from fanout.clock.backend import allocate_lock
from fanout.clock.report import is_machinery
from fanout.clock.strand import LOCK, Strand, Ticket, holder, to_ns

_real_rlock = threading.RLock
_real_simple_queue = queue.SimpleQueue

#: These wait for real things, so what they make and read stays real.
REAL_MODULES = frozenset(
    (
        *("debugpy", "ipykernel", "jupyter_client", "tornado", "zmq"),  # the kernel of a notebook
        *("httpcore", "langsmith", "requests", "trio", "urllib3"),  # the network
        *("multiprocessing", "subprocess"),
    )
)


def is_real(module: str) -> bool:
    """Whether that module belongs to a package that keeps real time."""
    return module.partition(".")[0] in REAL_MODULES


def _simulated_maker() -> Strand | None:
    """The running strand, unless the lock or queue is being made for a package that keeps real time."""
    strand = holder()
    if strand is None:
        return None
    frame = sys._getframe(2)
    while frame.f_back is not None and is_machinery(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    return None if is_real(frame.f_globals.get("__name__", "")) else strand


class VirtualLock:
    """A lock for simulated threads.

    The truth is a real lock, so it also holds against threads from outside, and after the simulation. A release
    hands the lock, still locked, to the strand that has waited longest.
    """

    __slots__ = ("__weakref__", "_real", "_waiters")

    def __init__(self, real: _thread.LockType | None = None) -> None:
        self._real = allocate_lock() if real is None else real
        self._waiters: deque[Ticket] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        strand = holder()
        if strand is None:
            return self._real.acquire(blocking, timeout)
        if not blocking or (timeout <= 0 and timeout != -1):
            taken = self._real.acquire(blocking, timeout)
            if not taken:
                strand.clock.poll()  # `while not lock.acquire(False): pass` must see the others move
            return taken
        return self._real.acquire(False) or self._wait(strand, timeout)

    def _wait(self, strand: Strand, timeout: float) -> bool:
        clock, ticket = strand.clock, Ticket(strand, LOCK)
        wait_ns = None if timeout < 0 else to_ns(timeout)
        try:
            self._waiters.append(ticket)
            # A thread from outside may have released the lock before it could see the ticket.
            handed_over = not self._real.acquire(False) and clock.park(
                ticket, None if wait_ns is None else clock.ns + wait_ns
            )
        except BaseException:
            if not self._withdraw(ticket):
                self.release()
            raise
        if handed_over and not clock.closed:
            return True
        if not self._withdraw(ticket):
            return True  # handed over at the last moment
        if clock.closed:
            return self._real.acquire(True, timeout)
        return not ticket.timed_out

    def _withdraw(self, ticket: Ticket) -> bool:
        """Stop waiting; False if the lock has already been handed to the ticket."""
        try:
            self._waiters.remove(ticket)
        except ValueError:
            return False
        return True

    def release(self) -> None:
        if self._waiters and self._real.locked():
            try:
                ticket = self._waiters.popleft()
            except IndexError:
                pass  # it withdrew at this moment, in another thread
            else:
                clock = ticket.strand.clock
                clock.post(lambda: clock.wake(ticket))
                return
        self._real.release()

    def locked(self) -> bool:
        return self._real.locked()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()

    def __repr__(self) -> str:
        return f"<{'locked' if self.locked() else 'unlocked'} VirtualLock at {id(self):#x}>"

    def _at_fork_reinit(self) -> None:
        self._real = allocate_lock()
        self._waiters.clear()


class VirtualSimpleQueue(queue._PySimpleQueue):  # type: ignore[name-defined,misc]
    """The standard library's own Python version, which waits on a semaphore; it knows which clock it belongs to."""

    def __init__(self, strand: Strand) -> None:
        super().__init__()
        self.clock = strand.clock


class _LockFactory(type):
    def __call__(cls) -> Any:
        return VirtualLock() if _simulated_maker() is not None else allocate_lock()

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, VirtualLock | _thread.LockType)


class Lock(metaclass=_LockFactory):
    """Stands for `threading.Lock` in a simulation. A class: `Lock | None` and `isinstance` must work."""


class _QueueFactory(type):
    def __call__(cls) -> Any:
        strand = _simulated_maker()
        return VirtualSimpleQueue(strand) if strand is not None else _real_simple_queue()

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, VirtualSimpleQueue | _real_simple_queue)


class SimpleQueue(metaclass=_QueueFactory):
    """Stands for `queue.SimpleQueue` in a simulation."""

    __class_getitem__: ClassVar[Any] = classmethod(GenericAlias)


def RLock() -> Any:
    """Stands for `threading.RLock` in a simulation: the standard library's own Python version."""
    return threading._PyRLock() if _simulated_maker() is not None else _real_rlock()  # type: ignore[attr-defined]

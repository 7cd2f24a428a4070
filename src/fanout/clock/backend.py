"""What a simulated thread is made of: the only part of the clock that knows.

The scheduler needs one thing from the platform, a place where one thread can wait until another lets it go on (a
`Gate`), and the identity of the running thread. On CPython that is a raw lock and the thread's ident. A platform
whose threads are suspended stacks instead supplies its own `Backend`.
"""

import _thread
from contextlib import suppress
from typing import Protocol

#: The real lock factory, kept before anything is replaced.
allocate_lock = _thread.allocate_lock


class Gate(Protocol):
    """A door that lets exactly one waiter through each time it is opened; it starts closed."""

    def wait(self, timeout: float = -1) -> bool:
        """Wait, in real time, until the gate is opened (True) or `timeout` seconds have passed (False)."""

    def open(self) -> None:
        """Let the waiter, or the next one to come, through. Opening an open gate does nothing."""

    def close(self) -> None:
        """Forget an opening that nobody has used."""


class Backend(Protocol):
    """How threads are told apart and made to wait."""

    def gate(self) -> Gate:
        """A new, closed gate."""

    def ident(self) -> int:
        """The identity of the running thread, unique among those alive."""


class ThreadGate:
    """A gate for operating-system threads: one raw lock, held while the gate is closed."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._lock.acquire()

    def wait(self, timeout: float = -1) -> bool:
        return self._lock.acquire(True, timeout)

    def open(self) -> None:
        with suppress(RuntimeError):  # it is open
            self._lock.release()

    def close(self) -> None:
        self._lock.acquire(False)


class ThreadBackend:
    """Operating-system threads, as CPython has them."""

    gate = staticmethod(ThreadGate)
    ident = staticmethod(_thread.get_ident)


backend: Backend = ThreadBackend()

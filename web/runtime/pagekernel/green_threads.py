"""Cooperative threads for Pyodide, on stacks that WebAssembly can suspend (JSPI).

Only the bottom layer is replaced, `_thread`: start, lock, identity. `threading`, `queue`, `concurrent.futures` and all
that is built on them stay as they are. A thread runs until it blocks (sleep, lock, join, …); then its stack is set
aside and the page's event loop goes on. So waits overlap, and threads that compute take turns.

Install it before anything else is imported: what has taken `threading.Lock` by then keeps the old one.
"""

import _thread
import asyncio
import concurrent.futures.thread
import contextvars
import functools
import gc
import itertools
import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import can_run_sync, run_sync
from pyodide.webloop import WebLoop

MAIN = _thread.get_ident()
_current = MAIN
_idents = itertools.count(MAIN + 1)
_interruptible: set["Wait"] = set()
_page_loop = asyncio.get_event_loop()


def get_ident() -> int:
    """Stands for `_thread.get_ident`."""
    return _current


class Wait:
    """One suspension of one stack. The first of `end` and the time-out ends it; it never fails in JavaScript.

    (Two failures in one turn of the page's loop confuse Pyodide 314.0.7, which keeps the error in one place.)
    """

    __slots__ = ("_interrupted", "_promise", "_resolve")

    def __init__(self) -> None:
        pair = js.Promise.withResolvers()
        self._promise, self._resolve = pair.promise, pair.resolve
        self._interrupted = False

    def end(self) -> None:
        self._resolve(True)

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt where it waits."""
        self._interrupted = True
        self._resolve(True)

    def until_ended(self, seconds: float = -1, *, interruptible: bool = False) -> bool:
        """Suspend the running stack; False if `seconds` (negative: no limit) passed first."""
        global _current
        if not can_run_sync():
            raise RuntimeError("cannot block here: this call stack cannot be suspended")
        me = _current
        timer = js.setTimeout(self._resolve, min(seconds * 1000, 2**31 - 1), False) if seconds >= 0 else None
        if interruptible or me == MAIN:
            _interruptible.add(self)
        _current = MAIN  # what runs meanwhile belongs to the page's loop
        # Pyodide waits on whatever loop is the running one; a virtual loop would never wake this stack.
        loop = asyncio._get_running_loop()
        asyncio._set_running_loop(_page_loop)
        try:
            ended: bool = run_sync(self._promise)
        finally:
            asyncio._set_running_loop(loop)
            _current = me
            _interruptible.discard(self)
            if timer is not None:
                js.clearTimeout(timer)
        if self._interrupted:
            raise KeyboardInterrupt
        return ended


def interrupt() -> int:
    """Raise KeyboardInterrupt in the main stack and in sleeping threads, if they wait; says in how many."""
    waits = list(_interruptible)
    for wait in waits:
        wait.interrupt()
    return len(waits)


class Lock:
    """Stands for `_thread.lock`. A release hands the lock, still locked, to who has waited longest."""

    __slots__ = ("__weakref__", "_locked", "_waiters")

    def __init__(self) -> None:
        self._locked = False
        self._waiters: deque[Wait] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        if not self._locked:
            self._locked = True
            return True
        if not blocking or timeout == 0:
            return False
        wait = Wait()
        self._waiters.append(wait)
        try:
            handed_over = wait.until_ended(timeout)
        except BaseException:
            if not self._withdraw(wait):
                self.release()
            raise
        return handed_over or not self._withdraw(wait)

    def _withdraw(self, wait: Wait) -> bool:
        """Stop waiting; False if the lock has been handed over already."""
        try:
            self._waiters.remove(wait)
        except ValueError:
            return False
        return True

    def release(self) -> None:
        if not self._locked:
            raise RuntimeError("release unlocked lock")
        if self._waiters:
            self._waiters.popleft().end()
        else:
            self._locked = False

    def locked(self) -> bool:
        return self._locked

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()

    def __repr__(self) -> str:
        return f"<{'locked' if self._locked else 'unlocked'} {type(self).__name__} at {id(self):#x}>"

    def _at_fork_reinit(self) -> None:
        self._locked = False
        self._waiters.clear()


class ThreadHandle:
    """Stands for `_thread._ThreadHandle`."""

    def __init__(self) -> None:
        self.ident: int | None = None
        self._done = False
        self._joiners: list[Wait] = []

    def is_done(self) -> bool:
        return self._done

    def _set_done(self) -> None:
        self._done = True
        for wait in self._joiners:
            wait.end()
        self._joiners.clear()

    def join(self, timeout: float | None = None) -> None:
        if self._done or (timeout is not None and timeout <= 0):
            return
        if self.ident == _current:
            raise RuntimeError("Cannot join current thread")
        wait = Wait()
        self._joiners.append(wait)
        wait.until_ended(-1 if timeout is None else timeout)


def start_joinable_thread(
    function: Callable[[], object], handle: ThreadHandle | None = None, daemon: bool = True
) -> ThreadHandle:
    """Stands for `_thread.start_joinable_thread`: the new thread runs when the present one blocks."""
    started = handle or ThreadHandle()
    started.ident = ident = next(_idents)

    def run() -> None:
        global _current
        _current = ident
        asyncio._set_running_loop(None)  # a thread has no loop; Pyodide gives every stack a state of its own
        try:
            function()
        finally:
            started._set_done()
            _current = MAIN

    _page_loop.call_soon(run, context=contextvars.Context())
    return started


def start_new_thread(
    function: Callable[..., object], args: tuple[Any, ...], kwargs: dict[str, Any] | None = None
) -> int:
    """Stands for `_thread.start_new_thread`."""

    def run() -> None:
        try:
            function(*args, **(kwargs or {}))
        except SystemExit:
            pass
        except BaseException:
            sys.excepthook(*sys.exc_info())

    ident = start_joinable_thread(run).ident
    assert ident is not None
    return ident


@functools.wraps(time.sleep)
def sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    Wait().until_ended(seconds, interruptible=True)


def install() -> bool:
    """Replace the bottom layer; False where stacks cannot be suspended, and nothing has been changed."""
    if not can_run_sync():
        return False
    replaced: dict[Any, dict[str, Any]] = {
        _thread: {
            "start_joinable_thread": start_joinable_thread,
            "start_new_thread": start_new_thread,
            "allocate_lock": Lock,
            "lock": Lock,
            "LockType": Lock,
            "get_ident": get_ident,
            "_ThreadHandle": ThreadHandle,
        },
        threading: {
            "_start_joinable_thread": start_joinable_thread,
            "_start_new_thread": start_new_thread,
            "_allocate_lock": Lock,
            "Lock": Lock,
            "_CRLock": None,
            "get_ident": get_ident,
            "_ThreadHandle": ThreadHandle,
        },
        queue: {"SimpleQueue": queue._PySimpleQueue},
    }
    for module, names in replaced.items():
        for name, value in names.items():
            setattr(module, name, value)
    import _threading_local

    threading.local = _threading_local.local
    threading._active_limbo_lock = threading.RLock()
    time.sleep = sleep
    os.cpu_count = os.process_cpu_count = lambda: int(js.navigator.hardwareConcurrency or 4)
    concurrent.futures.thread._global_shutdown_lock = Lock()
    WebLoop.run_in_executor = _run_in_executor
    # The incremental collector of 314.0.7 walks the frames of suspended stacks and crashes (pyodide#6464). Full
    # collections are safe: there is one between cells.
    gc.disable()
    return True


def _run_in_executor(loop: Any, executor: Any, function: Callable[..., Any], *args: Any) -> Any:
    """`loop.run_in_executor` of the page's loop, which knows no threads."""
    if executor is None:
        executor = getattr(loop, "_page_executor", None)
        if executor is None:
            executor = loop._page_executor = concurrent.futures.ThreadPoolExecutor(
                thread_name_prefix="asyncio"
            )
    return asyncio.wrap_future(executor.submit(function, *args), loop=loop)

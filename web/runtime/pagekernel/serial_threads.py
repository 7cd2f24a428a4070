"""For browsers that cannot suspend a stack: code with threads runs to its end, one thread after the other.

A thread runs where it is started, a submitted call where it is submitted. What would have to wait for another thread
that cannot run any more fails with Python's own error, "can't start new thread" excepted.
"""

import concurrent.futures.thread
import itertools
import threading
from collections.abc import Callable
from typing import Any

_idents = itertools.count(threading.get_ident() + 1)
_current = threading.get_ident()


class ThreadHandle:
    """Stands for `_thread._ThreadHandle`; its thread has ended before anybody can ask."""

    def __init__(self) -> None:
        self.ident: int | None = None

    def is_done(self) -> bool:
        return True

    def _set_done(self) -> None:
        """It is."""

    def join(self, timeout: float | None = None) -> None:
        """It has ended."""


def _start(function: Callable[[], object], handle: ThreadHandle | None = None, daemon: bool = True) -> Any:
    global _current
    started = handle or ThreadHandle()
    caller, _current = _current, next(_idents)
    started.ident = _current
    try:
        function()
    finally:
        _current = caller
    return started


def _submit(self: Any, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    future: concurrent.futures.Future[Any] = concurrent.futures.Future()
    future.set_running_or_notify_cancel()
    try:
        future.set_result(function(*args, **kwargs))
    except Exception as error:
        future.set_exception(error)
    return future


def install() -> None:
    """Replace how threads start and how pools take work."""
    threading.get_ident = lambda: _current
    threading._start_joinable_thread = _start
    threading._ThreadHandle = ThreadHandle
    concurrent.futures.thread.ThreadPoolExecutor.submit = _submit

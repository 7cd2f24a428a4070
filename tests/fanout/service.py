"""A service to be called by tests of policies: it counts, takes its time, and fails as it is told."""

from __future__ import annotations

import threading
from typing import Any

from fanout import Lambda

from .modes import Mode, now


class Service:
    """Call number n takes `seconds` and ends as the n-th of `script` says: an exception is raised, else returned.

    After the script the last entry counts. `calls` are the inputs, `starts` the virtual times.
    """

    def __init__(self, mode: Mode, *script: Any, seconds: float = 1) -> None:
        self.script = script or ("ok",)
        self.seconds = seconds
        self.calls: list[Any] = []
        self.starts: list[float] = []
        self._lock = threading.Lock()
        self.step: Lambda[Any, Any] = mode.wait(seconds, self._answer)

    def _answer(self, value: Any) -> Any:
        with self._lock:
            outcome = self.script[min(len(self.calls), len(self.script) - 1)]
            self.calls.append(value)
            self.starts.append(round(now() - self.seconds, 6))
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome(value) if callable(outcome) else outcome

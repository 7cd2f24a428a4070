"""Trying again: `Retry`, and what a server asks for in `Retry-After`."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from email.utils import parsedate_to_datetime
from typing import Any

from fanout.policy import ErrorFilter, Policy, concerns
from fanout.recorder import OpenSpan, Recorder, current_recorder, current_span
from fanout.runtime import Runtime
from fanout.spans import traced, traced_chunks
from fanout.steplike import I, O, StepLike


class Retry(Policy[I, O]):
    """Calls the step again when it fails; usually written `step.with_retry(3)`.

    * `attempts` (LangChain: `stop_after_attempt`): how many calls there are at most, the first included. The last
      error is raised as it is, with a note.
    * `on` (LangChain: `retry_if_exception_type`): which errors are worth another attempt: an exception type, several,
      or a predicate. Others are raised at once. Cancellation is never retried.
    * Before attempt n + 1 it waits: `base * factor ** (n - 1)` seconds, at most `longest`; with `jitter` a random time
      between nothing and that ("full jitter", which spreads callers that failed together best). After M. Brooker,
      "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015).
    * `Retry-After`: if the exception says how long to wait, it waits no less. It is read from `error.retry_after`
      (seconds) or the headers of `error.response` (seconds or a date: RFC 9110, section 10.2.3).
    * `max_elapsed`: no attempt begins later than this many seconds after the first began. If the pause would end
      later, the error is raised at once instead.

    While it waits it holds no limit; cancellation ends the wait at once.

    On a branch only that branch is called again. On the whole all branches are, also those that succeeded: prefer the
    branch, unless the branches only make sense together. Of a stream, an attempt counts as successful with its first
    part; an error after that is raised.
    """

    kind = "retry"

    def __init__(
        self,
        step: StepLike[I, O],
        attempts: int = 3,
        *,
        on: ErrorFilter = Exception,
        base: float = 0.5,
        factor: float = 2.0,
        longest: float = 30.0,
        jitter: bool = True,
        max_elapsed: float | None = None,
    ) -> None:
        super().__init__(step)
        if attempts < 1:
            raise ValueError(f"attempts must be at least 1, not {attempts}")
        if base < 0 or factor < 1 or longest < 0:
            raise ValueError("base and longest must not be negative, and factor not below 1")
        self.attempts, self.handled = attempts, on
        self.base, self.factor, self.longest, self.jitter = base, factor, longest, jitter
        self.max_elapsed = max_elapsed

    def __repr__(self) -> str:
        return f"Retry({self.step!r}, {self.attempts})"

    def pause(self, failed: int, error: BaseException | None = None) -> float:
        """Seconds to wait after `failed` attempts (1, 2, …), the last of which raised `error`."""
        try:
            ceiling = min(self.longest, self.base * self.factor ** (failed - 1))
        except OverflowError:
            ceiling = self.longest
        own = random.uniform(0, ceiling) if self.jitter else ceiling
        asked = retry_after(error) if error is not None else None
        return own if asked is None else max(own, asked)

    async def run(self, rt: Runtime, value: I) -> O:
        call = _Call(self, rt)
        while True:
            await call.begin()
            try:
                if call.noted is None:
                    return await self.step.run(rt, value)
                return await traced(rt, *call.noted, self.step, value)  # type: ignore[no-any-return]
            except Exception as error:
                if not call.goes_on(error):
                    raise

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        call = _Call(self, rt)
        while True:
            await call.begin()
            begun = False
            try:
                if call.noted is None:
                    parts = self.step.chunks(rt, value)
                else:
                    parts = traced_chunks(rt, *call.noted, self.step, value)
                async with aclosing(parts) as stream:
                    async for chunk in stream:
                        begun = True
                        yield chunk
                return
            except Exception as error:
                if begun or not call.goes_on(error):
                    raise


class _Call:
    """One call of a `Retry`: its attempts, the pauses between them, and their spans if somebody records."""

    def __init__(self, retry: Retry[Any, Any], rt: Runtime) -> None:
        self.retry, self.rt = retry, rt
        self.began = rt.now()
        self.number = 0
        self.wait: float | None = None
        self.recorder, self.span = current_recorder.get(), current_span.get()
        self.noted: tuple[Recorder, OpenSpan] | None = None
        if self.recorder is not None and self.span is not None:
            self.recorder.state(self.span, "running")

    async def begin(self) -> None:
        """Wait for the next attempt and begin its span."""
        if self.wait is not None:
            await self.rt.sleep(self.wait)
        self.number += 1
        if self.recorder is not None and self.span is not None:
            if self.wait is not None:
                self.recorder.state(self.span, "running")
            span = self.recorder.begin("", "attempt", self.span, None, self.retry.step)
            span.attrs = {"attempt": self.number}
            self.noted = (self.recorder, span)

    def goes_on(self, error: Exception) -> bool:
        """Whether there is another attempt after this error, and after which pause."""
        retry = self.retry
        if not concerns(retry.handled, error):
            return False
        if self.number == retry.attempts:
            if retry.attempts > 1:
                error.add_note(f"the last of {retry.attempts} attempts")
            return False
        self.wait = retry.pause(self.number, error)
        if retry.max_elapsed is not None and self.rt.now() + self.wait - self.began > retry.max_elapsed:
            error.add_note(
                f"after {self.number} attempts: another one in {self.wait:.3g} s would begin "
                f"more than {retry.max_elapsed:g} s after the first"
            )
            return False
        if self.recorder is not None and self.span is not None:
            self.recorder.event(self.span, "retry", attempt=self.number, wait=self.wait)
            self.recorder.state(self.span, "backoff")
        return True


def retry_after(error: BaseException) -> float | None:
    """How many seconds the server asked to wait, or None if the exception does not say.

    Looks at `error.retry_after` (a number, or text as in the header), then at the headers `retry-after-ms` and
    `Retry-After` of `error.response`, as exceptions of httpx, requests and the clients built on them have it. What
    cannot be understood is ignored, a time in the past is 0.
    """
    headers: Any = getattr(getattr(error, "response", None), "headers", None)
    try:
        named = {str(key).lower(): text for key, text in dict(headers or {}).items()}
    except (TypeError, ValueError):
        named = {}
    candidates = [
        _seconds(getattr(error, "retry_after", None)),
        _scaled(_seconds(named.get("retry-after-ms")), 1e-3),
        _seconds(named.get("retry-after")),
    ]
    return next((seconds for seconds in candidates if seconds is not None), None)


def _scaled(seconds: float | None, factor: float) -> float | None:
    return None if seconds is None else seconds * factor


def _seconds(value: Any) -> float | None:
    """A number, its text, or an HTTP date, as seconds from now."""
    if value is None or isinstance(value, bool):
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (TypeError, ValueError, AttributeError, IndexError):
            return None
    return max(0.0, seconds) if seconds < float("inf") else None

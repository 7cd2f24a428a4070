"""Not calling what is known to be down: `CircuitBreaker`."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import Any, Literal

from fanout.policy import ErrorFilter, Policy, concerns, note, positive
from fanout.runtime import Runtime
from fanout.spans import enter, enter_chunks
from fanout.steplike import I, O, StepLike

State = Literal["closed", "open", "half-open"]


class CircuitOpen(Exception):
    """The breaker refused the call: it was not made. `retry_after`: seconds until the next trial is allowed."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message, retry_after)
        self.retry_after = retry_after

    def __str__(self) -> str:
        return str(self.args[0])


class CircuitBreaker:
    """Counts the failures of calls, and refuses further ones for a while when there are too many.

    Share one among all steps that call the same service: `step.with_breaker(breaker)`; tasks, threads and event loops
    may use it at once.

    * **closed**: calls pass. It opens with the `failures`-th failure within `window` seconds; or, if `rate` is given,
      when at least `failures` calls ended within the window and that share of them (0.5, say) failed.
    * **open**: calls are refused at once with `CircuitOpen`, for `cooldown` seconds.
    * **half-open**: then up to `trials` calls pass, the others are refused. If as many succeed it closes, with the
      window empty; if one fails it opens again.

    `on` says which errors are failures of the service (an error of the caller, HTTP 400 say, is none: it counts as an
    answer). A cancelled call counts as neither. A call that ends after the state has changed since it began counts no
    more. Times are seconds.

    Order: `step.with_retry(3).with_breaker(b)` counts a call as one failure after three attempts;
    `step.with_breaker(b).with_retry(3)` counts every attempt, and the retry, which honours `retry_after`, waits for the
    trial. On the whole it counts a failed branch as a failure of the whole, and refuses all branches.

    After M. T. Nygard, "Release It!" (2nd ed., 2018), chapter "Stability Patterns".
    """

    def __init__(
        self,
        failures: int = 5,
        *,
        rate: float | None = None,
        window: float = 60.0,
        cooldown: float = 30.0,
        trials: int = 1,
        on: ErrorFilter = Exception,
    ) -> None:
        if failures < 1 or trials < 1:
            raise ValueError("failures and trials must be at least 1")
        if rate is not None and not 0 < rate <= 1:
            raise ValueError(f"rate must lie above 0 and not above 1, not {rate}")
        self.failures, self.rate, self.trials, self.on = failures, rate, trials, on
        self.window, self.cooldown = positive("window", window), positive("cooldown", cooldown)
        self._lock = threading.Lock()
        self._ended: deque[tuple[float, bool]] = deque()
        """When calls ended, and whether they failed; successes only if the rate is asked for."""
        self._failed = 0
        self._opened: float | None = None
        self._trying = self._succeeded = 0
        self._epoch = 0
        """Changes with each change of state, so that a call knows whether it still counts."""

    def __repr__(self) -> str:
        return f"<CircuitBreaker {self.state}>"

    @property
    def state(self) -> State:
        """What it is now: closed, open, or half-open (a trial is allowed or under way)."""
        with self._lock:
            return self._state(time.monotonic())

    def enter(self) -> int:
        """Ask to make a call. Returns what `leave` wants to know, or raises `CircuitOpen`."""
        now = time.monotonic()
        with self._lock:
            state = self._state(now)
            if state == "closed":
                return self._epoch
            assert self._opened is not None
            left = self._opened + self.cooldown - now
            if state == "half-open" and self._trying + self._succeeded < self.trials:
                self._trying += 1
                return self._epoch
        raise CircuitOpen(
            f"the circuit is {state}: "
            + (f"the next trial is in {left:.3g} s" if left > 0 else "a trial is under way"),
            max(0.0, left),
        )

    def leave(self, epoch: int, failed: bool | None) -> None:
        """A call has ended: it `failed`, or not, or (None) was cancelled."""
        now = time.monotonic()
        with self._lock:
            if epoch != self._epoch:
                return
            if self._opened is not None:
                self._trying -= 1
                self._tried(now, failed)
            elif failed is not None:
                self._count(now, failed)

    def _state(self, now: float) -> State:
        if self._opened is None:
            return "closed"
        return "open" if now < self._opened + self.cooldown else "half-open"

    def _tried(self, now: float, failed: bool | None) -> None:
        if failed:
            self._change(now)
        elif failed is not None:
            self._succeeded += 1
            if self._succeeded == self.trials:
                self._change(None)

    def _count(self, now: float, failed: bool) -> None:
        if failed or self.rate is not None:
            self._ended.append((now, failed))
            self._failed += failed
        while self._ended and self._ended[0][0] <= now - self.window:
            self._failed -= self._ended.popleft()[1]
        enough = len(self._ended) >= self.failures
        if enough and failed and (self.rate is None or self._failed >= self.rate * len(self._ended)):
            self._change(now)

    def _change(self, opened: float | None) -> None:
        self._opened = opened
        self._epoch += 1
        self._ended.clear()
        self._failed = self._trying = self._succeeded = 0


class Guarded(Policy[I, O]):
    """A step behind a `CircuitBreaker`; usually written `step.with_breaker(breaker)`. A stream counts as one call."""

    kind = "breaker"

    def __init__(self, step: StepLike[I, O], breaker: CircuitBreaker) -> None:
        super().__init__(step)
        self.breaker = breaker

    async def run(self, rt: Runtime, value: I) -> O:
        with self._counted():
            return await enter(rt, self.step, value)

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        with self._counted():
            async with aclosing(enter_chunks(rt, self.step, value)) as stream:
                async for chunk in stream:
                    yield chunk

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            epoch = self.breaker.enter()
        except CircuitOpen:
            note("refused")
            raise
        failed: bool | None = None
        try:
            yield
            failed = False
        except Exception as error:
            failed = concerns(self.breaker.on, error)
            raise
        finally:
            self.breaker.leave(epoch, failed)

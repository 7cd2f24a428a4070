"""Limits: what is held around calls of user code, wherever in a tree of steps they happen.

`Limiter` bounds how many run at once, `RateLimiter` how many begin in a time, `Adaptive` finds the bound itself. Give
one to `step.with_limit(…)` or `Parallel(limit=…)`, to as many steps as share the resource. Calls under several limits
take them in one order that is the same for all, so that two calls cannot wait for each other; rates come last, so that
what they admit begins at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fanout.runtime import Runtime, Signal

_orders = count()
_RATES = 1 << 60
"""Added to the order of a rate limiter."""
_RESOLUTION = 1e-9
"""Seconds by which a timer may be early: so little missing is no reason to wait again."""


class Limiter:
    """At most `n` calls at once, first come, first served, among everybody who has this limiter.

    Give it to `Parallel(limit=…)` or to `step.with_limit(…)`, to as many as you like: tasks and threads, several event
    loops and nested steps share it. It is held only while user code runs, never by a step that waits for others, so
    nesting cannot deadlock.
    """

    def __init__(self, n: int) -> None:
        if n < 1:
            raise ValueError(f"limit must be at least 1, not {n}")
        self.n = n
        self.order = next(_orders)
        self._free = n
        self._lock = threading.Lock()
        self._waiting: deque[Signal] = deque()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.n})"

    async def acquire(self, rt: Runtime, args: tuple[Any, ...] = ()) -> None:
        """Wait for a place. Ends with `asyncio.CancelledError` if the scope is cancelled, and then holds none."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            signal = rt.signal()
            self._waiting.append(signal)
        try:
            await signal.wait()
        except BaseException:
            with self._lock:
                if signal in self._waiting:
                    self._waiting.remove(signal)
                else:  # the place has been handed over already
                    self._put_back()
            raise

    def release(self, error: BaseException | None = None) -> None:
        """Give the place to who waits longest. `error` is what the call raised; this limiter does not care."""
        with self._lock:
            self._put_back()

    def _put_back(self, places: int = 1) -> None:
        self._free += places
        while self._free > 0 and self._waiting:
            self._free -= 1
            self._waiting.popleft().set()


class Adaptive(Limiter):
    """A `Limiter` that finds its bound: a little more after each success, half after an overload.

    It starts with `n` calls at once. Each success adds 1 / n, so n grows by one when as many calls as are allowed at
    once have succeeded (not while fewer are under way than allowed: then nothing has been tried). An overload
    multiplies n by `shrink`; further overloads among the calls that were under way then do not count, since they tell
    the same news. It stays between `least` and `most`.

    `overload` says which errors mean too much: by default HTTP 429, 503 and 529, whatever has `retry_after`, and
    time-outs. Other errors say nothing about the load and change nothing.

    Additive increase with multiplicative decrease is the rule under which callers who know nothing of each other come
    to share a resource fairly: D.-M. Chiu and R. Jain, "Analysis of the Increase and Decrease Algorithms for Congestion
    Avoidance in Computer Networks" (1989).
    """

    def __init__(
        self,
        n: int = 4,
        *,
        least: int = 1,
        most: int = 1000,
        shrink: float = 0.5,
        overload: Callable[[BaseException], bool] | None = None,
    ) -> None:
        super().__init__(n)
        if not 1 <= least <= n <= most:
            raise ValueError(f"least, n and most must be in order, and not {least}, {n}, {most}")
        if not 0 < shrink < 1:
            raise ValueError(f"shrink must lie between 0 and 1, not {shrink}")
        self.least, self.most, self.shrink = least, most, shrink
        self.overload = overload or is_overload
        self._exact = float(n)
        self._deaf = 0
        """How many calls that end from now on were under way when the bound was last lowered."""

    def release(self, error: BaseException | None = None) -> None:
        """Give the place back and learn from how the call ended."""
        overloaded = error is not None and self.overload(error)
        with self._lock:
            under_way = self.n - self._free  # this call included
            deaf, self._deaf = self._deaf > 0, max(0, self._deaf - 1)
            if error is None and under_way >= self.n:
                self._exact = min(float(self.most), self._exact + 1 / self.n)
            elif overloaded and not deaf:
                self._exact = max(float(self.least), self._exact * self.shrink)
                self._deaf = under_way - 1
            n = int(self._exact + 1e-9)  # 1 + 1/3 + 1/3 + 1/3 is to be 2
            grown, self.n = n - self.n, n
            self._put_back(1 + grown)


def is_overload(error: BaseException) -> bool:
    """Whether an error says that the other side is given too much: 429, 503, 529, a `retry_after`, or a time-out."""
    status = getattr(error, "status_code", None) or getattr(
        getattr(error, "response", None), "status_code", None
    )
    asked = getattr(error, "retry_after", None)
    return status in (429, 503, 529) or asked is not None or isinstance(error, TimeoutError)


class RateLimiter:
    """At most so many calls, and so many tokens, in a time: two token buckets that are drawn from together.

        RateLimiter(500)                                               # calls per minute
        RateLimiter(500, tokens=30_000, cost=lambda prompt: len(prompt) // 4)
        RateLimiter(10, per=1, burst=5)                                # calls per second, five of them at once

    * `requests`, `tokens`: how much `per` seconds allow; None: no bound. A bucket fills at that even rate.
    * `burst`, `token_burst`: how much it holds at most, so how much may be spent at once after a quiet time. In any
      stretch of w seconds at most `burst + requests * w / per` calls begin, and the same holds for tokens. With
      the default of one call they begin at even distances, and no window of `per` seconds, wherever it starts, sees
      more than `requests`. Tokens are bursty, since a call must fit: by default the bucket holds a whole `tokens`.
    * `cost(value)`: the tokens of a call, from the input of the *leaf* that makes it. What a call really took is often
      known afterwards: `charge` the difference.

    First come, first served: a large call is not overtaken by small ones. A call that could never fit is a
    `ValueError`. It counts beginnings: a call keeps nothing while it runs, so combine it with a `Limiter` if calls must
    not pile up. Two budgets of one service belong in one `RateLimiter`, not in two: a call waits until both have room,
    and spends from neither before.

    The bucket is that of J. Turner, "New directions in communications" (1986).
    """

    def __init__(
        self,
        requests: float | None = None,
        *,
        tokens: float | None = None,
        per: float = 60.0,
        burst: float = 1.0,
        token_burst: float | None = None,
        cost: Callable[[Any], float] | None = None,
    ) -> None:
        if requests is None and tokens is None:
            raise ValueError("say how many: requests, tokens=, or both")
        if (tokens is None) != (cost is None):
            raise ValueError(
                "tokens= needs cost=, a function that counts the tokens of an input, and the other way round"
            )
        if per <= 0 or burst < 1:
            raise ValueError("per must be above 0, and burst at least 1")
        self._cost = cost
        self._requests = None if requests is None else _Bucket("requests", requests / per, burst)
        self._tokens = None if tokens is None else _Bucket("tokens", tokens / per, token_burst or tokens)
        self.order = next(_orders) + _RATES
        self._lock = threading.Lock()
        self._waiting: deque[Signal] = deque()

    def __repr__(self) -> str:
        return f"RateLimiter({', '.join(repr(b) for b in (self._requests, self._tokens) if b is not None)})"

    async def acquire(self, rt: Runtime, args: tuple[Any, ...] = ()) -> None:
        """Wait until the call may begin. Cancelled meanwhile, it has spent nothing."""
        wanted = [(self._requests, 1.0)] if self._requests is not None else []
        if self._tokens is not None and self._cost is not None:
            wanted.append((self._tokens, self._tokens.checked(self._cost(*args))))
        signal = rt.signal()
        with self._lock:
            self._waiting.append(signal)
            alone = len(self._waiting) == 1
        try:
            if not alone:
                await signal.wait()  # until those who came before have gone
            while (seconds := self._spend(wanted, rt.now())) > 0:
                await rt.sleep(seconds)
        finally:
            with self._lock:
                first = self._waiting[0] is signal
                self._waiting.remove(signal)
                if first and self._waiting:
                    self._waiting[0].set()

    def release(self, error: BaseException | None = None) -> None:
        """Nothing is given back: what has begun has begun."""

    def charge(self, tokens: float) -> None:
        """Correct the tokens after a call: so many more than `cost` said (negative: fewer) have been spent."""
        if self._tokens is not None:
            with self._lock:
                self._tokens.level = min(self._tokens.burst, self._tokens.level - tokens)

    def _spend(self, wanted: list[tuple[_Bucket, float]], now: float) -> float:
        """Spend all of it, or nothing and say how many seconds to wait."""
        with self._lock:
            seconds = max((bucket.lacks(amount, now) for bucket, amount in wanted), default=0.0)
            if seconds == 0:
                for bucket, amount in wanted:
                    bucket.level -= amount
            return seconds


class _Bucket:
    """Holds up to `burst`, starts full, fills at `rate` a second."""

    def __init__(self, what: str, rate: float, burst: float) -> None:
        if not rate > 0:
            raise ValueError(f"{what} must be above 0")
        self.what, self.rate, self.burst = what, rate, burst
        self.level = burst
        self.filled: float | None = None

    def __repr__(self) -> str:
        return f"{self.rate:g} {self.what}/s"

    def checked(self, amount: float) -> float:
        if amount > self.burst:
            raise ValueError(f"a call of {amount:g} {self.what} never fits into a bucket of {self.burst:g}")
        return amount

    def lacks(self, amount: float, now: float) -> float:
        """Seconds until there is that much; 0: there is."""
        if self.filled is not None:
            self.level = min(self.burst, self.level + max(0.0, now - self.filled) * self.rate)
        self.filled = now
        seconds = (amount - self.level) / self.rate
        return seconds if seconds > _RESOLUTION else 0.0

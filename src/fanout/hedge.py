"""A second copy of a call that is slow: `Hedge`."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

from fanout.outcome import Chunk, Err, Ok
from fanout.policy import Policy, positive
from fanout.runtime import Runtime
from fanout.scope import Scope
from fanout.spans import start_branches
from fanout.step import Step
from fanout.steplike import I, O, StepLike


class Hedge(Policy[I, O]):
    """Starts another copy of a call that is slow and returns the first success; usually `step.with_hedge(0.3)`.

    * `after`: seconds without an answer after which another copy starts; and again after as many, up to `extra`
      copies besides the first.
    * `percentile`: instead of a fixed time, the time within which this share of calls (0.95, say) was answered,
      measured over the last `window` successful calls. Then about one call in twenty has a copy, whatever the load.
      Until a tenth of the window has been measured `after` is used, or nothing is hedged if that is None.

    The copies that are too late are cancelled; a blocking call among them is abandoned, and what it returns is dropped.
    A hedge is not a retry: a copy that fails is not replaced, and if all copies that were started have failed, the
    first error is raised, with notes about the others. Hedge only what may be done twice.

    On a branch one call is repeated. On the whole all branches are, which costs as many calls as there are branches.
    Of a stream, the copy that gives the first part wins; the others are stopped at their own first part.

    After J. Dean and L. A. Barroso, "The Tail at Scale" (CACM 56(2), 2013).
    """

    kind = "hedge"

    def __init__(
        self,
        step: StepLike[I, O],
        after: float | None = None,
        *,
        percentile: float | None = None,
        extra: int = 1,
        window: int = 100,
    ) -> None:
        super().__init__(step)
        if after is None and percentile is None:
            raise ValueError("say when to hedge: after=seconds, percentile=0.95, or both")
        if percentile is not None and not 0 < percentile < 1:
            raise ValueError(f"percentile must lie between 0 and 1, not {percentile}")
        if extra < 1 or window < 1:
            raise ValueError("extra and window must be at least 1")
        self.after = None if after is None else positive("after", after)
        self.percentile, self.extra = percentile, extra
        self._lock = threading.Lock()
        self._times: deque[float] = deque(maxlen=window)
        self._least = math.ceil(window / 10)

    @property
    def delay(self) -> float | None:
        """Seconds after which a copy would start now; None: none would."""
        if self.percentile is not None:
            with self._lock:
                times = sorted(self._times)
            if len(times) >= self._least:
                return times[math.ceil(self.percentile * len(times)) - 1]
        return self.after

    async def run(self, rt: Runtime, value: I) -> O:
        began = rt.now()
        async with rt.scope() as scope:
            copies = _Copies(self, scope, value, stream=False)
            _, outcome = await copies.next()
            scope.abandon()
        self._measured(rt.now() - began)
        return cast(O, outcome.value)

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        began = rt.now()
        async with rt.scope() as scope:
            copies = _Copies(self, scope, value, stream=True)
            winner, item = await copies.next()
            copies.winner = winner
            self._measured(rt.now() - began)
            while isinstance(item, Chunk):
                yield item.value
                key, item = await copies.next()
                while key != winner:  # a loser that had given its first part, or ended, at the same moment
                    key, item = await copies.next()
            scope.abandon()

    def _measured(self, seconds: float) -> None:
        # Of the call, not of the copy that won: otherwise copies, being quick, would lower the percentile that starts
        # them, and with it the time after which the next ones start.
        with self._lock:
            self._times.append(seconds)


class _Copies:
    """The copies of one call, in one scope."""

    def __init__(self, hedge: Hedge[Any, Any], scope: Scope, value: Any, *, stream: bool) -> None:
        self._hedge, self._scope, self._value, self._stream = hedge, scope, value, stream
        self._delay = hedge.delay
        self._started = self._failed = 0
        self._first: Err | None = None
        self.winner: int | None = None
        self._start()

    def _start(self) -> None:
        step: Step[Any, Any] = _Copy(self, self._started) if self._stream else self._hedge.step
        start_branches(self._scope, [(self._started, step, self._value)], stream=self._stream)
        self._started += 1

    async def next(self) -> tuple[int, Ok[Any] | Chunk[Any]]:
        """The next success or part of any copy; starts copies meanwhile. Raises when all copies have failed."""
        rt = self._scope.runtime
        due = None if self._delay is None else rt.now() + self._delay
        while True:
            waits = due is not None and self.winner is None and self._started <= self._hedge.extra
            got = await self._scope.next(max(0.0, due - rt.now()) if waits and due is not None else None)
            if got is None:
                assert self._delay is not None
                self._start()
                due = rt.now() + self._delay
            elif isinstance(got[1], Err):
                self._lost(got[0], got[1])
            else:
                return got[0], got[1]

    def _lost(self, key: int, outcome: Err) -> None:
        self._failed += 1
        if key == self.winner or not isinstance(outcome.error, Exception):
            outcome.throw()
        if self._first is None:
            self._first = outcome
        else:
            self._first.error.add_note(f"copy {key + 1} failed as well: {outcome.error!r}")
        if self._failed == self._started:
            self._first.throw()


class _Copy(Policy[Any, Any]):
    """A copy whose stream ends when another copy has won."""

    kind = "attempt"

    def __init__(self, copies: _Copies, number: int) -> None:
        super().__init__(copies._hedge.step)
        self.copies, self.number = copies, number

    async def run(self, rt: Runtime, value: Any) -> Any:
        return await self.step.run(rt, value)

    async def chunks(self, rt: Runtime, value: Any) -> AsyncGenerator[Any]:
        async with aclosing(self.step.chunks(rt, value)) as stream:
            async for chunk in stream:
                if self._lost:
                    return
                yield chunk
                if self._lost:
                    return

    @property
    def _lost(self) -> bool:
        return self.copies.winner not in (None, self.number)

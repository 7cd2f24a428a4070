"""The policies as methods of every step: `step.with_retry(3).with_timeout(10)`; see `fanout.policy` for their order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, Generic, cast

from fanout.steplike import I, O

if TYPE_CHECKING:
    from fanout.breaker import CircuitBreaker
    from fanout.cache import Cache
    from fanout.executors import OnExecutor
    from fanout.fallback import Fallback
    from fanout.hedge import Hedge
    from fanout.policy import ErrorFilter, Limited, Timeout
    from fanout.retry import Retry
    from fanout.runtime import Limit
    from fanout.step import Step


class Verbs(Generic[I, O]):
    """What `Step` inherits. Each method returns a new step; the one it is called on stays as it is."""

    @property
    def _step(self) -> Step[I, O]:
        return cast("Step[I, O]", self)

    def with_retry(
        self,
        attempts: int = 3,
        *,
        on: ErrorFilter = Exception,
        base: float = 0.5,
        factor: float = 2.0,
        longest: float = 30.0,
        jitter: bool = True,
        max_elapsed: float | None = None,
    ) -> Retry[I, O]:
        """Call it again when it fails, up to `attempts` times in all; see `fanout.retry.Retry`."""
        from fanout.retry import Retry

        return Retry(
            self._step,
            attempts,
            on=on,
            base=base,
            factor=factor,
            longest=longest,
            jitter=jitter,
            max_elapsed=max_elapsed,
        )

    def with_fallbacks(
        self, fallbacks: Sequence[Any], *, on: ErrorFilter = Exception, exception_key: str | None = None
    ) -> Fallback[I, O]:
        """If it fails, try these steps in order; see `fanout.fallback.Fallback`."""
        from fanout.fallback import Fallback

        return Fallback(self._step, fallbacks, on=on, exception_key=exception_key)

    def with_timeout(self, seconds: float) -> Timeout[I, O]:
        """`TimeoutError` if it takes longer than that many seconds; see `fanout.policy.Timeout`."""
        from fanout.policy import Timeout

        return Timeout(self._step, seconds)

    def with_limit(self, limit: int | Limit) -> Limited[I, O]:
        """Hold a limit, or a new `Limiter` of so many places, around its calls; see `fanout.policy.Limited`."""
        from fanout.policy import Limited

        return Limited(self._step, limit)

    def with_hedge(
        self,
        after: float | None = None,
        *,
        percentile: float | None = None,
        extra: int = 1,
        window: int = 100,
    ) -> Hedge[I, O]:
        """Start a copy if there is no answer after so many seconds; see `fanout.hedge.Hedge`."""
        from fanout.hedge import Hedge

        return Hedge(self._step, after, percentile=percentile, extra=extra, window=window)

    def with_breaker(self, breaker: CircuitBreaker | None = None) -> Step[I, O]:
        """Do not call it for a while when too many calls have failed; see `fanout.breaker.CircuitBreaker`."""
        from fanout.breaker import CircuitBreaker, Guarded

        return Guarded(self._step, breaker or CircuitBreaker())

    def with_cache(
        self, size: int = 1024, *, ttl: float | None = None, key: Callable[[I], Hashable] | None = None
    ) -> Cache[I, O]:
        """Remember results, and make identical calls at the same time only once; see `fanout.cache.Cache`."""
        from fanout.cache import Cache

        return Cache(self._step, size, ttl=ttl, key=key)

    def on(self, executor: Executor) -> OnExecutor[I, O]:
        """Run its calls on a thread pool, a process pool, a Dask cluster; see `fanout.executors`."""
        from fanout.executors import OnExecutor

        return OnExecutor(self._step, executor)

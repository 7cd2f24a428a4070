"""The first success, or the first k: `Race` and `Quorum`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, cast, overload

from fanout.outcome import Err, Ok, fail, group
from fanout.parallel import Branches
from fanout.runtime import Runtime
from fanout.spans import start_branches
from fanout.step import Step
from fanout.steplike import I, O, StepLike


class Quorum(Branches[I, dict[str, O]], Generic[I, O]):
    """Runs all branches and returns the first `k` results, `{key: result}` in declared order.

    The branches that are too late are cancelled; a blocking call among them is abandoned, and what it returns is
    dropped. As soon as `k` can no longer be reached, an `ExceptionGroup` of all failures is raised. After quorum reads:
    D. K. Gifford, "Weighted voting for replicated data" (SOSP 1979).
    """

    kind = "quorum"

    @overload
    def __init__(
        self,
        k: int,
        branches: Mapping[str, Callable[[I], Awaitable[O]]] | None = None,
        /,
        **named: Callable[[I], Awaitable[O]],
    ) -> None: ...
    @overload
    def __init__(
        self, k: int, branches: Mapping[str, StepLike[I, O]] | None = None, /, **named: StepLike[I, O]
    ) -> None: ...
    def __init__(self, k: int, branches: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        super().__init__(branches, named)
        if not 1 <= k <= len(self.branches):
            raise ValueError(f"a quorum of {k} cannot be reached with {len(self.branches)} branches")
        self.k = k

    async def run(self, rt: Runtime, value: I) -> dict[str, O]:
        results, _ = await first(self.k, self.branches, rt, value)
        return self._in_order(results)


class Race(Branches[I, O]):
    """Runs all branches and returns the first success.

    The losers are cancelled; a blocking call among them is abandoned, and what it returns is dropped. If no branch
    succeeds, an `ExceptionGroup` of all failures is raised.
    """

    kind = "race"

    @overload
    def __init__(
        self,
        branches: Mapping[str, Callable[[I], Awaitable[O]]] | None = None,
        /,
        **named: Callable[[I], Awaitable[O]],
    ) -> None: ...
    @overload
    def __init__(
        self, branches: Mapping[str, StepLike[I, O]] | None = None, /, **named: StepLike[I, O]
    ) -> None: ...
    def __init__(self, branches: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        super().__init__(branches, named)
        if not self.branches:
            raise ValueError("a race needs at least one branch")

    async def run(self, rt: Runtime, value: I) -> O:
        results, last = await first(1, self.branches, rt, value)
        return cast(O, results[last])


async def first(
    k: int, branches: Mapping[str, Step[I, Any]], rt: Runtime, value: I
) -> tuple[dict[str, Any], str]:
    """The first `k` results, and the key of the one that completed them."""
    results: dict[str, Any] = {}
    errors: dict[str, BaseException] = {}
    async with rt.scope() as scope:
        start_branches(scope, ((key, step, value) for key, step in branches.items()))
        async for key, outcome in scope:
            if isinstance(outcome, Ok):
                results[key] = outcome.value
                if len(results) == k:
                    scope.abandon()
                    return results, key
            elif isinstance(outcome, Err):
                if not isinstance(outcome.error, Exception):
                    fail(key, outcome)
                errors[key] = outcome.error
                if len(branches) - len(errors) < k:
                    break
    wanted = "no branch succeeded" if k == 1 else f"{k} branches had to succeed, only {len(results)} could"
    raise group(wanted, errors)

"""One step on many values: `Map`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sized
from typing import Any, Generic, overload

from fanout.leaf import to_step
from fanout.outcome import Err, Ok, Outcome, Outcomes, fail, name_branch
from fanout.parallel import Errors, checked_errors, checked_limit
from fanout.runtime import Runtime
from fanout.spans import start_branches
from fanout.step import Step
from fanout.steplike import I, O, StepLike


class Map(Step[Iterable[I], Any], Generic[I, O]):
    """Runs one step on each of many values and returns the list of results, in the order of the values.

    `limit` is how many run at once; the next value is fetched from the iterable only when it can start, so an endless
    or expensive one is read no further than needed. `errors` is that of `Parallel`; collected, the result is an
    `Outcomes` whose keys are the positions.
    """

    kind = "map"

    @overload
    def __init__(
        self, step: Callable[[I], Awaitable[O]], *, limit: int | None = None, errors: Errors = "raise"
    ) -> None: ...
    @overload
    def __init__(
        self, step: StepLike[I, O], *, limit: int | None = None, errors: Errors = "raise"
    ) -> None: ...
    def __init__(self, step: Any, *, limit: int | None = None, errors: Errors = "raise") -> None:
        self.step: Step[I, O] = to_step(step)
        self.limit, self.errors = checked_limit(limit), checked_errors(errors)

    def __repr__(self) -> str:
        return f"Map({self.step!r})"

    async def run(self, rt: Runtime, value: Iterable[I]) -> Any:
        results: dict[int, Any] = {}
        async with rt.scope() as scope:
            start_branches(scope, self._inputs(value), self.limit, known=isinstance(value, Sized))
            async for index, outcome in scope:
                if not isinstance(outcome, Err):
                    results[index] = Ok(outcome.value) if self.errors == "collect" else outcome.value
                elif self.errors == "collect" and isinstance(outcome.error, Exception):
                    results[index] = outcome
                else:
                    fail(index, outcome)
        in_order = {index: results[index] for index in range(len(results))}
        return Outcomes(in_order) if self.errors == "collect" else list(in_order.values())

    async def items(self, rt: Runtime, values: Iterable[I]) -> AsyncGenerator[tuple[int, Outcome[O]]]:
        """Position and outcome of each value as soon as it is known. The next value starts when one has been taken."""
        async with rt.scope() as scope:
            start_branches(scope, self._inputs(values), self.limit, known=isinstance(values, Sized))
            async for index, outcome in scope:
                yield (
                    index,
                    Err(name_branch(outcome.error, index)) if isinstance(outcome, Err) else Ok(outcome.value),
                )

    def _inputs(self, values: Iterable[I]) -> Iterator[tuple[int, Step[I, O], I]]:
        return ((index, self.step, value) for index, value in enumerate(values))

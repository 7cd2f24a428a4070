"""Named branches side by side: `Parallel`. A short loop over a scope, as all its relatives are."""

from __future__ import annotations

import copy
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from typing import Any, Literal, TypeVar, cast, overload

from fanout.leaf import to_step
from fanout.outcome import Chunk, Err, Ok, Outcomes, fail, group
from fanout.parts import Part, join
from fanout.runtime import Limit, Runtime
from fanout.scope import Scope
from fanout.spans import start_branches
from fanout.step import Step
from fanout.steplike import I, O

M = TypeVar("M")
Errors = Literal["raise", "collect"]
Merge = Callable[..., M]
"""`merge(None, *values)`, the values in declared order: see `fanout.merge`."""


class Branches(Step[I, O]):
    """Named steps that are all given the same value."""

    def __init__(self, branches: Mapping[str, Any] | None, named: Mapping[str, Any]) -> None:
        branches = branches or {}
        if twice := sorted(branches.keys() & named.keys()):
            raise ValueError(f"branch {twice[0]!r} is given twice")
        self.branches: dict[str, Step[I, Any]] = {
            key: to_step(step) for key, step in {**branches, **named}.items()
        }

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{key}={step!r}' for key, step in self.branches.items())})"

    def _in_order(self, results: Mapping[str, M]) -> dict[str, M]:
        return {key: results[key] for key in self.branches if key in results}


class Parallel(Branches[I, O]):
    """Runs all branches on the same value and returns `{key: result}` in declared order.

        Parallel(vector=search, web=browse.with_retry(3), limit=8)

    Branches are given as keywords or as a mapping (whose keys may be any text, also the names of the options):

    * `limit`: how many of these branches run at once; or a shared `Limiter`, which is held around the calls of user
      code below this step, however deep, and by whoever else has it.
    * `errors="raise"`: the first failure cancels the other branches, waits until they have stopped, and is raised as it
      is, with a note that names the branch. `errors="collect"`: every branch runs to its end and the result is an
      `Outcomes` of `Ok` and `Err`. Only an `Exception` is collected; `KeyboardInterrupt` and the like end the call.
    * `merge`: returns `merge(None, *results)` instead; see `fanout.merge`. With `errors="collect"` the results of the
      branches that succeeded are merged; if none did, an `ExceptionGroup` is raised.
    * `until`: asked after each success with the results so far; once it says yes, the remaining branches are
      cancelled (blocking calls under way are abandoned: their results are dropped) and the call returns what there is.
    * `copy_input=True`: each branch gets a deep copy. Without it all share one object and see each other's changes,
      as in LangChain.

    Each branch runs in its own copy of the context variables.
    """

    kind = "parallel"

    @overload
    def __init__(
        self: Parallel[Any, dict[str, Any]],
        branches: Mapping[str, Any] | None = None,
        /,
        *,
        limit: int | Limit | None = None,
        errors: Literal["raise"] = "raise",
        merge: None = None,
        until: Callable[[dict[str, Any]], bool] | None = None,
        copy_input: bool = False,
        **named: Any,
    ) -> None: ...
    @overload
    def __init__(
        self: Parallel[Any, Outcomes[Any]],
        branches: Mapping[str, Any] | None = None,
        /,
        *,
        limit: int | Limit | None = None,
        errors: Literal["collect"],
        merge: None = None,
        until: Callable[[dict[str, Any]], bool] | None = None,
        copy_input: bool = False,
        **named: Any,
    ) -> None: ...
    @overload
    def __init__(
        self: Parallel[Any, M],
        branches: Mapping[str, Any] | None = None,
        /,
        *,
        limit: int | Limit | None = None,
        errors: Errors = "raise",
        merge: Callable[..., M],
        until: Callable[[dict[str, Any]], bool] | None = None,
        copy_input: bool = False,
        **named: Any,
    ) -> None: ...
    def __init__(
        self,
        branches: Mapping[str, Any] | None = None,
        /,
        *,
        limit: int | Limit | None = None,
        errors: Errors = "raise",
        merge: Callable[..., Any] | None = None,
        until: Callable[[dict[str, Any]], bool] | None = None,
        copy_input: bool = False,
        **named: Any,
    ) -> None:
        super().__init__(branches, named)
        self.limit, self.errors, self.merge = checked_limit(limit), checked_errors(errors), merge
        self.until, self.copy_input = until, copy_input

    async def run(self, rt: Runtime, value: I) -> O:
        results: dict[str, Any] = {}
        errors: dict[str, Err] = {}
        async with self._scope(rt) as scope:
            start_branches(scope, self._inputs(value), self._window)
            async for key, outcome in scope:
                if type(outcome) is Ok:
                    results[key] = outcome.value
                    if self.until is not None and self.until(results):
                        scope.abandon()
                        break
                elif type(outcome) is Err:
                    self._failed(key, outcome, errors)
        return cast(O, self._result(results, errors))

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        """Gives `{key: part}` as parts come; a branch that fails under `errors="collect"` gives `{key: Err(…)}`.

        A branch goes on when its part has been taken. With `merge` there is nothing to give before the end.
        """
        if self.merge is not None:
            yield await self.run(rt, value)
            return
        parts: dict[str, list[Any]] = {}
        results: dict[str, Any] = {}
        errors: dict[str, Err] = {}
        async with self._scope(rt) as scope:
            start_branches(scope, self._inputs(value), self._window, stream=True)
            async for key, item in scope:
                if isinstance(item, Chunk):
                    if self.until is not None:
                        parts.setdefault(key, []).append(item.value)
                    yield Part({key: item.value})
                elif isinstance(item, Err):
                    self._failed(key, item, errors)
                    yield Part({key: item})
                elif self.until is not None:
                    results[key] = join(parts.pop(key, []))
                    if self.until(results):
                        scope.abandon()
                        break

    def _scope(self, rt: Runtime) -> Scope:
        return (rt if self.limit is None or isinstance(self.limit, int) else rt.limited(self.limit)).scope()

    @property
    def _window(self) -> int | None:
        return self.limit if isinstance(self.limit, int) else None

    def _inputs(self, value: I) -> Iterator[tuple[str, Step[Any, Any], I]]:
        for key, step in self.branches.items():
            yield key, step, copy.deepcopy(value) if self.copy_input else value

    def _failed(self, key: str, outcome: Err, errors: dict[str, Err]) -> None:
        if self.errors == "raise" or not isinstance(outcome.error, Exception):
            fail(key, outcome)
        errors[key] = outcome

    def _result(self, results: dict[str, Any], errors: dict[str, Err]) -> Any:
        if self.merge is not None:
            if errors and not results:
                raise group("no branch succeeded", {key: outcome.error for key, outcome in errors.items()})
            return self.merge(None, *self._in_order(results).values())
        if self.errors == "collect":
            return Outcomes(self._in_order({**{key: Ok(value) for key, value in results.items()}, **errors}))
        return self._in_order(results)


def checked_limit(limit: Any) -> Any:
    """A limit as it is. Raises `ValueError` below 1."""
    if isinstance(limit, int) and limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    return limit


def checked_errors(errors: Errors) -> Errors:
    """The mode as it is. Raises `ValueError` for another one."""
    if errors not in ("raise", "collect"):
        raise ValueError(f"errors must be 'raise' or 'collect', not {errors!r}")
    return errors

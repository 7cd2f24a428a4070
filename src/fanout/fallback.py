"""Something else instead: `Fallback`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from fanout.leaf import to_step
from fanout.policy import ErrorFilter, Policy, concerns, note
from fanout.runtime import Runtime
from fanout.spans import enter, enter_chunks
from fanout.step import Step
from fanout.steplike import I, O, StepLike


class Fallback(Policy[I, O]):
    """If the step fails, tries others in order; usually written `step.with_fallbacks([…])`.

    `on` says which errors lead to the next one (LangChain: `exceptions_to_handle`); any other is raised at once. With
    `exception_key`, the input must be a mapping, and each fallback is given a copy of it that holds the last error
    under this key (LangChain writes it into the caller's own dict, where sibling branches see it). If all
    fail, the first error is raised, with a note for each of the others.

    On a branch a fallback replaces that branch's result; on the whole, the whole result.
    """

    kind = "fallback"

    def __init__(
        self,
        step: StepLike[I, O],
        fallbacks: Sequence[Any],
        *,
        on: ErrorFilter = Exception,
        exception_key: str | None = None,
    ) -> None:
        super().__init__(step)
        if not fallbacks:
            raise ValueError("give at least one fallback")
        self.fallbacks: tuple[Step[I, O], ...] = tuple(map(to_step, fallbacks))
        self.handled, self.exception_key = on, exception_key

    def __repr__(self) -> str:
        return f"Fallback({self.step!r}, {list(self.fallbacks)!r})"

    async def run(self, rt: Runtime, value: I) -> O:
        failed: list[Exception] = []
        for step in (self.step, *self.fallbacks):
            given = self._input(value, failed)
            try:
                return await enter(rt, step, given)
            except Exception as error:
                self._failed(error, failed)
        raise failed[0]

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        failed: list[Exception] = []
        for step in (self.step, *self.fallbacks):
            given, begun = self._input(value, failed), False
            try:
                async with aclosing(enter_chunks(rt, step, given)) as stream:
                    async for chunk in stream:
                        begun = True
                        yield chunk
                return
            except Exception as error:
                if begun:
                    raise
                self._failed(error, failed)
        raise failed[0]

    def _input(self, value: Any, failed: list[Exception]) -> Any:
        if self.exception_key is None:
            return value
        if not isinstance(value, Mapping):
            raise TypeError(f"exception_key needs a mapping as input, not {type(value).__name__}")
        return {**value, self.exception_key: failed[-1]} if failed else value

    def _failed(self, error: Exception, failed: list[Exception]) -> None:
        """Go on to the next fallback, or raise."""
        if not concerns(self.handled, error):
            raise error
        if failed:
            failed[0].add_note(f"fallback {len(failed)} failed as well: {error!r}")
        failed.append(error)
        note("fallback", error=repr(error))

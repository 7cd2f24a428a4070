"""Steps one after the other: `Sequence`, usually written `a | b | c`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

from fanout.leaf import to_step
from fanout.runtime import Runtime
from fanout.spans import enter, enter_chunks
from fanout.step import Step
from fanout.steplike import I, O


class Sequence(Step[I, O]):
    """Steps one after the other, each given what the one before it returned. Usually written `a | b | c`."""

    kind = "sequence"

    def __init__(self, *steps: Any) -> None:
        if not steps:
            raise ValueError("a sequence needs at least one step")
        flat: list[Step[Any, Any]] = []
        for step in map(to_step, steps):
            flat += step.steps if isinstance(step, Sequence) else [step]
        self.steps: tuple[Step[Any, Any], ...] = tuple(flat)

    def __repr__(self) -> str:
        return " | ".join(map(repr, self.steps))

    async def run(self, rt: Runtime, value: I) -> O:
        result: Any = value
        for step in self.steps:
            result = await enter(rt, step, result)
        return cast(O, result)

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        """Runs the steps up to the last that needs its whole input; from there on parts pass through."""
        first = len(self.steps) - 1
        while first > 0 and self.steps[first].transforms:
            first -= 1
        result: Any = value
        for step in self.steps[:first]:
            result = await enter(rt, step, result)
        stream = enter_chunks(rt, self.steps[first], result)
        for step in self.steps[first + 1 :]:
            stream = _through(step, rt, stream)
        async with aclosing(stream):
            async for chunk in stream:
                yield chunk


async def _through(step: Step[Any, Any], rt: Runtime, source: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
    async with aclosing(source), aclosing(step.transform(rt, source)) as stream:
        async for chunk in stream:
            yield chunk

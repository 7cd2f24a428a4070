"""The run that the home page replays: the same three calls in a row and side by side, recorded from LangChain itself.

The calls wait as long as a model might take; the virtual clock makes that wait free, and the record the same each time.
The page shows the source of `in_a_row` and `side_by_side` as it stands here.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda, RunnableParallel

from fanout.clock import simulate
from fanout.langchain import trace_runnables
from fanout.trace import Trace

SECONDS = {"summary": 1.0, "tags": 0.6, "reply": 0.8}


def call(name: str) -> Runnable[str, str]:
    """Stands for a call of a model: it waits, then answers."""

    async def answer(mail: str) -> str:
        await asyncio.sleep(SECONDS[name])
        return f"{name} of {mail}"

    return RunnableLambda(answer, name=name)


summary, tags, reply = map(call, SECONDS)


async def in_a_row(mail: str) -> dict[str, Any]:
    return {
        "summary": await summary.ainvoke(mail),
        "tags": await tags.ainvoke(mail),
        "reply": await reply.ainvoke(mail),
    }


async def side_by_side(mail: str) -> dict[str, Any]:
    chain = RunnableParallel(summary=summary, tags=tags, reply=reply)
    return await chain.ainvoke(mail)


@dataclass(frozen=True)
class Call:
    """When one call ran, in seconds from the start of its run."""

    name: str
    start: float
    end: float


@dataclass(frozen=True)
class Recorded:
    """One of the two runs."""

    calls: tuple[Call, ...]
    seconds: float
    value: dict[str, Any]
    versions: dict[str, str]
    source: str


@cache
def recorded(run: Callable[[str], Awaitable[dict[str, Any]]]) -> Recorded:
    """Run it once on the virtual clock, under the tracer."""

    async def main() -> tuple[dict[str, Any], Trace]:
        with trace_runnables() as trace:
            return await run("mail"), trace

    simulation = simulate(main())
    value, trace = simulation.value
    calls = tuple(
        Call(span.label, span.start, span.end or span.start) for span in trace.spans if span.kind == "step"
    )
    return Recorded(calls, simulation.elapsed, value, trace.versions, inspect.getsource(run))

"""The ways in which one step can run: every test of a semantic runs in all of them, on the virtual clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import pytest

from fanout import Lambda, Step
from fanout.clock import current_clock, simulate


def now() -> float:
    """Virtual seconds since the start of the simulation."""
    clock = current_clock()
    assert clock is not None
    return clock.ns / 1e9


@dataclass
class Log:
    """What happened, when: `("start", name, seconds)`, `("end", …)`, `("cancelled", …)`."""

    entries: list[tuple[str, Any, float]] = field(default_factory=list)

    def add(self, what: str, name: Any) -> None:
        self.entries.append((what, name, round(now(), 6)))

    def of(self, what: str) -> list[Any]:
        return [name for kind, name, _ in self.entries if kind == what]

    def when(self, what: str, name: Any) -> float:
        return next(at for kind, who, at in self.entries if (kind, who) == (what, name))


@dataclass(frozen=True)
class Mode:
    """`asyncio`: coroutine functions under ainvoke. `blocking`: ordinary functions under ainvoke. `threads`: invoke."""

    name: str
    asynchronous: bool
    coroutines: bool

    def wait(
        self, seconds: float, result: Any = None, error: BaseException | None = None, log: Log | None = None
    ) -> Lambda[Any, Any]:
        """A leaf that waits, then returns or raises. `result` may be a function of the input."""
        name = result if error is None else error

        def finish(value: Any) -> Any:
            if log is not None:
                log.add("end", name)
            if error is not None:
                raise error
            return result(value) if callable(result) else result

        def blocking(value: Any) -> Any:
            if log is not None:
                log.add("start", name)
            time.sleep(seconds)
            return finish(value)

        async def suspending(value: Any) -> Any:
            if log is not None:
                log.add("start", name)
            try:
                await asyncio.sleep(seconds)
            except asyncio.CancelledError:
                if log is not None:
                    log.add("cancelled", name)
                raise
            return finish(value)

        return Lambda(suspending) if self.coroutines else Lambda(blocking)

    def leaf(self, func: Callable[[Any], Any]) -> Lambda[Any, Any]:
        """A leaf that calls `func`, in this mode's form."""

        async def suspending(value: Any) -> Any:
            return func(value)

        return Lambda(suspending) if self.coroutines else Lambda(func)

    def parts(self, *pairs: tuple[float, Any], log: Log | None = None) -> Lambda[Any, Any]:
        """A leaf that gives parts, each after some seconds."""

        def blocking(_: Any) -> Generator[Any]:
            try:
                for seconds, part in pairs:
                    time.sleep(seconds)
                    if log is not None:
                        log.add("part", part)
                    yield part
            finally:
                if log is not None:
                    log.add("closed", pairs[0][1])

        async def suspending(_: Any) -> AsyncGenerator[Any]:
            try:
                for seconds, part in pairs:
                    await asyncio.sleep(seconds)
                    if log is not None:
                        log.add("part", part)
                    yield part
            finally:
                if log is not None:
                    log.add("closed", pairs[0][1])

        return Lambda(suspending) if self.coroutines else Lambda(blocking)

    def run(self, step: Step[Any, Any], value: Any = None) -> Run:
        """Run it in a simulation of its own, which also waits for whatever is left running."""
        return self.simulate(lambda: step.ainvoke(value) if self.asynchronous else step.invoke(value))

    def stream(self, step: Step[Any, Any], value: Any = None, take: int | None = None) -> Run:
        """Stream it; the value is the list of `(part, seconds)`, of the first `take` parts only if that is given."""
        parts: list[Any] = []

        def synchronous() -> list[Any]:
            stream = step.stream(value)
            for part in stream:
                parts.append((part, round(now(), 6)))
                if len(parts) == take:
                    break
            stream.close()
            return parts

        async def asynchronous() -> list[Any]:
            async with aclosing(step.astream(value)) as stream:
                async for part in stream:
                    parts.append((part, round(now(), 6)))
                    if len(parts) == take:
                        break
            return parts

        return self.simulate(asynchronous if self.asynchronous else synchronous)

    def simulate(self, work: Callable[[], Any]) -> Run:
        error: BaseException | None = None
        answered: list[float] = []

        async def asynchronous() -> Any:
            try:
                return await work()
            finally:
                answered.append(now())

        def synchronous() -> Any:
            try:
                return work()
            finally:
                answered.append(now())

        def guarded() -> Any:
            nonlocal error
            try:
                return asyncio.run(asynchronous()) if self.asynchronous else synchronous()
            except BaseException as raised:
                error = raised

        done = simulate(guarded)
        return Run(done.value, error, round(answered[0], 6), round(done.settled, 6))


@dataclass(frozen=True)
class Run:
    """How a run ended: `answered` is when the caller had the answer, `settled` when the last thread had ended."""

    value: Any
    error: BaseException | None
    answered: float
    settled: float

    def result(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value


MODES = [Mode("asyncio", True, True), Mode("blocking", True, False), Mode("threads", False, False)]

each_mode = pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)

"""Where scenarios are run: the engines, each behind the same few words, and the table of what was found."""

from __future__ import annotations

import asyncio
import contextvars
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar
from unittest.mock import patch

from langchain_core.runnables import RunnableLambda, RunnableParallel

import fanout.langchain
from fanout import Lambda, Parallel
from fanout.clock import simulate
from fanout.fallback import Fallback
from fanout.retry import Retry

CORES = 2
Facts = dict[str, Any]


class Lab(ABC):
    """An engine, and a notebook of what happens on it: who finished when, how many ran at once, what the caller got."""

    name: ClassVar[str]

    def __init__(self) -> None:
        self.effects: list[tuple[str, float]] = []
        self.started: list[tuple[str, float]] = []
        self.running = self.peak = 0
        self.answer: Any = None
        self.at: float | None = None

    # ---- how the engine spells it

    @abstractmethod
    def function(self, func: Any, afunc: Any = None) -> Any:
        """A function, or a pair of both forms, as a step."""

    @abstractmethod
    def parallel(self, branches: dict[str, Any], limit: int | None = None) -> Any:
        """Named branches, at most `limit` of them at a time."""

    @abstractmethod
    def retry(self, step: Any, attempts: int) -> Any:
        """The step, tried again at once."""

    @abstractmethod
    def fallback(self, step: Any, other: Any, exception_key: str) -> Any:
        """The step, or if it fails the other one, which finds the error in its input."""

    # ---- steps that are noted

    def step(self, name: str, delay: float, error: type[Exception] | None = None) -> Any:
        """Waits as the call does it (a coroutine suspends, a thread blocks), then returns its name, or raises."""

        async def suspending(_: Any) -> str:
            with self.noted(name, error):
                await asyncio.sleep(delay)
            return name

        return self.function(self._blocking(name, delay, error), suspending)

    def blocking(self, name: str, delay: float) -> Any:
        """A step without an asynchronous form."""
        return self.function(self._blocking(name, delay, None))

    def _blocking(self, name: str, delay: float, error: type[Exception] | None) -> Callable[[Any], str]:
        def work(_: Any) -> str:
            with self.noted(name, error):
                time.sleep(delay)
            return name

        return work

    @contextmanager
    def noted(self, name: str, error: type[Exception] | None = None) -> Iterator[None]:
        self.started.append((name, time.monotonic()))
        self.running += 1
        self.peak = max(self.peak, self.running)
        try:
            yield
        finally:
            self.running -= 1
        if error is not None:
            raise error(name)
        self.effects.append((name, time.monotonic()))

    # ---- calls that are noted

    def call(self, work: Callable[[], Any]) -> None:
        """What a blocking caller gets, and when."""
        try:
            self.answer = work()
        except Exception as error:
            self.answer = _words(error)
        self.at = time.monotonic()

    async def acall(self, awaitable: Awaitable[Any]) -> None:
        """What an asynchronous caller gets, and when. Then it lives on, as applications do."""
        try:
            self.answer = await awaitable
        except (Exception, asyncio.CancelledError) as error:
            self.answer = _words(error)
        self.at = time.monotonic()
        await asyncio.sleep(30)

    def facts(self) -> Facts:
        return {"answer": self.answer, "at": self.at, "effects": dict(self.effects), "peak": self.peak}


class LangChain(Lab):
    name = "langchain"

    def function(self, func: Any, afunc: Any = None) -> Any:
        return RunnableLambda(func, afunc)

    def parallel(self, branches: dict[str, Any], limit: int | None = None) -> Any:
        return RunnableParallel(branches).with_config(max_concurrency=limit)

    def retry(self, step: Any, attempts: int) -> Any:
        return step.with_retry(stop_after_attempt=attempts, wait_exponential_jitter=False)

    def fallback(self, step: Any, other: Any, exception_key: str) -> Any:
        return step.with_fallbacks([other], exception_key=exception_key)


class DropIn(LangChain):
    name = "dropin"

    def parallel(self, branches: dict[str, Any], limit: int | None = None) -> Any:
        return fanout.langchain.RunnableParallel(branches).with_config(max_concurrency=limit)


class Fanout(Lab):
    name = "fanout"

    def function(self, func: Any, afunc: Any = None) -> Any:
        return Lambda(func, afunc)

    def parallel(self, branches: dict[str, Any], limit: int | None = None) -> Any:
        return Parallel(branches, limit=limit)

    def retry(self, step: Any, attempts: int) -> Any:
        return Retry(step, attempts, base=0)

    def fallback(self, step: Any, other: Any, exception_key: str) -> Any:
        return Fallback(step, [other], exception_key=exception_key)


ENGINES: dict[str, type[Lab]] = {lab.name: lab for lab in (LangChain, Fanout, DropIn)}


@dataclass(frozen=True)
class Scenario:
    """A situation, what each engine does in it, and why they differ ("" where they do not)."""

    id: str
    area: str
    situation: str
    program: Callable[[Any], Any]
    expected: dict[str, Facts]
    reason: str

    def run(self, engine: str) -> Facts:
        """What the engine does: the facts that the scenario speaks of, measured."""
        lab = ENGINES[engine]()
        with patch("os.cpu_count", lambda: CORES), patch("os.process_cpu_count", lambda: CORES, create=True):
            contextvars.copy_context().run(simulate, lambda: self.program(lab))
        found = lab.facts()
        return {fact: found.get(fact, getattr(lab, fact, None)) for fact in self.expected[engine]}


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    id: str,
    area: str,
    situation: str,
    same: Facts | None = None,
    langchain: Facts | None = None,
    fanout: Facts | None = None,
    dropin: Facts | None = None,
    reason: str = "",
) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Put a program into the table. Facts: `same` for all engines, or `langchain=` and `fanout=` with a `reason`."""

    def add(program: Callable[[Any], Any]) -> Callable[[Any], Any]:
        given = {"langchain": same or langchain, "fanout": same or fanout, "dropin": dropin or same or fanout}
        expected = {engine: facts for engine, facts in given.items() if facts is not None}
        if id in SCENARIOS:
            raise ValueError(f"two scenarios are called {id}")
        if bool(reason) != (len({repr(facts) for facts in expected.values()}) > 1):
            raise ValueError(f"{id}: a difference needs a reason, and a reason a difference")
        SCENARIOS[id] = Scenario(id, area, situation, program, expected, reason)
        return program

    return add


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".removesuffix(": ")

"""`Map`, `batch` and `batch_as_completed`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import aclosing
from typing import Any

import pytest

from fanout import Err, Lambda, Map, Ok, Step
from fanout.runtime import Runtime

from .modes import Log, Mode, each_mode, now


@each_mode
def test_results_come_in_the_order_of_the_values(mode: Mode) -> None:
    step = Map(mode.wait(1, lambda x: x * 2))
    run = mode.run(step, [3, 1, 2])
    assert run.result() == [6, 2, 4]
    assert run.answered == 1


@each_mode
def test_a_limit_bounds_how_many_run(mode: Mode) -> None:
    assert mode.run(Map(mode.wait(1, 0), limit=4), range(10)).answered == 3


@each_mode
def test_values_are_fetched_only_when_they_can_start(mode: Mode) -> None:
    fetched: list[float] = []

    def endless() -> Iterator[int]:
        while True:
            fetched.append(now())
            yield len(fetched)

    def check(value: int) -> int:
        if value == 5:
            raise ValueError
        return value

    run = mode.run(Map(mode.wait(1, check), limit=2), endless())
    assert isinstance(run.error, ValueError)
    assert fetched == [0, 0, 1, 1, 2, 2]


@each_mode
def test_an_iterable_that_fails_ends_the_call(mode: Mode) -> None:
    log = Log()

    def broken() -> Iterator[int]:
        yield 1
        raise OSError("no more")

    run = mode.run(Map(mode.wait(3, "x", log=log)), broken())
    assert isinstance(run.error, OSError)
    assert run.answered == run.settled
    assert log.of("start") == log.of("end")


@each_mode
def test_a_failure_names_the_position(mode: Mode) -> None:
    run = mode.run(Map(mode.wait(1, lambda x: 1 // x)), [1, 0])
    assert isinstance(run.error, ZeroDivisionError)
    assert run.error.__notes__ == ["in parallel branch 1"]


@each_mode
def test_collected(mode: Mode) -> None:
    run = mode.run(Map(mode.wait(1, lambda x: 1 // x), errors="collect"), [1, 0])
    assert run.result()[0] == Ok(1)
    assert isinstance(run.value[1], Err)
    assert run.value.ok == {0: 1}


@each_mode
def test_no_values(mode: Mode) -> None:
    assert mode.run(Map(mode.wait(1, 0)), []).result() == []


@each_mode
def test_batch_is_map(mode: Mode) -> None:
    step = mode.wait(1, lambda x: x + 1)

    def work() -> Any:
        return step.abatch([1, 2, 3], limit=2) if mode.asynchronous else step.batch([1, 2, 3], limit=2)

    run = mode.simulate(work)
    assert run.result() == [2, 3, 4]
    assert run.answered == 2


@each_mode
def test_as_completed_gives_each_result_when_it_is_ready(mode: Mode) -> None:
    waits = {seconds: mode.wait(seconds, seconds) for seconds in (1, 2, 3)}
    step = Choose(waits)

    async def asynchronous() -> list[Any]:
        async with aclosing(step.abatch_as_completed([3, 1, 2])) as stream:
            return [(index, value, now()) async for index, value in stream]

    def synchronous() -> list[Any]:
        return [(index, value, now()) for index, value in step.batch_as_completed([3, 1, 2])]

    run = mode.simulate(asynchronous if mode.asynchronous else synchronous)
    assert run.result() == [(1, 1, 1.0), (2, 2, 2.0), (0, 3, 3.0)]


class Choose(Step[Any, Any]):
    """A kind of step made outside the package: the value says which step runs."""

    def __init__(self, steps: Mapping[Any, Step[Any, Any]]) -> None:
        self.steps = steps

    async def run(self, rt: Runtime, value: Any) -> Any:
        return await self.steps[value].run(rt, value)


def test_as_completed_raises_the_first_failure() -> None:
    results = Lambda(lambda x: 1 // x).batch_as_completed([0])
    with pytest.raises(ZeroDivisionError):
        next(results)

"""`Timeout`: what is stopped, what is abandoned, and what the seconds count."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fanout import Parallel, Step, passthrough
from fanout.limits import Limiter
from fanout.recorder import Recorder, record

from .modes import Log, Mode, each_mode
from .service import Service


@each_mode
def test_in_time(mode: Mode) -> None:
    run = mode.run(mode.wait(1, "ok").with_timeout(2))
    assert run.result() == "ok"
    assert run.answered == run.settled == 1


@each_mode
def test_too_late(mode: Mode) -> None:
    log = Log()
    run = mode.run(mode.wait(5, "late", log=log).with_timeout(2))
    assert isinstance(run.error, TimeoutError)
    assert str(run.error).endswith("took longer than 2 s")
    assert run.answered == 2
    assert run.settled == (2 if mode.coroutines else 5)  # a thread runs on, and its result is dropped
    assert log.of("cancelled" if mode.coroutines else "end") == ["late"]


@each_mode
def test_nothing_below_goes_on_after_the_call_that_is_abandoned(mode: Mode) -> None:
    log = Log()
    step = (mode.wait(3, "first", log=log) | mode.wait(1, "second", log=log)).with_timeout(2)
    assert isinstance(mode.run(step).error, TimeoutError)
    assert log.of("start") == ["first"]


@each_mode
def test_an_error_of_the_step_passes(mode: Mode) -> None:
    error = TimeoutError("its own")
    run = mode.run(mode.wait(1, error=error).with_timeout(2))
    assert run.error is error


@each_mode
def test_on_a_branch_it_spares_the_others_on_the_whole_it_stops_them(mode: Mode) -> None:
    slow, quick = Service(mode, seconds=5), Service(mode, seconds=2)
    branch = Parallel(slow=slow.step.with_timeout(1), quick=quick.step, errors="collect")
    outcomes = mode.run(branch).result()
    assert outcomes.ok == {"quick": "ok"}
    assert isinstance(outcomes.errors["slow"], TimeoutError)
    whole = Parallel(slow=slow.step, quick=quick.step, errors="collect").with_timeout(1)
    assert isinstance(mode.run(whole).error, TimeoutError)


@each_mode
def test_waiting_for_a_limit_counts(mode: Mode) -> None:
    limiter = Limiter(1)
    step = Parallel(
        first=mode.wait(3, 1).with_limit(limiter),
        second=mode.wait(1, 2).with_limit(limiter).with_timeout(2),
        errors="collect",
    )
    run = mode.run(step)
    assert list(run.result().errors) == ["second"]
    assert run.answered == 3


@each_mode
def test_nested_the_shorter_one_counts(mode: Mode) -> None:
    run = mode.run(mode.wait(9, 1).with_timeout(5).with_timeout(2))
    assert run.answered == 2
    run = mode.run(mode.wait(9, 1).with_timeout(2).with_timeout(5))
    assert run.answered == 2


class TestStreams:
    @each_mode
    def test_the_seconds_are_for_all_parts_together(self, mode: Mode) -> None:
        step = mode.parts((1, "a"), (1, "b"), (1, "c")).with_timeout(2.5)
        run = mode.stream(step)
        assert isinstance(run.error, TimeoutError)
        assert mode.stream(mode.parts((1, "a"), (1, "b")).with_timeout(2.5)).result() == [("a", 1), ("b", 2)]

    @pytest.mark.parametrize("asynchronous", [True, False])
    def test_what_the_consumer_does_with_a_part_does_not_count(self, asynchronous: bool) -> None:
        import time

        mode = Mode("", asynchronous, asynchronous)
        step = mode.parts((1, "a"), (1, "b")).with_timeout(3)

        def blocking() -> list[Any]:
            found = []
            for part in step.stream(0):
                time.sleep(10)
                found.append(part)
            return found

        async def suspending() -> list[Any]:
            found = []
            async for part in step.astream(0):
                await asyncio.sleep(10)
                found.append(part)
            return found

        assert mode.simulate(suspending if asynchronous else blocking).result() == ["a", "b"]

    @each_mode
    def test_errors_pass(self, mode: Mode) -> None:
        error = KeyError("k")
        assert mode.stream(mode.wait(1, error=error).with_timeout(2)).error is error

    @each_mode
    def test_closing_early_closes_the_step(self, mode: Mode) -> None:
        log = Log()
        run = mode.stream(mode.parts((1, "a"), (1, "b"), log=log).with_timeout(9), take=1)
        assert run.result() == [("a", 1)]
        assert log.of("closed") == ["a"]


def recorded(mode: Mode, step: Step[Any, Any]) -> Recorder:
    found: list[Recorder] = []

    async def suspending() -> Any:
        with record() as trace:
            found.append(trace)
            return await step.ainvoke(0)

    def blocking() -> Any:
        with record() as trace:
            found.append(trace)
            return step.invoke(0)

    mode.simulate(suspending if mode.asynchronous else blocking)
    return found[0]


@each_mode
def test_the_trace_tells_a_time_out_from_an_error(mode: Mode) -> None:
    trace = recorded(mode, Parallel(slow=mode.wait(5, 1).with_timeout(1), errors="collect"))
    span = trace.find("slow")
    assert (span.kind, span.outcome, span.end) == ("timeout", "timeout", 1)
    (call,) = trace.children(span)
    assert (call.outcome, call.end) == (("cancelled", 1) if mode.coroutines else ("abandoned", 5))
    own = recorded(mode, Parallel(a=mode.wait(1, error=TimeoutError()).with_timeout(5), errors="collect"))
    assert own.find("a").outcome == "error"


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_seconds_are_checked(seconds: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        passthrough.with_timeout(seconds)

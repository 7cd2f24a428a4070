"""`Hedge`: when a copy starts, who wins, what happens to the losers, and how the percentile is measured."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from fanout import Lambda, Parallel, Step, passthrough
from fanout.hedge import Hedge
from fanout.runtime import Runtime

from .modes import Log, Mode, each_mode
from .service import Service
from .test_timeout import recorded


class InTurn(Step[Any, Any]):
    """The n-th call runs the n-th step."""

    def __init__(self, *steps: Step[Any, Any]) -> None:
        self.steps, self.calls = steps, 0

    def run(self, rt: Runtime, value: Any) -> Any:
        self.calls += 1
        return self.steps[min(self.calls, len(self.steps)) - 1].run(rt, value)

    def chunks(self, rt: Runtime, value: Any) -> Any:
        self.calls += 1
        return self.steps[min(self.calls, len(self.steps)) - 1].chunks(rt, value)


@each_mode
def test_a_quick_call_has_no_copy(mode: Mode) -> None:
    service = Service(mode)
    run = mode.run(service.step.with_hedge(2))
    assert run.result() == "ok"
    assert (len(service.calls), run.settled) == (1, 1)


@each_mode
def test_the_copy_of_a_slow_call_wins(mode: Mode) -> None:
    log = Log()
    step = InTurn(mode.wait(9, "slow", log=log), mode.wait(1, "copy", log=log))
    run = mode.run(step.with_hedge(2))
    assert run.result() == "copy"
    assert run.answered == 3
    assert run.settled == (3 if mode.coroutines else 9)
    assert log.when("start", "copy") == 2
    assert log.of("cancelled") == (["slow"] if mode.coroutines else [])


@each_mode
def test_the_first_may_win_all_the_same(mode: Mode) -> None:
    run = mode.run(InTurn(mode.wait(3, "first"), mode.wait(9, "copy")).with_hedge(2))
    assert (run.result(), run.answered) == ("first", 3)


@each_mode
def test_no_more_copies_than_allowed(mode: Mode) -> None:
    step = InTurn(mode.wait(20, 1), mode.wait(20, 2), mode.wait(20, 3))
    run = mode.run(step.with_hedge(1, extra=2))
    assert run.result() == 1
    assert (step.calls, run.answered) == (3, 20)


@each_mode
def test_a_hedge_is_no_retry(mode: Mode) -> None:
    error = ValueError()
    service = Service(mode, error)
    run = mode.run(service.step.with_hedge(2))
    assert run.error is error
    assert (len(service.calls), run.answered) == (1, 1)


@each_mode
def test_a_failed_copy_leaves_the_others_their_chance(mode: Mode) -> None:
    step = InTurn(mode.wait(5, "first"), mode.wait(1, error=ValueError()))
    assert mode.run(step.with_hedge(2)).result() == "first"
    step = InTurn(mode.wait(3, error=ValueError()), mode.wait(5, "copy"))
    assert mode.run(step.with_hedge(2)).answered == 7


@each_mode
def test_if_all_fail_the_first_error_is_raised_and_names_the_others(mode: Mode) -> None:
    error = ValueError("first")
    step = InTurn(mode.wait(3, error=error), mode.wait(5, error=KeyError("second")))
    run = mode.run(step.with_hedge(2))
    assert run.error is error
    assert error.__notes__ == ["copy 2 failed as well: KeyError('second')"]


@each_mode
def test_on_a_branch_one_call_is_repeated_on_the_whole_all_are(mode: Mode) -> None:
    quick, slow = Service(mode), Service(mode, seconds=5)
    mode.run(Parallel(quick=quick.step, slow=slow.step.with_hedge(2))).result()
    assert (len(quick.calls), len(slow.calls)) == (1, 1 if mode.coroutines else 2)
    quick, slow = Service(mode), Service(mode, seconds=5)
    mode.run(Parallel(quick=quick.step, slow=slow.step).with_hedge(2)).result()
    assert len(quick.calls) == 2


class TestPercentile:
    @each_mode
    def test_nothing_is_hedged_before_there_are_measurements(self, mode: Mode) -> None:
        step = InTurn(mode.wait(9, 1))
        assert mode.run(step.with_hedge(percentile=0.9)).answered == 9
        assert step.calls == 1

    def test_is_that_of_the_last_calls(self) -> None:
        mode = Mode("", True, True)
        hedge = Hedge(mode.wait(1, 0) | mode.wait(0, 0), after=50, percentile=0.5, window=10)
        assert hedge.delay == 50
        for _ in range(3):
            mode.run(hedge)
        assert hedge.delay == pytest.approx(1)

    @pytest.mark.parametrize("percentile", [0.5, 0.9, 0.95])
    def test_the_share_of_copies_stays_what_it_should_be(self, percentile: float) -> None:
        """Copies are quick. Were they measured, the percentile would fall, and with it the share would rise."""
        mode = Mode("", True, True)
        calls: list[int] = []

        def seconds(_: Any) -> float:
            calls.append(1)
            return random.lognormvariate(0, 1)

        async def answer(_: Any) -> None:
            await asyncio.sleep(seconds(_))

        hedge = Lambda(answer).with_hedge(percentile=percentile, window=200)

        async def main() -> int:
            for _ in range(300):
                await hedge.ainvoke(0)
            calls.clear()
            for _ in range(2000):
                await hedge.ainvoke(0)
            return len(calls) - 2000

        copies = mode.simulate(main).result()
        assert copies / 2000 == pytest.approx(1 - percentile, abs=0.03)


class TestStreams:
    @each_mode
    def test_the_first_part_decides(self, mode: Mode) -> None:
        log = Log()
        slow = mode.parts((5, "s"), (1, "t"), log=log)
        quick = mode.parts((1, "q"), (9, "r"), log=log)
        run = mode.stream(InTurn(slow, quick).with_hedge(2))
        assert run.result() == [("q", 3), ("r", 12)]
        assert "t" not in log.of("part")  # the loser ended at its first part
        assert sorted(log.of("closed")) == ["q", "s"]

    @each_mode
    def test_a_quick_stream_has_no_copy(self, mode: Mode) -> None:
        step = InTurn(mode.parts((1, "a"), (5, "b")))
        assert mode.stream(step.with_hedge(2)).result() == [("a", 1), ("b", 6)]
        assert step.calls == 1

    @each_mode
    def test_an_error_of_the_winner_is_raised(self, mode: Mode) -> None:
        error = ValueError()
        broken = Parallel(a=mode.parts((1, "a"), (9, "b")), bad=mode.wait(4, error=error))
        run = mode.stream(InTurn(broken, mode.wait(9, 1)).with_hedge(2))
        assert run.error is error

    @each_mode
    def test_a_failed_copy_leaves_the_others_their_chance(self, mode: Mode) -> None:
        step = InTurn(mode.wait(3, error=ValueError()), mode.parts((2, "a"), (1, "b")))
        assert mode.stream(step.with_hedge(2)).result() == [("a", 4), ("b", 5)]

    @each_mode
    def test_closing_early_stops_all_copies(self, mode: Mode) -> None:
        log = Log()
        step = InTurn(mode.parts((3, "s"), (9, "t"), log=log), mode.parts((2, "q"), (9, "r"), log=log))
        assert mode.stream(step.with_hedge(2), take=1).result() == [("s", 3)]
        assert sorted(log.of("closed")) == ["q", "s"]


@each_mode
def test_the_copies_are_spans(mode: Mode) -> None:
    trace = recorded(mode, InTurn(mode.wait(9, "slow"), mode.wait(1, "copy")).with_hedge(2))
    root = trace.roots[0]
    assert root.kind == "hedge"
    slow, copy = trace.children(root)
    assert (slow.start, slow.outcome) == (0, "cancelled" if mode.coroutines else "abandoned")
    assert (copy.start, copy.end, copy.outcome) == (2, 3, "ok")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"after": 0},
        {"percentile": 1},
        {"percentile": 0},
        {"after": 1, "extra": 0},
        {"after": 1, "window": 0},
    ],
)
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|say when"):
        passthrough.with_hedge(**options)

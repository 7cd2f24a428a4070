"""`Race` and `Quorum`: who wins, what becomes of the losers, and what happens if too many fail."""

from __future__ import annotations

from typing import Any

import pytest

from fanout import Parallel, Quorum, Race
from fanout.limits import Limiter
from fanout.recorder import record

from .modes import Log, Mode, each_mode


@each_mode
def test_the_first_success_wins(mode: Mode) -> None:
    run = mode.run(
        Race(slow=mode.wait(3, "slow"), bad=mode.wait(1, error=ValueError()), fast=mode.wait(2, "fast"))
    )
    assert run.result() == "fast"
    assert run.answered == 2


@each_mode
def test_coroutines_that_lose_are_cancelled_and_threads_are_abandoned(mode: Mode) -> None:
    log = Log()
    run = mode.run(Race(slow=mode.wait(5, "slow", log=log), fast=mode.wait(1, "fast", log=log)))
    assert run.result() == "fast"
    assert run.answered == 1
    if mode.coroutines:
        assert log.when("cancelled", "slow") == 1
        assert run.settled == 1
    else:  # its thread runs on, and what it returns is dropped
        assert log.when("end", "slow") == 5
        assert run.settled == 5


@each_mode
def test_an_abandoned_branch_starts_nothing_new(mode: Mode) -> None:
    log = Log()
    chain = mode.wait(2, "first", log=log) | mode.wait(1, "second", log=log)
    nested = Parallel(a=chain, b=mode.wait(9, "b", log=log)) | mode.wait(1, "third", log=log)
    run = mode.run(Race(slow=nested, fast=mode.wait(1, "fast")))
    assert run.result() == "fast"
    assert log.of("start") == ["first", "b"]
    assert run.settled == (1 if mode.coroutines else 9)


@each_mode
def test_the_trace_says_who_was_abandoned_and_when_the_thread_came_back(mode: Mode) -> None:
    race = Race(slow=mode.wait(5, "slow"), fast=mode.wait(1, "fast"))

    def work() -> Any:
        return race.ainvoke(0) if mode.asynchronous else race.invoke(0)

    with record() as trace:
        run = mode.simulate(work)
    assert run.result() == "fast"
    slow = trace.find("slow")
    assert trace.find("fast").outcome == "ok"
    if mode.coroutines:
        assert (slow.outcome, slow.end) == ("cancelled", 1)
    else:
        assert (slow.outcome, slow.end) == ("abandoned", 5)
        assert [event.time for event in slow.events if event.name == "abandoned"] == [1]
        assert slow in trace.orphans


@each_mode
def test_if_nobody_succeeds_all_failures_are_raised(mode: Mode) -> None:
    late, early = ValueError("late"), KeyError("early")
    with pytest.raises(ExceptionGroup, match="no branch succeeded") as raised:
        mode.run(Race(a=mode.wait(2, error=late), b=mode.wait(1, error=early))).result()
    assert raised.value.exceptions == (early, late)
    assert late.__notes__ == ["in parallel branch 'a'"]


@each_mode
def test_what_is_not_an_exception_ends_the_race(mode: Mode) -> None:
    class Stop(BaseException):
        pass

    run = mode.run(Race(a=mode.wait(2, "a"), b=mode.wait(1, error=Stop())))
    assert isinstance(run.error, Stop)


@each_mode
def test_a_quorum_returns_the_first_k_in_declared_order(mode: Mode) -> None:
    run = mode.run(Quorum(2, a=mode.wait(3, "a"), b=mode.wait(2, "b"), c=mode.wait(1, "c")))
    assert run.result() == {"b": "b", "c": "c"}
    assert list(run.value) == ["b", "c"]
    assert run.answered == 2


@each_mode
def test_a_quorum_gives_up_as_soon_as_it_cannot_be_reached(mode: Mode) -> None:
    log = Log()
    step = Quorum(
        2,
        a=mode.wait(1, error=ValueError()),
        b=mode.wait(2, error=ValueError()),
        c=mode.wait(9, "c", log=log),
    )
    run = mode.run(step)
    assert isinstance(run.error, ExceptionGroup)
    assert run.error.message == "2 branches had to succeed, only 0 could"
    assert len(run.error.exceptions) == 2
    assert (
        run.answered == run.settled == (2 if mode.coroutines else 9)
    )  # nobody has won, so nobody is abandoned


@pytest.mark.parametrize("k", [0, 3])
def test_an_impossible_quorum_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match="cannot be reached with 2 branches"):
        Quorum(k, a=str, b=str)


def test_an_empty_race_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Race()


@each_mode
def test_an_abandoned_call_keeps_its_limit_until_it_ends(mode: Mode) -> None:
    limiter = Limiter(1)

    def limited(seconds: float) -> Parallel[Any, Any]:
        return Parallel(call=mode.wait(seconds, "call"), limit=limiter)

    run = mode.run(Race(slow=limited(5), fast=mode.wait(1, "fast")) | limited(1))
    assert run.result() == {"call": "call"}
    assert run.answered == (2 if mode.coroutines else 6)

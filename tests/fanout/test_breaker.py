"""`CircuitBreaker`: when it opens, what it refuses, how it closes again."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanout import CircuitBreaker, CircuitOpen, Parallel, Step, passthrough
from fanout.clock import simulate

from .modes import Mode, each_mode
from .service import Service
from .test_timeout import recorded


def outcomes(mode: Mode, step: Step[Any, Any], *times: float) -> list[str]:
    """Call the step at each of these times, one after the other; how each call ended."""
    found: list[str] = []

    def noted(number: int) -> Step[Any, Any]:
        def ok(_: Any) -> None:
            found.append("ok")

        def refused(_: Any) -> None:
            found.append("refused")

        def failed(_: Any) -> None:
            found.append("failed")

        return (
            (step | mode.leaf(ok))
            .with_fallbacks([mode.leaf(refused)], on=CircuitOpen)
            .with_fallbacks([mode.leaf(failed)])
        )

    calls = {str(n): mode.wait(at, 0) | noted(n) for n, at in enumerate(times)}
    mode.run(Parallel(calls)).result()
    return found


class TestCounting:
    @each_mode
    def test_opens_with_the_nth_failure_and_refuses_at_once(self, mode: Mode) -> None:
        service = Service(mode, ValueError())
        breaker = CircuitBreaker(failures=3)
        assert outcomes(mode, service.step.with_breaker(breaker), 0, 10, 20, 30, 40) == [
            *["failed"] * 3,
            *["refused"] * 2,
        ]
        assert len(service.calls) == 3

    @each_mode
    def test_failures_long_ago_do_not_count(self, mode: Mode) -> None:
        service = Service(mode, ValueError())
        step = service.step.with_breaker(CircuitBreaker(failures=3, window=20))
        assert outcomes(mode, step, 0, 10, 30, 45, 49, 52) == ["failed"] * 5 + ["refused"]

    @each_mode
    def test_by_rate(self, mode: Mode) -> None:
        service = Service(mode, ValueError(), "ok", "ok", ValueError(), ValueError(), ValueError())
        step = service.step.with_breaker(CircuitBreaker(failures=4, rate=0.6))
        assert outcomes(mode, step, 0, 2, 4, 6, 8, 10) == [
            "failed",
            "ok",
            "ok",
            "failed",
            "failed",
            "refused",
        ]

    @each_mode
    def test_an_error_of_the_caller_is_none_of_the_service(self, mode: Mode) -> None:
        service = Service(mode, ValueError())
        step = service.step.with_breaker(CircuitBreaker(failures=1, on=KeyError))
        assert outcomes(mode, step, 0, 2, 4) == ["failed"] * 3

    @each_mode
    def test_a_cancelled_call_counts_as_neither(self, mode: Mode) -> None:
        breaker = CircuitBreaker(failures=1)
        step = mode.wait(9, 1).with_breaker(breaker).with_timeout(1)
        assert outcomes(mode, step, 0, 2) == ["failed", "failed"]  # timed out, not refused


class TestRecovery:
    @each_mode
    def test_one_trial_after_the_cool_down_closes_it(self, mode: Mode) -> None:
        service = Service(mode, ValueError(), "ok")
        breaker = CircuitBreaker(failures=1, cooldown=10)
        # opens at 1; the trial starts at 11, runs until 12; meanwhile others are refused
        assert outcomes(mode, service.step.with_breaker(breaker), 0, 5, 11, 11.5, 13, 14) == [
            "failed",
            "refused",
            "refused",
            "ok",
            "ok",
            "ok",
        ]

    @each_mode
    def test_a_failed_trial_opens_it_again(self, mode: Mode) -> None:
        service = Service(mode, ValueError(), ValueError(), "ok")
        step = service.step.with_breaker(CircuitBreaker(failures=1, cooldown=10))
        assert outcomes(mode, step, 0, 11, 13, 23, 25) == ["failed", "failed", "refused", "ok", "ok"]

    @each_mode
    def test_several_trials_must_all_succeed(self, mode: Mode) -> None:
        service = Service(mode, ValueError(), "ok", "ok", "ok")
        breaker = CircuitBreaker(failures=1, cooldown=10, trials=2)
        assert outcomes(mode, service.step.with_breaker(breaker), 0, 11, 11.2, 11.4, 13) == [
            "failed",
            "refused",
            "ok",
            "ok",
            "ok",
        ]

    @each_mode
    def test_a_cancelled_trial_leaves_its_place_to_another(self, mode: Mode) -> None:
        service = Service(mode, ValueError(), "ok")
        breaker = CircuitBreaker(failures=1, cooldown=10)
        failing = service.step.with_breaker(breaker)
        trial = mode.wait(12, 0) | mode.wait(5, 1).with_breaker(breaker).with_timeout(1)
        step = Parallel(first=failing, trial=trial, again=mode.wait(20, 0) | failing, errors="collect")
        assert mode.run(step).result().ok == {"again": "ok"}

    @each_mode
    def test_a_call_from_before_the_change_counts_no_more(self, mode: Mode) -> None:
        breaker = CircuitBreaker(failures=1, cooldown=10)
        quick = mode.wait(1, error=ValueError()).with_breaker(breaker)
        late = mode.wait(15, error=ValueError()).with_breaker(breaker)
        trial = mode.wait(12, 0) | mode.wait(1, "ok").with_breaker(breaker)
        after = mode.wait(16, 0) | mode.wait(1, "ok").with_breaker(breaker)
        step = Parallel(quick=quick, late=late, trial=trial, after=after, errors="collect")
        assert mode.run(step).result().ok == {"trial": "ok", "after": "ok"}


class TestComposition:
    @each_mode
    def test_a_retry_inside_is_one_failure_outside_each_attempt_is_one(self, mode: Mode) -> None:
        service = Service(mode, ValueError())
        inside = service.step.with_retry(3, base=0).with_breaker(CircuitBreaker(failures=2))
        assert outcomes(mode, inside, 0, 10, 20) == ["failed", "failed", "refused"]
        assert len(service.calls) == 6

        service = Service(mode, ValueError(), ValueError(), "ok")
        outside = service.step.with_breaker(CircuitBreaker(failures=2, cooldown=30))
        run = mode.run(
            outside.with_retry(4, base=0)
        )  # the third attempt is refused, and says when to come back
        assert run.result() == "ok"
        assert service.starts == [0, 1, 32]

    @each_mode
    def test_branches_share_one_and_the_whole_counts_as_one_call(self, mode: Mode) -> None:
        breaker = CircuitBreaker(failures=2)
        bad, good = Service(mode, ValueError()), Service(mode, "ok", seconds=2)
        guarded = bad.step.with_breaker(breaker)
        step = Parallel(a=guarded, b=guarded, c=good.step, errors="collect")
        assert list(mode.run(step).result().ok) == ["c"]

        whole = Parallel(a=bad.step, b=bad.step, c=good.step).with_breaker(CircuitBreaker(failures=2))
        assert outcomes(mode, whole, 0, 10, 20) == ["failed", "failed", "refused"]
        assert len(bad.calls) == 2 + 4

    @each_mode
    def test_a_refusal_says_why_and_how_long(self, mode: Mode) -> None:
        breaker = CircuitBreaker(failures=1, cooldown=10)
        step = mode.wait(1, error=ValueError()).with_breaker(breaker)
        run = mode.run(step.with_fallbacks([mode.wait(4, 0) | step]))
        assert run.error is not None
        assert run.error.__notes__ == [
            "fallback 1 failed as well: CircuitOpen('the circuit is open: the next trial is in 6 s', 6.0)"
        ]


class TestStreams:
    @each_mode
    def test_a_stream_counts_when_it_has_ended(self, mode: Mode) -> None:
        breaker = CircuitBreaker(failures=1)
        broken = Parallel(a=mode.parts((1, "a")), bad=mode.wait(2, error=ValueError()))
        assert isinstance(mode.stream(broken.with_breaker(breaker)).error, ValueError)
        fine = CircuitBreaker(failures=1)
        assert mode.stream(mode.parts((1, "a"), (1, "b")).with_breaker(fine)).value == [("a", 1), ("b", 2)]
        assert fine.state == "closed"

    @each_mode
    def test_closing_early_counts_as_neither(self, mode: Mode) -> None:
        breaker = CircuitBreaker(failures=1)
        mode.stream(mode.parts((1, "a"), (1, "b")).with_breaker(breaker), take=1).result()
        assert breaker.state == "closed"


@each_mode
def test_the_trace_notes_a_refusal(mode: Mode) -> None:
    step = mode.leaf(lambda _: 1 / 0).with_breaker(CircuitBreaker(failures=1))
    trace = recorded(mode, step.with_fallbacks([step]))
    first, second = trace.children(trace.roots[0])
    assert (first.kind, first.outcome, first.events) == ("breaker", "error", ())
    assert [event.name for event in second.events] == ["refused"]
    assert trace.children(second) == []


def test_states_by_hand() -> None:
    def states() -> list[str]:
        import time

        breaker = CircuitBreaker(failures=1, cooldown=10)
        found = [breaker.state]
        breaker.leave(breaker.enter(), failed=True)
        found.append(breaker.state)
        time.sleep(10)
        found.append(repr(breaker))
        breaker.leave(breaker.enter(), failed=False)
        return [*found, breaker.state]

    assert simulate(states).value == ["closed", "open", "<CircuitBreaker half-open>", "closed"]


def test_threads_may_share_it() -> None:
    breaker = CircuitBreaker(failures=1000, window=1e9)

    def work() -> None:
        for _ in range(249):
            breaker.leave(breaker.enter(), failed=True)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for _ in range(4):
        assert breaker.state == "closed"
        breaker.leave(breaker.enter(), failed=True)
    assert breaker.state == "open"


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 5))
def test_without_a_window_to_leave_it_opens_exactly_with_the_nth_failure(
    fates: list[bool], failures: int
) -> None:
    breaker = CircuitBreaker(failures, window=1e9, cooldown=1e9)
    failed = 0
    for fate in fates:
        if failed < failures:
            breaker.leave(breaker.enter(), fate)
            failed += fate
        else:
            with pytest.raises(CircuitOpen):
                breaker.enter()


@pytest.mark.parametrize(
    "options", [{"failures": 0}, {"trials": 0}, {"rate": 0}, {"rate": 1.5}, {"window": 0}, {"cooldown": -1}]
)
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        CircuitBreaker(**options)


def test_by_default_a_step_has_one_of_its_own() -> None:
    assert passthrough.with_breaker().invoke(1) == 1

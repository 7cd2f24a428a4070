"""`Retry`: how often, after which errors, after which pauses, and what is not called again."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanout import Parallel, passthrough
from fanout.clock import simulate
from fanout.limits import Limiter
from fanout.outcome import Err
from fanout.recorder import Recorder, record
from fanout.retry import Retry, retry_after

from .modes import Log, Mode, each_mode
from .service import Service


class Busy(Exception):
    def __init__(self, retry_after: Any = None) -> None:
        super().__init__("busy")
        if retry_after is not None:
            self.retry_after = retry_after


@each_mode
def test_calls_again_until_it_succeeds(mode: Mode) -> None:
    service = Service(mode, Busy(), Busy(), "ok")
    run = mode.run(service.step.with_retry(3, base=1, jitter=False), "in")
    assert run.result() == "ok"
    assert service.calls == ["in"] * 3
    assert service.starts == [0, 2, 5]  # one second each, pauses of 1 and 2
    assert run.answered == 6


@each_mode
def test_the_last_error_is_raised_as_it_is(mode: Mode) -> None:
    errors = [Busy(), Busy(), Busy()]
    run = mode.run(Parallel(a=Service(mode, *errors).step.with_retry(3)))
    assert run.error is errors[2]
    assert errors[2].__notes__ == ["the last of 3 attempts", "in parallel branch 'a'"]
    assert not hasattr(errors[0], "__notes__")


@each_mode
def test_one_attempt_is_no_retry(mode: Mode) -> None:
    error = Busy()
    assert mode.run(Service(mode, error).step.with_retry(1)).error is error
    assert not hasattr(error, "__notes__")


@pytest.mark.parametrize(
    "on", [Busy, (KeyError, Busy), lambda error: str(error) == "busy"], ids=["type", "types", "predicate"]
)
@each_mode
def test_only_for_the_errors_it_is_told(mode: Mode, on: Any) -> None:
    service = Service(mode, Busy(), ValueError("bad input"))
    run = mode.run(service.step.with_retry(9, on=on))
    assert isinstance(run.error, ValueError)
    assert len(service.calls) == 2


@each_mode
def test_what_is_not_an_exception_is_never_retried(mode: Mode) -> None:
    class Stop(BaseException):
        pass

    service = Service(mode, Stop())
    assert isinstance(mode.run(service.step.with_retry(9)).error, Stop)
    assert len(service.calls) == 1


class TestPlacement:
    @each_mode
    def test_on_a_branch_only_that_branch_is_called_again(self, mode: Mode) -> None:
        good, flaky = Service(mode), Service(mode, Busy(), Busy(), "ok")
        step = Parallel(good=good.step, flaky=flaky.step.with_retry(3))
        assert mode.run(step).result() == {"good": "ok", "flaky": "ok"}
        assert (len(good.calls), len(flaky.calls)) == (1, 3)

    @each_mode
    def test_on_the_whole_all_branches_are(self, mode: Mode) -> None:
        good, flaky = Service(mode), Service(mode, Busy(), Busy(), "ok", seconds=2)
        step = Parallel(good=good.step, flaky=flaky.step).with_retry(3)
        assert mode.run(step).result() == {"good": "ok", "flaky": "ok"}
        assert (len(good.calls), len(flaky.calls)) == (3, 3)

    @each_mode
    def test_order_decides_what_a_time_out_is_for(self, mode: Mode) -> None:
        slow_once = [mode.wait(5, "late"), mode.wait(0.5, "quick")]
        calls: list[int] = []

        def choose(_: Any) -> int:
            calls.append(1)
            return len(calls) - 1

        step = mode.leaf(choose) | Pick(*slow_once)
        each = step.with_timeout(1).with_retry(3, base=1, jitter=False)
        assert mode.run(each).result() == "quick"
        assert len(calls) == 2
        calls.clear()
        run = mode.run(step.with_retry(3, base=1, jitter=False).with_timeout(1))
        assert isinstance(run.error, TimeoutError)
        assert (len(calls), run.answered) == (1, 1)


class Pick(Parallel[Any, Any]):
    """Runs one of several steps, that whose number it is given."""

    async def run(self, rt: Any, value: Any) -> Any:
        return await list(self.branches.values())[value].run(rt, None)

    def __init__(self, *steps: Any) -> None:
        super().__init__({str(number): step for number, step in enumerate(steps)})


class TestPauses:
    @each_mode
    def test_a_pause_holds_no_limit(self, mode: Mode) -> None:
        flaky = Service(mode, Busy(), "ok")
        retried = flaky.step.with_retry(2, base=10, jitter=False)
        run = mode.run(Parallel(flaky=retried, other=mode.wait(1, 1) | mode.wait(1, 2), limit=Limiter(1)))
        assert run.result() == {"flaky": "ok", "other": 2}
        assert run.answered == 12

    @each_mode
    def test_cancellation_ends_a_pause_at_once(self, mode: Mode) -> None:
        flaky = Service(mode, Busy())
        step = Parallel(
            flaky=flaky.step.with_retry(9, base=100, longest=100, jitter=False),
            bad=mode.wait(5, error=KeyError("k")),
        )
        run = mode.run(step)
        assert isinstance(run.error, KeyError)
        assert run.answered == run.settled == 5
        assert len(flaky.calls) == 1

    @each_mode
    def test_max_elapsed_gives_up_before_the_pause(self, mode: Mode) -> None:
        service = Service(mode, Busy())
        run = mode.run(service.step.with_retry(99, base=2, factor=1, jitter=False, max_elapsed=7))
        assert isinstance(run.error, Busy)
        assert service.starts == [0, 3, 6]
        assert run.answered == 7
        assert "after 3 attempts: another one in 2 s" in run.error.__notes__[0]

    @each_mode
    def test_retry_after_is_a_lower_bound(self, mode: Mode) -> None:
        service = Service(mode, Busy(retry_after=7), Busy(retry_after=0.1), "ok")
        run = mode.run(service.step.with_retry(3, base=1, jitter=False))
        assert service.starts == [0, 8, 11]
        assert run.result() == "ok"

    def test_retry_after_beyond_max_elapsed_raises_at_once(self) -> None:
        mode = Mode("", True, True)
        run = mode.run(Service(mode, Busy(retry_after=60)).step.with_retry(3, max_elapsed=30))
        assert isinstance(run.error, Busy)
        assert run.answered == 1

    @given(st.floats(0, 10), st.floats(1, 10), st.floats(0, 100), st.integers(1, 5000), st.integers(0, 2**32))
    def test_the_schedule_keeps_its_bounds(
        self, base: float, factor: float, longest: float, failed: int, seed: int
    ) -> None:
        random.seed(seed)
        options = {"base": base, "factor": factor, "longest": longest}
        fixed = Retry(passthrough, 9, **options, jitter=False)  # type: ignore[arg-type]
        spread = Retry(passthrough, 9, **options)  # type: ignore[arg-type]
        ceiling = fixed.pause(failed)
        assert 0 <= spread.pause(failed) <= ceiling <= longest
        assert ceiling <= fixed.pause(failed + 1)
        assert spread.pause(failed, Busy(retry_after=200)) == 200

    def test_jitter_spreads_callers_that_failed_together(self) -> None:
        def pauses() -> list[float]:
            return [Retry(passthrough, base=1).pause(1) for _ in range(1000)]

        drawn = simulate(pauses, seed=1).value
        assert 0.45 < sum(drawn) / len(drawn) < 0.55
        assert len(set(drawn)) == 1000


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("value", "seconds"),
        [(3, 3), (2.5, 2.5), ("4", 4), (-1, 0), ("soon", None), (True, None), ([], None), ("inf", None)],
    )
    def test_as_an_attribute(self, value: Any, seconds: float | None) -> None:
        assert retry_after(Busy(value)) == seconds

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"Retry-After": "12"}, 12),
            ({"retry-after": "12"}, 12),
            ({"retry-after": "12", "retry-after-ms": "1500"}, 1.5),
            ({"Retry-After": "never"}, None),
            ({}, None),
            (None, None),
            (3, None),
        ],
    )
    def test_in_the_headers_of_the_response(self, headers: Any, seconds: float | None) -> None:
        error = Busy()
        error.response = SimpleNamespace(headers=headers)  # type: ignore[attr-defined]
        assert retry_after(error) == seconds

    def test_as_a_date(self) -> None:
        def wait(seconds: int) -> float | None:
            moment = datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=seconds)
            error = Busy()
            error.response = SimpleNamespace(headers={"Retry-After": format_datetime(moment, usegmt=True)})  # type: ignore[attr-defined]
            return retry_after(error)

        assert simulate(wait, 90).value == 90
        assert simulate(wait, -90).value == 0

    def test_of_an_error_that_says_nothing(self) -> None:
        assert retry_after(ValueError()) is None


class TestStreams:
    @each_mode
    def test_before_the_first_part_it_tries_again(self, mode: Mode) -> None:
        service = Service(mode, Busy(), "ok")
        step = service.step.with_retry(2, base=1, jitter=False)
        assert mode.stream(step).result() == [("ok", 3)]

    @each_mode
    def test_after_it_the_error_is_raised(self, mode: Mode) -> None:
        log = Log()
        step = Parallel(
            parts=mode.parts((1, "a"), (1, "b"), log=log), bad=mode.wait(1.5, error=Busy())
        ).with_retry(5)
        run = mode.stream(step)
        assert isinstance(run.error, Busy)
        assert log.of("part").count("a") == 1


class TestTrace:
    @each_mode
    def test_attempts_are_spans_and_pauses_are_states(self, mode: Mode) -> None:
        recorder = self.recorded(
            mode, Parallel(a=Service(mode, Busy(), "ok").step.with_retry(3, base=1, jitter=False))
        )
        retry = recorder.find("a")
        assert (retry.kind, retry.outcome) == ("retry", "ok")
        assert [(s.state, s.start, s.end) for s in retry.states] == [("backoff", 1, 2)]
        assert [(e.name, e.time, e.attrs) for e in retry.events] == [("retry", 1, {"attempt": 1, "wait": 1})]
        first, second = recorder.children(retry)
        assert (first.kind, first.outcome, first.start, first.end) == ("attempt", "error", 0, 1)
        assert (second.kind, second.outcome, second.start, second.end) == ("attempt", "ok", 2, 3)
        assert (first.attrs, second.attrs) == ({"attempt": 1}, {"attempt": 2})
        leaf_states = {s.state for s in first.states}
        assert leaf_states <= ({"running", "suspended"} if mode.coroutines else {"busy", "queued"})
        assert leaf_states

    @each_mode
    def test_a_cancelled_pause(self, mode: Mode) -> None:
        step = Parallel(
            a=Service(mode, Busy()).step.with_retry(3, base=9, jitter=False),
            bad=mode.wait(2, error=KeyError()),
            errors="raise",
        )
        span = self.recorded(mode, step).find("a")
        assert (span.outcome, span.end) == ("cancelled", 2)
        assert span.states[-1].state == "backoff"

    @staticmethod
    def recorded(mode: Mode, step: Any) -> Recorder:
        found: list[Recorder] = []

        def work() -> Any:
            with record() as trace:
                found.append(trace)
                return step.ainvoke(0) if mode.asynchronous else step.invoke(0)

        async def asynchronous() -> Any:
            with record() as trace:
                found.append(trace)
                return await step.ainvoke(0)

        mode.simulate(asynchronous if mode.asynchronous else work)
        return found[0]


@each_mode
def test_each_call_has_attempts_of_its_own(mode: Mode) -> None:
    service = Service(mode, Busy(), Busy(), Busy(), Busy(), "ok")
    run = mode.run(service.step.with_retry(2, jitter=False).map(errors="collect"), [1, 2])
    assert [type(outcome) for outcome in run.value.values()] == [Err, Err]


@pytest.mark.parametrize("options", [{"attempts": 0}, {"base": -1}, {"factor": 0.5}, {"longest": -1}])
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        passthrough.with_retry(**options)


def test_says_what_it_is() -> None:
    assert repr(passthrough.with_retry(3)) == "Retry(passthrough, 3)"


def test_cancelling_from_outside_is_not_retried() -> None:
    mode = Mode("", True, True)
    service = Service(mode, seconds=10)

    async def main() -> None:
        async with asyncio.timeout(1):
            await service.step.with_retry(5).ainvoke(0)

    assert isinstance(mode.simulate(main).error, TimeoutError)
    assert service.calls == []

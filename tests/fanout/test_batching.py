"""`Batching`: what is gathered into one call, who pays for errors, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanout import Batching, Err, Lambda, Map, Parallel
from fanout.limits import Limiter

from .modes import Log, Mode, each_mode
from .service import Service
from .test_timeout import recorded


def double(values: list[int]) -> list[int]:
    return [value * 2 for value in values]


@each_mode
def test_calls_at_the_same_time_are_one_call(mode: Mode) -> None:
    service = Service(mode, double)
    run = mode.run(Batching(service.step, window=0.5).map(), [3, 1, 2])
    assert run.result() == [6, 2, 4]
    assert service.calls == [[3, 1, 2]]
    assert run.answered == 1.5


@each_mode
def test_a_full_batch_does_not_wait(mode: Mode) -> None:
    service = Service(mode, double)
    run = mode.run(Batching(service.step, size=4, window=100).map(), range(8))
    assert run.result() == [0, 2, 4, 6, 8, 10, 12, 14]
    assert [len(call) for call in service.calls] == [4, 4]
    assert run.answered == 1


@each_mode
def test_the_window_begins_with_the_first_call(mode: Mode) -> None:
    service = Service(mode, double)
    batching = Batching(service.step, window=1)
    step = Parallel({str(at): mode.wait(at, at) | batching for at in (0, 0.5, 0.9, 1.5, 2.4)})
    assert mode.run(step).result() == {"0": 0, "0.5": 1, "0.9": 1.8, "1.5": 3, "2.4": 4.8}
    assert service.calls == [[0, 0.5, 0.9], [1.5, 2.4]]
    assert service.starts == [1, 2.5]


@each_mode
def test_no_window_gathers_what_is_there(mode: Mode) -> None:
    service = Service(mode, double)
    run = mode.run(Batching(service.step, window=0).map(), range(5))
    assert run.result() == [0, 2, 4, 6, 8]
    assert run.answered == 1
    if mode.asynchronous:
        assert service.calls == [[0, 1, 2, 3, 4]]


class TestErrors:
    @each_mode
    def test_one_bad_item_is_that_caller_s(self, mode: Mode) -> None:
        bad, odd = ValueError("bad"), KeyError("odd")
        service = Service(mode, ["a", bad, Err(odd), "d"])
        outcomes = mode.run(Batching(service.step).map(errors="collect"), range(4)).result()
        assert outcomes.ok == {0: "a", 3: "d"}
        assert outcomes.errors == {1: bad, 2: odd}

    @each_mode
    def test_an_error_of_the_call_is_everybody_s(self, mode: Mode) -> None:
        service = Service(mode, ValueError("down"))
        outcomes = mode.run(Batching(service.step).map(errors="collect"), range(3)).result()
        with pytest.raises(ExceptionGroup) as raised:
            outcomes.unwrap()
        assert [(str(e), e.__notes__) for e in raised.value.exceptions] == [
            ("down", [f"in parallel branch {n}"]) for n in range(3)
        ]
        assert len(service.calls) == 1

    @each_mode
    def test_a_wrong_number_of_results_is_an_error(self, mode: Mode) -> None:
        service = Service(mode, ["only one"])
        run = mode.run(Batching(service.step).map(), range(3))
        assert isinstance(run.error, ValueError)
        assert "was given 3 inputs and returned 1 results" in str(run.error)

    @each_mode
    def test_after_an_error_the_next_batch_is_a_new_one(self, mode: Mode) -> None:
        service = Service(mode, ValueError(), double)
        batching = Batching(service.step)
        assert mode.run(batching.with_retry(2, base=0).map(), range(3)).result() == [0, 2, 4]
        assert [len(call) for call in service.calls] == [3, 3]


class TestCancellation:
    @each_mode
    def test_who_gives_up_before_the_call_drops_out(self, mode: Mode) -> None:
        service = Service(mode, double)
        batching = Batching(service.step, window=5)
        step = Parallel(
            first=mode.wait(0, 1) | batching,
            gives_up=mode.wait(1, 2) | batching.with_timeout(2),
            last=mode.wait(2, 3) | batching,
            errors="collect",
        )
        assert mode.run(step).result().ok == {"first": 2, "last": 6}
        assert service.calls == [[1, 3]]

    @each_mode
    def test_if_the_first_gives_up_the_next_one_leads_at_the_same_time(self, mode: Mode) -> None:
        service = Service(mode, double)
        batching = Batching(service.step, window=5)
        step = Parallel(
            gives_up=(mode.wait(0, 1) | batching).with_timeout(2),
            second=mode.wait(1, 2) | batching,
            third=mode.wait(3, 3) | batching,
            errors="collect",
        )
        assert mode.run(step).result().ok == {"second": 4, "third": 6}
        assert (service.calls, service.starts) == ([[2, 3]], [5])

    @each_mode
    def test_if_all_give_up_nothing_is_called(self, mode: Mode) -> None:
        service = Service(mode, double)
        batching = Batching(service.step, window=5)
        assert isinstance(mode.run(batching.map().with_timeout(1), range(3)).error, TimeoutError)
        assert service.calls == []
        assert mode.run(batching, 4).result() == 8

    def test_if_the_one_who_calls_is_cancelled_another_calls(self) -> None:
        mode = Mode("", True, True)
        log = Log()
        batching = Batching(mode.wait(5, lambda values: double(values), log=log), window=1)

        async def main() -> Any:
            first = asyncio.create_task(batching.ainvoke(1))
            others = [asyncio.create_task(batching.ainvoke(n)) for n in (2, 3)]
            await asyncio.sleep(3)
            first.cancel()
            return await asyncio.gather(*others)

        run = mode.simulate(main)
        assert run.result() == [4, 6]
        assert [at for what, _, at in log.entries if what == "start"] == [1, 3]

    def test_nothing_is_left_when_the_calls_have_ended(self) -> None:
        async def main() -> int:
            await Batching(Lambda(double, inline=True), window=0.001).map().ainvoke(range(10))
            return len(asyncio.all_tasks())

        before = threading.active_count()
        assert asyncio.run(main()) == 1
        assert threading.active_count() <= before + 1


class TestComposition:
    @each_mode
    def test_calls_of_several_branches_and_runs_meet(self, mode: Mode) -> None:
        service = Service(mode, double)
        batching = Batching(service.step)
        step = Parallel(a=batching, b=Parallel(c=batching) | (lambda d: d["c"]), d=mode.wait(0, 5))
        assert mode.run(step, 2).result() == {"a": 4, "b": 4, "d": 5}
        assert service.calls == [[2, 2]]

    @each_mode
    def test_a_limit_is_held_once_for_the_whole_batch(self, mode: Mode) -> None:
        service = Service(mode, double)
        run = mode.run(Batching(service.step).map().with_limit(Limiter(1)), range(5))
        assert run.result() == [0, 2, 4, 6, 8]

    @each_mode
    def test_a_policy_inside_is_for_the_batch_outside_for_each_call(self, mode: Mode) -> None:
        service = Service(mode, ValueError(), double)
        inside = Batching(service.step.with_retry(2, base=0))
        assert mode.run(inside.map(), range(3)).result() == [0, 2, 4]
        assert len(service.calls) == 2

    @each_mode
    def test_the_trace_shows_the_call_below_the_one_that_made_it(self, mode: Mode) -> None:
        batching = Batching(mode.wait(1, double))
        trace = recorded(mode, Parallel(a=batching, b=batching))
        sizes = [event.attrs for span in trace.spans for event in span.events if event.name == "batch"]
        assert sizes == [{"size": 2}]
        assert len([span for span in trace.spans if span.kind == "step"]) == 1


def test_threads_and_event_loops_meet() -> None:
    calls: list[int] = []

    def work(values: list[int]) -> list[int]:
        calls.append(len(values))
        return double(values)

    batching = Batching(work, size=6, window=60)
    results: list[int] = []
    callers = [threading.Thread(target=lambda: results.append(batching.invoke(1))) for _ in range(3)]
    callers += [
        threading.Thread(target=lambda: results.append(asyncio.run(batching.ainvoke(2)))) for _ in range(3)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sorted(results) == [2, 2, 2, 4, 4, 4]
    assert calls == [6]


@settings(max_examples=30, deadline=None)
@given(
    arrivals=st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 5)), min_size=1, max_size=20),
    size=st.integers(1, 6),
    window=st.sampled_from([0, 0.5, 2]),
    threads=st.booleans(),
)
def test_everybody_gets_his_own_result_and_no_batch_is_too_large(
    arrivals: list[tuple[float, float]], size: int, window: float, threads: bool
) -> None:
    mode = Mode("", not threads, not threads)
    service = Service(mode, double)
    batching = Batching(service.step, size=size, window=window)
    step = Parallel(
        {
            str(n): mode.wait(at, n) | batching.with_timeout(patience)
            for n, (at, patience) in enumerate(arrivals)
        },
        errors="collect",
    )
    outcomes = mode.run(step).result()
    assert outcomes.ok == {key: int(key) * 2 for key in outcomes.ok}
    assert all(len(call) <= size for call in service.calls)
    patient = {str(n) for n, (_, patience) in enumerate(arrivals) if patience > window + 1.001}
    if threads:
        assert patient <= outcomes.ok.keys()


@pytest.mark.parametrize("options", [{"size": 0}, {"window": -1}])
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        Batching(double, **options)


def test_says_what_it_is() -> None:
    assert repr(Batching(double)) == "Batching(Lambda(double), size=32, window=0.01)"
    assert Map(Batching(double)).invoke([1]) == [2]

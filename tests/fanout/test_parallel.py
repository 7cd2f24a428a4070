"""`Parallel`: results, errors, cancellation, limits, contexts, inputs."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from contextvars import ContextVar
from typing import Any

import pytest

from fanout import Err, Lambda, Ok, Outcomes, Parallel, passthrough
from fanout.limits import Limiter
from fanout.merge import append
from fanout.recorder import record

from .modes import Log, Mode, each_mode


def boom(text: str = "boom") -> ValueError:
    return ValueError(text)


@each_mode
def test_takes_as_long_as_the_slowest_and_keeps_declared_order(mode: Mode) -> None:
    run = mode.run(Parallel(slow=mode.wait(3, "s"), fast=mode.wait(1, "f"), middle=mode.wait(2, "m")))
    assert run.result() == {"slow": "s", "fast": "f", "middle": "m"}
    assert list(run.value) == ["slow", "fast", "middle"]
    assert run.answered == run.settled == 3


@each_mode
def test_nests_and_mixes_with_sequences(mode: Mode) -> None:
    double = mode.wait(1, lambda x: x * 2)
    step = double | {"a": double | double, "b": {"c": double, "d": passthrough}}
    run = mode.run(step, 1)
    assert run.result() == {"a": 8, "b": {"c": 4, "d": 2}}
    assert run.answered == 3


@each_mode
def test_no_branches(mode: Mode) -> None:
    assert mode.run(Parallel()).result() == {}


@each_mode
def test_keys_may_be_any_text(mode: Mode) -> None:
    step = Parallel({"limit": passthrough, "两个": passthrough}, errors="raise", other=passthrough)
    assert mode.run(step, 7).result() == {"limit": 7, "两个": 7, "other": 7}


def test_a_key_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'a' is given twice"):
        Parallel({"a": passthrough}, a=passthrough)


@pytest.mark.parametrize("options", [{"limit": 0}, {"errors": "ignore"}])
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Parallel(a=passthrough, **options)


def test_what_cannot_be_a_step_is_refused_with_a_way_out() -> None:
    with pytest.raises(TypeError, match=r"3 cannot be a step.*Lambda\(lambda _: 3\)"):
        Parallel(a=3)


class TestErrors:
    @each_mode
    def test_the_first_failure_is_raised_as_it_is_and_names_the_branch(self, mode: Mode) -> None:
        error = boom()
        run = mode.run(Parallel(good=mode.wait(5, 1), bad=mode.wait(1, error=error)))
        assert run.error is error
        assert error.__notes__ == ["in parallel branch 'bad'"]

    @each_mode
    def test_the_note_of_nested_branches_is_their_path(self, mode: Mode) -> None:
        inner = Parallel(bad=mode.wait(1, error=boom()))
        run = mode.run(Parallel(outer=inner.map()), [1])
        assert run.error is not None
        assert run.error.__notes__ == ["in parallel branch 'outer' / 0 / 'bad'"]

    @each_mode
    def test_siblings_are_cancelled_and_awaited(self, mode: Mode) -> None:
        log = Log()
        run = mode.run(Parallel(good=mode.wait(5, "good", log=log), bad=mode.wait(1, error=boom())))
        assert isinstance(run.error, ValueError)
        if mode.coroutines:
            assert log.entries == [("start", "good", 0), ("cancelled", "good", 1)]
            assert run.answered == 1
        else:  # a thread cannot be stopped: it is waited for
            assert log.entries == [("start", "good", 0), ("end", "good", 5)]
            assert run.answered == run.settled == 5

    @each_mode
    def test_what_has_not_started_never_starts(self, mode: Mode) -> None:
        log = Log()
        chain = mode.wait(3, "first", log=log) | mode.wait(1, "second", log=log)
        run = mode.run(Parallel(chain=chain, bad=mode.wait(1, error=boom()), late=chain, limit=2))
        assert isinstance(run.error, ValueError)
        assert log.of("start") == ["first"]
        assert run.settled == (1 if mode.coroutines else 3)

    @each_mode
    def test_the_first_in_time_is_raised_not_the_first_in_order(self, mode: Mode) -> None:
        run = mode.run(Parallel(a=mode.wait(2, error=boom("late")), b=mode.wait(1, error=boom("early"))))
        assert str(run.error) == "early"

    @each_mode
    def test_a_failure_that_comes_too_late_is_named_in_the_first(self, mode: Mode) -> None:
        run = mode.run(Parallel(bad=mode.wait(1, error=boom()), worse=mode.wait(2, error=KeyError("k"))))
        assert run.error is not None
        late = [] if mode.coroutines else ["branch 'worse' failed as well: KeyError('k')"]
        assert run.error.__notes__ == ["in parallel branch 'bad'", *late]

    @each_mode
    def test_collected_failures_are_data(self, mode: Mode) -> None:
        error = boom()
        step = Parallel(bad=mode.wait(1, error=error), good=mode.wait(2, "fine"), errors="collect")
        run = mode.run(step)
        assert isinstance(run.value, Outcomes)
        assert dict(run.value) == {"bad": Err(error), "good": Ok("fine")}
        assert run.value.ok == {"good": "fine"}
        assert run.value.errors == {"bad": error}
        with pytest.raises(ExceptionGroup) as raised:
            run.value.unwrap()
        assert raised.value.exceptions == (error,)
        assert error.__notes__ == ["in parallel branch 'bad'"]

    @each_mode
    def test_what_is_not_an_exception_is_never_collected(self, mode: Mode) -> None:
        class Stop(BaseException):
            pass

        run = mode.run(Parallel(bad=mode.wait(1, error=Stop()), good=mode.wait(2, 1), errors="collect"))
        assert isinstance(run.error, Stop)


class TestLimit:
    @each_mode
    def test_a_number_bounds_the_branches_at_once(self, mode: Mode) -> None:
        log = Log()
        step = Parallel({f"b{i}": mode.wait(1, i, log=log) for i in range(5)}, limit=2)
        run = mode.run(step)
        assert run.result() == {f"b{i}": i for i in range(5)}
        assert run.answered == 3
        assert [at for what, _, at in log.entries if what == "start"] == [0, 0, 1, 1, 2]

    @each_mode
    def test_a_limiter_bounds_all_calls_below_it(self, mode: Mode) -> None:
        inner = Parallel({f"b{i}": mode.wait(1, i) for i in range(4)})
        run = mode.run(Parallel(a=inner, b=inner, c=inner, d=inner, limit=Limiter(2)))
        assert run.answered == 8

    @each_mode
    def test_nested_limiters_are_both_held_and_the_same_one_only_once(self, mode: Mode) -> None:
        one, two = Limiter(1), Limiter(2)
        inner = Parallel({f"b{i}": mode.wait(1, i) for i in range(4)}, limit=one)
        assert mode.run(Parallel(a=inner, b=Parallel(c=mode.wait(1, 1), limit=two), limit=two)).answered == 4
        assert mode.run(Parallel(a=inner, limit=one)).answered == 4

    @each_mode
    def test_a_cancelled_wait_gives_its_place_away(self, mode: Mode) -> None:
        limiter = Limiter(1)
        failing = Parallel(a=mode.wait(1, 1), b=mode.wait(1, 1), limit=limiter) | mode.leaf(lambda _: 1 / 0)
        first = Parallel(
            work=Parallel({f"b{i}": mode.wait(2, i) for i in range(3)}, limit=limiter), bad=failing
        )
        run = mode.run(first)
        assert isinstance(run.error, ZeroDivisionError)
        assert mode.run(Parallel(a=mode.wait(1, 1), limit=limiter)).answered == 1


class TestUntil:
    @each_mode
    def test_stops_when_there_is_enough(self, mode: Mode) -> None:
        branches = {f"b{i}": mode.wait(5 - i, i) for i in range(5)}
        run = mode.run(Parallel(branches, until=lambda done: len(done) == 2))
        assert run.result() == {"b3": 3, "b4": 4}
        assert run.answered == 2
        assert run.settled == (2 if mode.coroutines else 5)

    @each_mode
    def test_sees_the_results(self, mode: Mode) -> None:
        step = Parallel(a=mode.wait(1, 0.4), b=mode.wait(2, 0.9), c=mode.wait(3, 1.0))
        step.until = lambda done: max(done.values()) > 0.8
        assert mode.run(step).result() == {"a": 0.4, "b": 0.9}


class TestMerge:
    @each_mode
    def test_merges_in_declared_order(self, mode: Mode) -> None:
        run = mode.run(Parallel(a=mode.wait(2, [1]), b=mode.wait(1, [2]), merge=append))
        assert run.result() == [1, 2]

    @each_mode
    def test_collecting_merges_what_succeeded(self, mode: Mode) -> None:
        step = Parallel(a=mode.wait(1, error=boom()), b=mode.wait(1, [2]), merge=append, errors="collect")
        assert mode.run(step).result() == [2]

    @each_mode
    def test_collecting_raises_a_group_if_nothing_succeeded(self, mode: Mode) -> None:
        step = Parallel(a=mode.wait(1, error=boom()), merge=append, errors="collect")
        with pytest.raises(ExceptionGroup, match="no branch succeeded"):
            mode.run(step).result()


class TestInput:
    @each_mode
    def test_branches_share_the_object(self, mode: Mode) -> None:
        given: dict[str, int] = {}
        mode.run(Parallel(a=mode.leaf(lambda d: d.update(x=1))), given).result()
        assert given == {"x": 1}

    @each_mode
    def test_or_get_a_deep_copy_each(self, mode: Mode) -> None:
        given = {"list": [0]}

        def grow(value: Any) -> Any:
            value["list"].append(1)
            return value["list"]

        step = Parallel(a=mode.leaf(grow), b=mode.leaf(grow), copy_input=True)
        assert mode.run(step, given).result() == {"a": [0, 1], "b": [0, 1]}
        assert given == {"list": [0]}


class TestContext:
    @each_mode
    def test_each_branch_has_its_own_copy(self, mode: Mode) -> None:
        var: ContextVar[str] = ContextVar("var", default="none")

        def look(value: Any) -> list[str]:
            seen = var.get()
            var.set(seen + "!")
            return [seen, var.get()]

        def work() -> Any:
            var.set("outer")
            step = Parallel(a=mode.leaf(look), b=Parallel(c=mode.leaf(look)))
            return step.ainvoke(0) if mode.asynchronous else step.invoke(0)

        run = mode.simulate(work)
        assert run.result() == {"a": ["outer", "outer!"], "b": {"c": ["outer", "outer!"]}}


class TestCancellationFromOutside:
    @pytest.mark.parametrize("coroutines", [True, False])
    def test_no_child_outlives_a_cancelled_ainvoke(self, coroutines: bool) -> None:
        log = Log()
        mode = Mode("", True, coroutines)
        step = Parallel(a=Parallel(b=mode.wait(5, "b", log=log)), c=mode.wait(3, "c", log=log))

        async def main() -> None:
            async with asyncio.timeout(1):
                await step.ainvoke(None)

        run = mode.simulate(main)
        assert isinstance(run.error, TimeoutError)
        assert run.answered == run.settled == (1 if coroutines else 5)
        assert sorted(log.of("cancelled" if coroutines else "end")) == ["b", "c"]

    def test_asking_twice_does_not_leave_children_behind(self) -> None:
        ended: list[str] = []

        async def stubborn(_: Any) -> None:
            try:
                await asyncio.sleep(10)
            finally:
                await asyncio.sleep(1)
                ended.append("stubborn")

        async def main() -> None:
            task = asyncio.create_task(Parallel(a=stubborn).ainvoke(None))
            await asyncio.sleep(1)
            task.cancel()
            await asyncio.sleep(0.5)
            task.cancel()
            try:
                await task
            finally:
                assert ended == ["stubborn"]

        run = Mode("", True, True).simulate(main)
        assert isinstance(run.error, asyncio.CancelledError)
        assert run.answered == 2

    def test_a_child_cancelled_before_its_first_step(self) -> None:
        async def main() -> None:
            task = asyncio.create_task(Parallel(a=Lambda(asyncio.sleep), b=Lambda(asyncio.sleep)).ainvoke(1))
            await asyncio.sleep(0)  # it has started its children, they have not run yet
            task.cancel()
            await task

        assert isinstance(Mode("", True, True).simulate(main).error, asyncio.CancelledError)


def test_invoke_works_inside_a_running_loop() -> None:
    async def main() -> Any:
        return Parallel(a=lambda x: x + 1, b=lambda x: x * 2).invoke(3)

    assert asyncio.run(main()) == {"a": 4, "b": 6}


def test_a_keyboard_interrupt_stops_and_awaits_the_branches() -> None:
    started, finish, ended = threading.Event(), threading.Event(), []

    def work(_: Any) -> None:
        started.set()
        finish.wait()
        ended.append(1)

    def interrupt(_: Any) -> None:
        started.wait()

        os.kill(os.getpid(), signal.SIGINT)
        finish.set()

    with pytest.raises(KeyboardInterrupt):
        Parallel(a=work, b=interrupt).invoke(None)
    assert ended == [1]


@each_mode
def test_a_recording_shows_who_waits_for_the_limit_and_who_never_began(mode: Mode) -> None:
    step = Parallel(
        a=mode.wait(2, 1), bad=mode.wait(3, error=boom()), b=mode.wait(2, 1), c=mode.wait(2, 1), limit=1
    )

    def work() -> Any:
        return step.ainvoke(0) if mode.asynchronous else step.invoke(0)

    with record() as trace:
        assert isinstance(mode.simulate(work).error, ValueError)
    bad, never = trace.find("bad"), trace.find("c")
    assert next((state.state, state.start, state.end) for state in bad.states) == ("limited", 0, 2)
    assert (bad.outcome, bad.end) == ("error", 5)
    assert [state.state for state in never.states] == ["limited"]
    assert (never.outcome, never.end) == ("cancelled", 5)

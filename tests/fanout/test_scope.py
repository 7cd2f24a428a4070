"""Structured concurrency: nothing outlives its scope, under any runtime, however it is left."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanout import Err, Map, Ok, Parallel, Race, Sequence, Step
from fanout.runtime import Runtime

from .modes import MODES, Log, Mode, each_mode, now


class Script(Step[Any, Any]):
    """A step written by hand against the runtime."""

    def __init__(self, script: Callable[[Runtime], Awaitable[Any]]) -> None:
        self.script = script

    def run(self, rt: Runtime, value: Any) -> Awaitable[Any]:
        return self.script(rt)


@each_mode
def test_outcomes_come_in_the_order_in_which_children_end(mode: Mode) -> None:
    error = ValueError()

    async def script(rt: Runtime) -> Any:
        async with rt.scope() as scope:
            for key, step in {"b": mode.wait(2, "B"), "a": mode.wait(1, error=error)}.items():
                scope.start(key, step.run, 0)
            assert scope.live == 2
            return [(key, outcome, now()) async for key, outcome in scope]

    assert mode.run(Script(script)).result() == [("a", Err(error), 1), ("b", Ok("B"), 2)]


@each_mode
def test_children_may_be_started_while_others_end(mode: Mode) -> None:
    async def script(rt: Runtime) -> Any:
        ended = []
        async with rt.scope() as scope:
            scope.start(0, mode.wait(1, 0).run, None)
            async for key, _ in scope:
                ended.append((key, now()))
                if key < 3:
                    scope.start(key + 1, mode.wait(1, 0).run, None)
        return ended

    assert mode.run(Script(script)).result() == [(0, 1), (1, 2), (2, 3), (3, 4)]


@each_mode
def test_leaving_cancels_and_awaits(mode: Mode) -> None:
    log = Log()

    async def script(rt: Runtime) -> Any:
        async with rt.scope() as scope:
            scope.start("a", mode.wait(5, "a", log=log).run, 0)
            await rt.sleep(1)
            return "left"

    run = mode.run(Script(script))
    assert run.result() == "left"
    assert run.answered == run.settled == (1 if mode.coroutines else 5)


@each_mode
def test_waiting_for_a_while(mode: Mode) -> None:
    async def script(rt: Runtime) -> Any:
        async with rt.scope() as scope:
            scope.start("a", mode.wait(3, "A").run, 0)
            first, at = await scope.next(1), now()
            second = await scope.next(9)
            return first, at, second, now(), await scope.next(1), now()

    assert mode.run(Script(script)).result() == (None, 1, ("a", Ok("A")), 3, None, 3)


@each_mode
def test_sleep_ends_at_once_when_cancelled(mode: Mode) -> None:
    async def script(rt: Runtime) -> None:
        await rt.sleep(100)

    run = mode.run(Parallel(asleep=Script(script) | mode.wait(1, 1), bad=mode.wait(1, error=ValueError())))
    assert isinstance(run.error, ValueError)
    assert run.settled == 1


@each_mode
def test_a_time_out_abandons_what_cannot_be_stopped(mode: Mode) -> None:
    log = Log()

    async def script(rt: Runtime) -> Any:
        return await rt.timeout(1, mode.wait(5, "slow", log=log).run, 0)

    run = mode.run(Script(script))
    assert isinstance(run.error, TimeoutError)
    assert str(run.error) == "took longer than 1 s"
    assert run.answered == 1
    assert run.settled == (1 if mode.coroutines else 5)


@each_mode
def test_within_the_time_the_result_or_the_error_comes_through(mode: Mode) -> None:
    error = KeyError()

    async def script(rt: Runtime) -> Any:
        with pytest.raises(KeyError) as raised:
            await rt.timeout(2, mode.wait(1, error=error).run, 0)
        assert raised.value is error
        return await rt.timeout(2, mode.wait(1, "ok").run, 0)

    run = mode.run(Script(script))
    assert run.result() == "ok"
    assert run.answered == run.settled == 2


@each_mode
def test_the_clock_of_the_runtime_is_the_virtual_one(mode: Mode) -> None:
    async def script(rt: Runtime) -> float:
        before = rt.now()
        await rt.sleep(2.5)
        return rt.now() - before

    assert mode.run(Script(script)).result() == 2.5


@each_mode
def test_a_thousand_levels(mode: Mode) -> None:
    step: Step[Any, Any] = mode.wait(1, error=ValueError("deep"))
    for level in range(1000):
        step = Parallel(inner=step, other=mode.wait(2, 0)) if level % 100 == 0 else Parallel(inner=step)
    run = mode.run(step)
    assert str(run.error) == "deep"
    assert run.error is not None
    assert run.error.__notes__[0].count("'inner'") == 1000


@pytest.mark.parametrize("delay", range(12))
def test_cancelling_at_any_step_leaves_no_task_behind(delay: int) -> None:
    async def leaf(_: Any) -> None:
        for _ in range(4):
            await asyncio.sleep(0)

    step = Parallel(a=Race(x=leaf, y=leaf), b=lambda_list | Map(leaf, limit=1), c=Parallel(d=leaf))

    async def main() -> None:
        task = asyncio.create_task(step.ainvoke(None))
        for _ in range(delay):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
def test_tasks_may_be_eager() -> None:
    async def quick(x: Any) -> Any:
        return x

    async def slow(x: Any) -> Any:
        await asyncio.sleep(0)
        return x

    async def main() -> Any:
        asyncio.get_running_loop().set_task_factory(getattr(asyncio, "eager_task_factory"))  # noqa: B009
        return await Parallel(a=quick, b=slow, c=Parallel(d=quick, limit=1)).ainvoke(1)

    assert asyncio.run(main()) == {"a": 1, "b": 1, "c": {"d": 1}}


@each_mode
def test_a_key_belongs_to_one_running_child(mode: Mode) -> None:
    async def script(rt: Runtime) -> None:
        async with rt.scope() as scope:
            scope.start("a", mode.wait(1, 0).run, 0)
            scope.start("a", mode.wait(1, 0).run, 0)

    with pytest.raises(ValueError, match="child 'a' is running already"):
        mode.run(Script(script)).result()


# ---- any tree of steps

Plan = tuple[Any, ...]


def plans(errors: bool, races: bool) -> st.SearchStrategy[Plan]:
    """Trees as data: `("leaf", seconds, fails)`, `(kind, [trees])`."""
    leaves = st.tuples(st.just("leaf"), st.integers(0, 3), st.booleans() if errors else st.just(False))
    kinds = ["sequence", "parallel", "limited", "map"] + (["race"] if races else [])

    def grow(inner: st.SearchStrategy[Plan]) -> st.SearchStrategy[Plan]:
        return st.tuples(st.sampled_from(kinds), st.lists(inner, min_size=1, max_size=3))

    return st.recursive(leaves, grow, max_leaves=8)


class Built:
    """A plan as a step for one mode, with a log of its leaves. No two sums of their delays are equal."""

    def __init__(self, plan: Plan, mode: Mode) -> None:
        self.mode, self.log, self.count = mode, Log(), 0
        self.step = self.build(plan)

    def build(self, plan: Plan) -> Step[Any, Any]:
        kind, *rest = plan
        if kind == "leaf":
            seconds, fails = rest
            self.count += 1
            number = self.count
            error = ValueError(number) if fails else None
            return self.mode.wait(seconds + 0.5**number, number, error, self.log)
        steps = [self.build(inner) for inner in rest[0]]
        branches = {f"b{index}": step for index, step in enumerate(steps)}
        match kind:
            case "sequence":
                return Sequence(*steps)
            case "parallel":
                return Parallel(branches)
            case "limited":
                return Parallel(branches, limit=1)
            case "race":
                return Race(branches)
            case _:
                return Sequence(lambda_list, Map(steps[0]))


lambda_list: Step[Any, Any] = Script(lambda rt: _two())


async def _two() -> list[int]:
    return [1, 2]


@settings(max_examples=60, deadline=None)
@given(plans(errors=False, races=True))
def test_the_answer_and_its_time_do_not_depend_on_the_runtime(plan: Plan) -> None:
    runs = [mode.run(Built(plan, mode).step, 0) for mode in MODES]
    assert len({repr(run.result()) for run in runs}) == 1
    assert len({run.answered for run in runs}) == 1


@settings(max_examples=60, deadline=None)
@given(plans(errors=True, races=False))
def test_no_child_outlives_the_call_whatever_fails(plan: Plan) -> None:
    for mode in MODES:
        built = Built(plan, mode)
        run = mode.run(built.step, 0)
        assert run.answered == run.settled
        assert run.error is None or isinstance(run.error, ValueError)
        ended = built.log.of("end") + built.log.of("cancelled")
        assert sorted(map(repr, built.log.of("start"))) == sorted(map(repr, ended))


@settings(max_examples=40, deadline=None)
@given(plans(errors=True, races=True), st.integers(0, 6))
def test_no_child_outlives_a_call_that_is_cancelled_from_outside(plan: Plan, seconds: int) -> None:
    for mode in MODES[:2]:
        built = Built(plan, mode)

        async def main(built: Built = built) -> Any:
            async with asyncio.timeout(seconds + 0.0001):
                return await built.step.ainvoke(0)

        run = mode.simulate(main)
        if mode.coroutines:
            assert run.answered == run.settled
        ended = built.log.of("end") + built.log.of("cancelled")
        assert sorted(map(repr, built.log.of("start"))) == sorted(map(repr, ended))

"""Policies in any order and anywhere: what they must not change, whatever they are stacked on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanout import Adaptive, CircuitBreaker, Lambda, Limiter, Parallel, RateLimiter, Step

from .modes import MODES, Log, Mode, each_mode

Wrap = Callable[[Step[Any, Any]], Step[Any, Any]]

POLICIES: dict[str, Wrap] = {
    "retry": lambda step: step.with_retry(2),
    "timeout": lambda step: step.with_timeout(1000),
    "fallback": lambda step: step.with_fallbacks([lambda _: "fallback"]),
    "hedge": lambda step: step.with_hedge(500),
    "breaker": lambda step: step.with_breaker(CircuitBreaker()),
    "limit": lambda step: step.with_limit(1),
    "rate": lambda step: step.with_limit(RateLimiter(1, per=1)),
    "adaptive": lambda step: step.with_limit(Adaptive(1)),
    "cache": lambda step: step.with_cache(),
}
modes = pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
stacks = st.lists(st.sampled_from(sorted(POLICIES)), max_size=6)


def stacked(step: Step[Any, Any], names: list[str]) -> Step[Any, Any]:
    for name in names:
        step = POLICIES[name](step)
    return step


@modes
@settings(max_examples=25, deadline=None)
@given(inner=stacks, outer=stacks)
def test_in_any_order_on_branches_and_on_the_whole_the_result_is_the_same(
    mode: Mode, inner: list[str], outer: list[str]
) -> None:
    a = stacked(mode.wait(1, lambda x: x + 1), inner)
    whole = stacked(Parallel(a=a, b=mode.parts((1, "x"), (1, "y"))), outer)
    assert mode.run(whole, 1).result() == {"a": 2, "b": "xy"}


@modes
@settings(max_examples=25, deadline=None)
@given(names=stacks)
def test_parts_come_through_and_add_up(mode: Mode, names: list[str]) -> None:
    parts = [part for part, _ in mode.stream(stacked(mode.parts((1, "x"), (1, "y")), names)).result()]
    assert parts == ["x", "y"]


@modes
@settings(max_examples=25, deadline=None)
@given(names=stacks.filter(lambda names: "fallback" not in names))
def test_an_error_comes_out_as_it_is(mode: Mode, names: list[str]) -> None:
    error = ValueError("no")
    step = stacked(mode.wait(0, error=error), [name for name in names if name != "retry"])
    assert mode.run(Parallel(a=step)).error is error


@modes
@settings(max_examples=25, deadline=None)
@given(names=stacks, at=st.sampled_from([0.5, 1.5, 3.0]))
def test_cancellation_goes_through_and_leaves_nothing_taken(mode: Mode, names: list[str], at: float) -> None:
    """The others are cancelled at some moment; afterwards every limit is free and the step works."""
    log = Log()
    shared = Limiter(1)
    step = stacked(mode.wait(2, "ok", log=log), names).with_limit(shared)
    run = mode.run(Parallel(a=step, b=step, bad=mode.wait(at, error=KeyError("k"))), 1)
    assert isinstance(run.error, KeyError)
    assert shared._free == 1
    again = mode.run(mode.wait(1, "free").with_limit(shared))
    assert (again.result(), again.answered) == ("free", 1)


@each_mode
def test_a_step_keeps_its_name_and_its_code_below_policies(mode: Mode) -> None:
    def search(_: Any) -> None: ...

    step = stacked(Lambda(search), sorted(POLICIES))
    assert step.name == "search"
    assert step.code is search


def test_methods_leave_the_step_as_it_is() -> None:
    step = Lambda(lambda x: x)
    for name in ("retry", "cache", "timeout"):
        assert POLICIES[name](step) is not step
    assert repr(step.with_timeout(1).with_cache()).startswith("Cache(Timeout(Lambda(")

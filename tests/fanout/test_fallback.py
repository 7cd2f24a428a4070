"""`Fallback`: order, which errors, what a fallback is given, what is raised when all fail."""

from __future__ import annotations

from typing import Any

import pytest

from fanout import Parallel, passthrough

from .modes import Mode, each_mode
from .service import Service


@each_mode
def test_success_calls_no_fallback(mode: Mode) -> None:
    backup = Service(mode, "backup")
    assert mode.run(Service(mode).step.with_fallbacks([backup.step])).result() == "ok"
    assert backup.calls == []


@each_mode
def test_tries_in_order_with_the_same_input(mode: Mode) -> None:
    first, second, third = Service(mode, ValueError()), Service(mode, KeyError()), Service(mode, "third")
    run = mode.run(first.step.with_fallbacks([second.step, third.step, passthrough]), "in")
    assert run.result() == "third"
    assert first.calls == second.calls == third.calls == ["in"]
    assert run.answered == 3


@each_mode
def test_if_all_fail_the_first_error_is_raised_and_names_the_others(mode: Mode) -> None:
    error = ValueError("first")
    step = Service(mode, error).step.with_fallbacks([Service(mode, KeyError("second")).step])
    run = mode.run(step)
    assert run.error is error
    assert error.__notes__ == ["fallback 1 failed as well: KeyError('second')"]


@each_mode
def test_other_errors_are_raised_at_once(mode: Mode) -> None:
    backup = Service(mode)
    error = KeyError("k")
    step = Service(mode, error).step.with_fallbacks([backup.step], on=ValueError)
    assert mode.run(step).error is error
    assert backup.calls == []


@each_mode
def test_a_fallback_may_see_the_error_in_a_copy_of_the_input(mode: Mode) -> None:
    given, error = {"question": "q"}, ValueError("no")
    backup = Service(mode, lambda value: value)
    step = Parallel(
        a=Service(mode, error).step.with_fallbacks([backup.step], exception_key="error"),
        b=mode.wait(5, lambda value: dict(value)),
    )
    assert mode.run(step, given).result() == {"a": {"question": "q", "error": error}, "b": {"question": "q"}}
    assert given == {"question": "q"}  # LangChain changes it, and branch b sees that


@each_mode
def test_exception_key_needs_a_mapping(mode: Mode) -> None:
    service = Service(mode)
    run = mode.run(service.step.with_fallbacks([passthrough], exception_key="error"), "text")
    assert isinstance(run.error, TypeError)
    assert "needs a mapping as input, not str" in str(run.error)
    assert service.calls == []


@each_mode
def test_on_a_branch_one_result_is_replaced_on_the_whole_all_are(mode: Mode) -> None:
    good = Service(mode)
    bad = Service(mode, ValueError())
    backup = Service(mode, "backup")
    branch = Parallel(good=good.step, bad=bad.step.with_fallbacks([backup.step]))
    assert mode.run(branch).result() == {"good": "ok", "bad": "backup"}
    whole = Parallel(good=good.step, bad=bad.step).with_fallbacks([backup.step])
    assert mode.run(whole).result() == "backup"


@each_mode
def test_with_a_time_out_and_functions_as_fallbacks(mode: Mode) -> None:
    step = mode.wait(9, "slow").with_timeout(1).with_fallbacks([mode.leaf(lambda _: [])])
    run = mode.run(step)
    assert run.result() == []
    assert run.answered == 1


class TestStreams:
    @each_mode
    def test_falls_back_before_the_first_part(self, mode: Mode) -> None:
        step = Service(mode, ValueError()).step.with_fallbacks([mode.parts((1, "a"), (1, "b"))])
        assert mode.stream(step).result() == [("a", 2), ("b", 3)]

    @each_mode
    def test_and_not_after_it(self, mode: Mode) -> None:
        error = ValueError()
        backup = Service(mode)
        parts = Parallel(a=mode.parts((1, "a"), (5, "b")), bad=mode.wait(2, error=error))
        run = mode.stream(parts.with_fallbacks([backup.step]))
        assert run.error is error
        assert backup.calls == []

    @each_mode
    def test_if_all_fail(self, mode: Mode) -> None:
        error = ValueError()
        step = Service(mode, error).step.with_fallbacks([Service(mode, KeyError()).step])
        assert mode.stream(step).error is error


def test_no_fallback_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        passthrough.with_fallbacks([])


def test_what_is_no_step_is_refused() -> None:
    empty: Any = []
    with pytest.raises(TypeError, match="cannot be a step"):
        passthrough.with_fallbacks([empty])

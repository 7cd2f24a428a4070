"""`Ok`, `Err`, `Outcomes`, and the notes that name branches."""

from __future__ import annotations

import gc
import weakref

import pytest

from fanout import Err, Ok, Outcomes, Parallel
from fanout.outcome import name_branch


def test_an_outcome_is_a_value() -> None:
    assert Ok(1) == Ok(1) != Ok(2)
    assert len({Ok(1), Ok(1), Ok(2)}) == 2
    assert repr(Ok("x")) == "Ok('x')"
    match Ok(3), Err(KeyError("k")):
        case Ok(value), Err(error):
            assert value == 3
            assert isinstance(error, KeyError)
        case _:
            pytest.fail("outcomes can be matched")


def test_unwrapping_gives_the_value_or_raises_the_error() -> None:
    error = ValueError("boom")
    assert Ok(1).unwrap() == 1
    with pytest.raises(ValueError, match="boom") as raised:
        Err(error).unwrap()
    assert raised.value is error


def test_outcomes_are_a_mapping_with_views() -> None:
    error = ValueError()
    outcomes: Outcomes[int] = Outcomes({"a": Ok(1), "b": Err(error), "c": Ok(3)})
    assert list(outcomes) == ["a", "b", "c"]
    assert len(outcomes) == 3
    assert outcomes["a"] == Ok(1)
    assert outcomes.ok == {"a": 1, "c": 3}
    assert outcomes.errors == {"b": error}
    assert repr(Outcomes({"a": Ok(1)})) == "Outcomes({'a': Ok(1)})"


def test_unwrapping_outcomes_raises_all_errors_at_once() -> None:
    assert Outcomes({"a": Ok(1)}).unwrap() == {"a": 1}
    with pytest.raises(ExceptionGroup, match="2 of 3 branches failed") as raised:
        Outcomes[int]({"a": Err(ValueError("x")), "b": Ok(1), "c": Err(KeyError("y"))}).unwrap()
    assert [error.__notes__ for error in raised.value.exceptions] == [
        ["in parallel branch 'a'"],
        ["in parallel branch 'c'"],
    ]


def test_one_note_gives_the_whole_path_and_keeps_the_users_notes() -> None:
    error = ValueError()
    error.add_note("mine")
    name_branch(name_branch(name_branch(error, "inner"), 3), "outer")
    assert error.__notes__ == ["mine", "in parallel branch 'outer' / 3 / 'inner'"]


def test_a_raised_error_leaves_no_cycle_behind() -> None:
    class Witness(Exception):
        pass

    def fail(_: object) -> None:
        raise Witness

    def run() -> weakref.ref[Witness]:
        try:
            Parallel(a=fail).invoke(0)
        except Witness as error:
            return weakref.ref(error)
        raise AssertionError

    gc.disable()
    try:
        assert run()() is None
    finally:
        gc.enable()

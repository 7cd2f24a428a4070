"""Streaming: parts as they come, back-pressure, and closing early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanout import Err, Lambda, Parallel, assign, passthrough, pick
from fanout.merge import append
from fanout.parts import join

from .modes import Log, Mode, each_mode


@each_mode
def test_a_step_without_parts_gives_its_result_as_one(mode: Mode) -> None:
    assert mode.stream(mode.wait(1, "x")).result() == [("x", 1)]


@each_mode
def test_a_generator_gives_parts_as_they_come_and_joined_when_invoked(mode: Mode) -> None:
    step = mode.parts((1, "a"), (1, "b"))
    assert mode.stream(step).result() == [("a", 1), ("b", 2)]
    run = mode.run(step)
    assert run.result() == "ab"
    assert run.answered == 2


@each_mode
def test_branches_give_parts_by_key_as_they_come(mode: Mode) -> None:
    step = Parallel(
        slow=mode.parts((2, "s"), (2, "t")), fast=mode.parts((1, "f"), (2, "g")), once=mode.wait(3.5, 1)
    )
    assert mode.stream(step).result() == [
        ({"fast": "f"}, 1),
        ({"slow": "s"}, 2),
        ({"fast": "g"}, 3),
        ({"once": 1}, 3.5),
        ({"slow": "t"}, 4),
    ]


@each_mode
def test_the_parts_add_up_to_the_result(mode: Mode) -> None:
    step = Parallel(a=mode.parts((1, "x"), (1, "y")), b=Parallel(c=mode.parts((1, [1]), (1, [2]))))
    parts = [part for part, _ in mode.stream(step).result()]
    assert (
        join(parts) == sum(parts[1:], parts[0]) == mode.run(step).result() == {"a": "xy", "b": {"c": [1, 2]}}
    )


@each_mode
def test_a_sequence_passes_parts_through_steps_that_can(mode: Mode) -> None:
    step = (
        mode.wait(1, 0)
        | Parallel(a=mode.parts((1, "x"), (1, "y")), b=mode.wait(9, 0))
        | passthrough
        | pick("a")
    )
    assert mode.stream(step).result() == [("x", 2), ("y", 3)]


@each_mode
def test_a_step_that_cannot_waits_for_the_whole(mode: Mode) -> None:
    step = mode.parts((1, "x"), (1, "y")) | mode.leaf(str.upper) | passthrough
    assert mode.stream(step).result() == [("XY", 2)]


@each_mode
def test_assign_passes_the_mapping_on_before_its_branches(mode: Mode) -> None:
    step = passthrough | assign(length=mode.wait(1, lambda d: len(d["text"])))
    assert mode.stream(step, {"text": "abc"}).result() == [({"text": "abc"}, 0), ({"length": 3}, 1)]
    assert mode.run(step, {"text": "abc", "length": 0}).result() == {"text": "abc", "length": 3}


@each_mode
def test_a_failure_ends_the_stream_and_stops_the_others(mode: Mode) -> None:
    log = Log()
    step = Parallel(
        good=mode.parts((0.5, "a"), (1, "b"), (1, "c"), log=log), bad=mode.wait(1, error=ValueError())
    )
    run = mode.stream(step)
    assert isinstance(run.error, ValueError)
    assert run.error.__notes__ == ["in parallel branch 'bad'"]
    assert log.of("closed") == ["a"]
    assert "c" not in log.of("part")
    assert run.settled == (1 if mode.coroutines else 1.5)


@each_mode
def test_a_collected_failure_is_a_part(mode: Mode) -> None:
    error = ValueError()
    step = Parallel(bad=mode.wait(1, error=error), good=mode.wait(2, 1), errors="collect")
    assert mode.stream(step).result() == [({"bad": Err(error)}, 1), ({"good": 1}, 2)]


@each_mode
def test_closing_early_stops_and_closes_the_branches(mode: Mode) -> None:
    log = Log()
    step = Parallel(a=mode.parts((1, "a"), (5, "b"), (5, "c"), log=log), b=mode.wait(3, "w", log=log))
    run = mode.stream(step, take=1)
    assert run.result() == [({"a": "a"}, 1)]
    assert log.of("closed") == ["a"]
    assert run.settled == (1 if mode.coroutines else 3)


@each_mode
def test_a_branch_goes_on_only_when_its_part_was_taken(mode: Mode) -> None:
    log = Log()
    step = Parallel(a=mode.parts((0, 1), (0, 2), (0, 3), log=log))
    mode.stream(step, take=2).result()
    assert log.of("part") == [1, 2]


@each_mode
def test_until_stops_the_stream(mode: Mode) -> None:
    step = Parallel(
        a=mode.parts((1, "x"), (1, "y")), b=mode.wait(5, 0), until=lambda done: done == {"a": "xy"}
    )
    run = mode.stream(step)
    assert run.result() == [({"a": "x"}, 1), ({"a": "y"}, 2)]
    assert run.answered == 2


@each_mode
def test_merged_results_come_at_the_end(mode: Mode) -> None:
    step = Parallel(a=mode.wait(1, [1]), b=mode.wait(2, [2]), merge=append)
    assert mode.stream(step).result() == [([1, 2], 2)]


@each_mode
def test_a_limit_holds_for_streams(mode: Mode) -> None:
    step = Parallel({str(i): mode.parts((1, i)) for i in range(4)}, limit=2)
    assert [at for _, at in mode.stream(step).result()] == [1, 1, 2, 2]


def test_a_missing_key_is_an_error_in_a_stream_too() -> None:
    with pytest.raises(KeyError, match="b"):
        list((passthrough | pick(["a", "b"])).stream({"a": 1}))


def test_a_stream_dropped_without_closing_leaves_nothing_behind() -> None:
    closed: list[int] = []

    async def endless(_: Any) -> AsyncGenerator[int]:
        try:
            while True:
                yield 1
                await asyncio.sleep(0)
        finally:
            closed.append(1)

    async def main() -> None:
        async for _ in Parallel(a=endless).astream(0):
            break
        for _ in range(10):  # the event loop closes dropped generators in a task of its own
            await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())
    assert closed == [1]


parts = st.one_of(
    st.lists(st.text(max_size=3), min_size=1, max_size=6),
    st.lists(st.lists(st.integers(), max_size=2), min_size=1, max_size=6),
    st.lists(st.dictionaries(st.sampled_from("abc"), st.text(max_size=2)), min_size=1, max_size=6),
)


@given(parts, st.data())
def test_joining_is_associative(given: list[Any], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(given)))
    pieces = [join(piece) for piece in (given[:cut], given[cut:]) if piece]
    assert join(pieces) == join(given)


def test_what_does_not_add_up_counts_last() -> None:
    assert join([1, "a", None]) is None
    assert join([]) is None
    assert Lambda(lambda _: iter([])).invoke(0) is not None  # an iterator is a value like any other

"""`Cache`: what is called once, for how long it counts, and who makes the call when the first is cancelled."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanout import Lambda, Parallel, Race, passthrough
from fanout.cache import freeze
from fanout.policy import copied

from .modes import Log, Mode, each_mode
from .service import Service
from .test_timeout import recorded


@each_mode
def test_a_result_is_used_again(mode: Mode) -> None:
    service = Service(mode, lambda value: value * 2)
    cached = service.step.with_cache()
    run = mode.run(cached | cached | cached, 0)
    assert (run.result(), run.answered) == (0, 1)
    assert service.calls == [0]
    assert mode.run(cached, 1).result() == 2


class TestSingleFlight:
    @each_mode
    def test_three_identical_calls_at_once_are_one(self, mode: Mode) -> None:
        service = Service(mode)
        cached = service.step.with_cache()
        run = mode.run(Parallel(a=cached, b=cached, c=cached), "q")
        assert run.result() == {"a": "ok", "b": "ok", "c": "ok"}
        assert (len(service.calls), run.answered) == (1, 1)

    @each_mode
    def test_an_error_is_everybody_s_and_is_not_kept(self, mode: Mode) -> None:
        error = ValueError("no")
        service = Service(mode, error, "ok")
        cached = service.step.with_cache()
        outcomes = mode.run(Parallel(a=cached, b=cached, errors="collect")).result()
        assert (len(service.calls), len(cached)) == (1, 0)
        with pytest.raises(ExceptionGroup) as raised:
            outcomes.unwrap()
        assert [str(each) for each in raised.value.exceptions] == ["no", "no"]
        assert [each.__notes__ for each in raised.value.exceptions] == [
            ["in parallel branch 'a'"],
            ["in parallel branch 'b'"],
        ]
        assert mode.run(cached).result() == "ok"

    @each_mode
    def test_an_error_that_cannot_be_copied_is_shared(self, mode: Mode) -> None:
        class Odd(Exception):
            def __new__(cls, *, code: int) -> Odd:
                return super().__new__(cls)

            def __init__(self, *, code: int) -> None:
                super().__init__(f"code {code}")

        error = Odd(code=7)
        cached = Service(mode, error).step.with_cache()
        outcomes = mode.run(Parallel(a=cached, b=cached, errors="collect")).result()
        assert outcomes.errors == {"a": error, "b": error}

    def test_copies_tell_what_the_original_tells(self) -> None:
        class Status(Exception):
            def __init__(self, *, code: int) -> None:
                super().__init__(f"code {code}")
                self.code = code

        status = Status(code=7)
        status.add_note("a note")
        status.__cause__ = KeyError("k")
        undecodable = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
        for error in (status, undecodable, OSError(2, "No such file"), ExceptionGroup("two", [status])):
            twin = copied(error)
            assert twin is not error
            assert (type(twin), str(twin), twin.args) == (type(error), str(error), error.args)
            assert vars(twin) == vars(error)
            assert twin.__cause__ is error.__cause__
        twin = copied(status)
        twin.add_note("for the twin")
        assert status.__notes__ == ["a note"]

    @pytest.mark.parametrize("asynchronous", [True, False])
    def test_if_the_one_who_calls_is_cancelled_another_calls(self, asynchronous: bool) -> None:
        mode = Mode("", asynchronous, True)
        log = Log()
        cached = mode.wait(5, "ok", log=log).with_cache()

        async def main() -> Any:
            first = asyncio.create_task(cached.ainvoke("q"))
            others = [asyncio.create_task(cached.ainvoke("q")) for _ in range(2)]
            await asyncio.sleep(1)
            first.cancel()
            return await asyncio.gather(*others)

        run = Mode("", True, True).simulate(main)
        assert run.result() == ["ok", "ok"]
        assert log.entries == [
            ("start", "ok", 0),
            ("cancelled", "ok", 1),
            ("start", "ok", 1),
            ("end", "ok", 6),
        ]

    @each_mode
    def test_also_if_it_is_cancelled_while_it_backs_off(self, mode: Mode) -> None:
        service = Service(mode, ValueError(), "ok")
        cached = service.step.with_retry(2, base=100, longest=100, jitter=False).with_cache()
        step = Parallel(
            given_up=cached.with_timeout(2).with_fallbacks([passthrough]), waits=mode.wait(0.5, "q") | cached
        )
        run = mode.run(step, "q")
        assert run.result() == {"given_up": "q", "waits": "ok"}
        assert run.answered == 3

    @each_mode
    def test_who_only_waits_may_leave(self, mode: Mode) -> None:
        service = Service(mode, seconds=5)
        cached = service.step.with_cache()
        step = Parallel(calls=cached, leaves=(mode.wait(1, None) | cached).with_timeout(2), errors="collect")
        run = mode.run(step)
        assert run.result().ok == {"calls": "ok"}
        assert len(service.calls) == 1

    @each_mode
    def test_the_result_of_an_abandoned_call_is_kept_where_a_thread_made_it(self, mode: Mode) -> None:
        service = Service(mode, seconds=5)
        cached = service.step.with_cache()
        mode.run(Race(slow=cached, quick=mode.wait(1, 0))).result()
        assert len(cached) == (1 if mode.name == "threads" else 0)

    def test_threads_and_event_loops_share_it(self) -> None:
        go, calls = threading.Event(), []

        def work(value: int) -> int:
            calls.append(value)
            go.wait(60)
            return value

        cached = Lambda(work).with_cache()
        results: list[int] = []
        callers = [threading.Thread(target=lambda: results.append(cached.invoke(7))) for _ in range(3)]
        callers += [
            threading.Thread(target=lambda: results.append(asyncio.run(cached.ainvoke(7)))) for _ in range(3)
        ]
        for caller in callers:
            caller.start()
        while not cached._flights or len(next(iter(cached._flights.values())).waiting) < 5:
            time.sleep(0)
        go.set()
        for caller in callers:
            caller.join()
        assert results == [7] * 6
        assert calls == [7]


class TestWhatIsKept:
    @each_mode
    def test_the_least_recently_used_goes_first(self, mode: Mode) -> None:
        service = Service(mode, lambda value: value)
        cached = service.step.with_cache(2)
        for value in ["a", "b", "a", "c", "a", "b"]:
            mode.run(cached, value).result()
        assert service.calls == ["a", "b", "c", "b"]
        assert len(cached) == 2

    @each_mode
    def test_what_is_too_old_is_called_again(self, mode: Mode) -> None:
        service = Service(mode)
        cached = service.step.with_cache(ttl=10)
        at = Parallel({str(seconds): mode.wait(seconds, "q") | cached for seconds in (0, 10.9, 11, 15)})
        mode.run(at).result()
        assert service.starts == [0, 11]

    @each_mode
    def test_clear_forgets(self, mode: Mode) -> None:
        service = Service(mode)
        cached = service.step.with_cache()
        mode.run(cached).result()
        cached.clear()
        mode.run(cached).result()
        assert len(service.calls) == 2

    @each_mode
    def test_key_says_what_decides(self, mode: Mode) -> None:
        service = Service(mode, lambda value: value["id"])
        cached = service.step.with_cache(key=lambda value: value["q"].strip().lower())
        inputs = [{"q": "Hi ", "id": 1}, {"q": "hi", "id": 2}]
        assert mode.run(cached.map(), inputs).result() in ([1, 1], [2, 2])
        assert len(service.calls) == 1

    @each_mode
    def test_on_a_branch_the_key_is_its_input_on_the_whole_the_input_of_all(self, mode: Mode) -> None:
        a, b = Service(mode), Service(mode)
        branch = Parallel(a=a.step.with_cache(), b=b.step)
        mode.run(branch | passthrough).result()
        mode.run(branch).result()
        assert (len(a.calls), len(b.calls)) == (1, 2)
        whole = Parallel(a=a.step, b=b.step).with_cache()
        assert mode.run(whole).result() is mode.run(whole).result()
        assert (len(a.calls), len(b.calls)) == (2, 3)


class TestKeys:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"a": [1, {"b": 2}], "c": {3}}, {"c": {3}, "a": [1, {"b": 2}]}),
            ([1, 2], [1, 2]),
            ((1, [2]), (1, [2])),
            ("x", "x"),
        ],
    )
    def test_equal_values_have_equal_keys(self, one: Any, other: Any) -> None:
        assert freeze(one) == freeze(other)
        assert hash(freeze(one)) == hash(freeze(other))

    @pytest.mark.parametrize(
        ("one", "other"), [([1], (1,)), ({"a": 1}, {"a": 2}), ({}, []), ([1, 2], [2, 1])]
    )
    def test_different_ones_have_not(self, one: Any, other: Any) -> None:
        assert freeze(one) != freeze(other)

    def test_what_cannot_be_a_key_is_refused_with_a_way_out(self) -> None:
        @dataclass
        class Query:
            text: str

        with pytest.raises(TypeError, match=r"a Query cannot be the key of a cache: .* with_cache\(key=…\)"):
            passthrough.with_cache().invoke([Query("q")])


class TestStreams:
    @each_mode
    def test_parts_pass_and_the_whole_is_kept(self, mode: Mode) -> None:
        cached = mode.parts((1, "a"), (1, "b")).with_cache()
        assert mode.stream(cached).result() == [("a", 1), ("b", 2)]
        assert mode.stream(cached).result() == [("ab", 0)]
        assert mode.run(cached).result() == "ab"

    @each_mode
    def test_others_wait_for_the_whole(self, mode: Mode) -> None:
        cached = mode.parts((1, "a"), (1, "b")).with_cache()
        parts = mode.stream(Parallel(x=cached, y=mode.wait(0.5, None) | cached)).result()
        assert parts == [({"x": "a"}, 1), ({"x": "b"}, 2), ({"y": "ab"}, 2)]

    @each_mode
    def test_a_stream_closed_early_keeps_nothing(self, mode: Mode) -> None:
        cached = mode.parts((1, "a"), (1, "b")).with_cache()
        mode.stream(cached, take=1).result()
        assert len(cached) == 0
        assert mode.run(cached).result() == "ab"

    @each_mode
    def test_an_error_is_not_kept(self, mode: Mode) -> None:
        cached = Service(mode, ValueError(), "ok").step.with_cache()
        assert isinstance(mode.stream(cached).error, ValueError)
        assert mode.stream(cached).result() == [("ok", 1)]


@each_mode
def test_the_trace_says_hit_or_miss(mode: Mode) -> None:
    cached = mode.wait(1, "ok").with_cache()
    trace = recorded(mode, Parallel(a=cached, b=cached) | (lambda _: 0) | cached)
    assert [[event.name for event in span.events] for span in trace.spans if span.kind == "cache"] == [
        ["miss"],
        ["shared"],
        ["hit"],
    ]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(1, 5)), min_size=1, max_size=20),
    st.booleans(),
)
def test_each_key_is_called_once_whoever_gives_up(calls: list[tuple[int, int, int]], threads: bool) -> None:
    """Callers come at random times and wait for a random time; no two calls with one key overlap, none is repeated."""
    mode = Mode("", not threads, not threads)

    def key(value: tuple[int, int, int]) -> int:
        return value[0]

    service = Service(mode, lambda value: value[0], seconds=3)
    cached = service.step.with_cache(key=key)
    step = Parallel(
        {
            str(n): mode.wait(at, call) | cached.with_timeout(patience)
            for n, call in enumerate(calls)
            for at, patience in [call[1:]]
        },
        errors="collect",
    )
    outcomes = mode.run(step).result()
    for n, call in enumerate(calls):
        if str(n) in outcomes.ok:
            assert outcomes.ok[str(n)] == call[0]
    finished = [value[0] for value in service.calls]
    if not threads:  # there an abandoned call runs on, and its result counts for whoever comes later
        assert len(finished) == len(set(finished))


@pytest.mark.parametrize("options", [{"size": 0}, {"ttl": 0}])
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        passthrough.with_cache(**options)

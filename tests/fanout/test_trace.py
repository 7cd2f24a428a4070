"""Recording, the format, and the questions one can ask a trace."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanout.clock import simulate
from fanout.recorder import OpenSpan, Recorder, current_recorder, current_span, record, watch
from fanout.trace import MIME, Interval, Segment, Span, Trace
from fanout.trace_json import TraceFormatError

SCHEMA = json.loads(files("fanout").joinpath("trace.schema.json").read_text())


def span(number: int, parent: int | None, key: str, start: float, end: float | None, **more: Any) -> Span:
    return Span(number, parent, key, key or "run", "step", "main", start, end, **more)


def fork(*branches: tuple[str, float, float]) -> Trace:
    """A root over branches `(key, start, end)` that ends with the last of them."""
    spans = [span(n, 1, key, start, end) for n, (key, start, end) in enumerate(branches, start=2)]
    return Trace([span(1, None, "", 0, max(end for _, _, end in branches)), *spans], "virtual")


async def branches(recorder: Recorder, delays: dict[str, float], fail: str = "") -> None:
    """A hand-written fan-out that reports to the recorder as an engine does."""
    root = recorder.begin("", "parallel", name="fork")

    async def work(key: str) -> None:
        await asyncio.sleep(delays[key])
        if key == fail:
            raise ValueError("broken")

    async def branch(key: str) -> None:
        one = recorder.begin(key, "step", root, code=work)
        try:
            await watch(work(key), one, recorder)
        except ValueError as error:
            recorder.end(one, "error", error)
            raise
        recorder.end(one, "ok")

    results = await asyncio.gather(*map(branch, delays), return_exceptions=True)
    errors = [result for result in results if isinstance(result, ValueError)]
    recorder.end(root, "error" if errors else "ok", errors[0] if errors else None)


# ---- recording


def test_spans_hold_exact_virtual_times_and_states() -> None:
    with record() as trace:
        simulate(branches(trace, {"a": 0.1, "b": 0.3}))
    root, a, b = trace.spans
    assert (root.name, root.start, root.end, root.outcome) == ("fork", 0.0, 0.3, "ok")
    assert (a.key, a.parent, a.states) == ("a", root.id, (Interval("suspended", 0.0, 0.1),))
    assert b.end == 0.3
    assert trace.clock == "virtual"
    assert a.code is not None
    assert (a.code.file, a.code.function) == ("tests/fanout/test_trace.py", "branches.<locals>.work")


def test_an_error_is_kept_as_words() -> None:
    with record() as trace:
        simulate(branches(trace, {"good": 0.2, "bad": 0.1}, fail="bad"))
    bad = trace.find("bad")
    assert bad.outcome == "error"
    assert bad.error is not None
    assert (bad.error.type, bad.error.message) == ("ValueError", "broken")


def test_an_error_whose_text_fails_does_not_break_the_run() -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    recorder = Recorder()
    recorder.end(recorder.begin("", "step"), "error", Silent())
    assert recorder.spans[0].error is not None
    assert recorder.spans[0].error.type.endswith("Silent")


def test_a_blocked_loop_shows_as_a_branch_that_is_queued_and_one_that_runs() -> None:
    async def blocking() -> None:
        time.sleep(0.5)  # noqa: ASYNC251 - on purpose

    async def both() -> None:
        recorder = current_recorder.get()
        assert recorder is not None
        spans = [recorder.begin(key, "step") for key in "ab"]
        await asyncio.gather(*(watch(blocking(), one, recorder) for one in spans))
        for one in spans:
            recorder.end(one, "ok")

    with record() as trace:
        simulate(both())
    assert trace.find("b").states == (Interval("queued", 0.0, 0.5), Interval("running", 0.5, 1.0))


def test_threads_are_lanes_with_repeatable_names() -> None:
    recorder = Recorder()
    root = recorder.begin("", "parallel")

    def work(key: str) -> None:
        one = recorder.begin(key, "step", root)
        recorder.state(one, "busy")
        recorder.end(one, "ok")

    for number, key in ((71, "a"), (88, "b"), (71, "c")):
        thread = threading.Thread(target=work, args=(key,), name=f"pool-{number}_0")
        thread.start()
        thread.join()
    assert [s.lane for s in recorder.spans] == ["main", "pool-0_0", "pool-1_0", "pool-0_0"]


def test_recording_from_many_threads_loses_nothing() -> None:
    recorder = Recorder()
    root = recorder.begin("", "parallel")

    def work() -> None:
        for n in range(200):
            one = recorder.begin(str(n), "step", root)
            recorder.state(one, "busy")
            recorder.end(one, "ok")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spans = recorder.spans
    assert len(spans) == 1601
    assert [s.id for s in spans] == list(range(1, 1602))
    assert {s.outcome for s in spans[1:]} == {"ok"}


def test_an_abandoned_thread_ends_when_it_comes_back() -> None:
    recorder = Recorder()

    def slow(one: OpenSpan) -> None:
        recorder.state(one, "busy")
        time.sleep(2)
        recorder.end(one, "ok")

    def impatient() -> None:
        root = recorder.begin("", "timeout")
        one = recorder.begin("slow", "step", root)
        threading.Thread(target=slow, args=(one,)).start()
        time.sleep(0.5)
        recorder.end(one, "abandoned")
        recorder.end(root, "timeout")

    simulate(impatient)
    root, one = recorder.spans
    assert (root.end, root.outcome) == (0.5, "timeout")
    assert (one.end, one.outcome) == (2.0, "abandoned")
    assert [(e.name, e.time) for e in one.events] == [("abandoned", 0.5)]
    assert recorder.orphans == [one]


def test_a_span_above_others_keeps_only_its_waits() -> None:
    async def limited() -> None:
        recorder = current_recorder.get()
        assert recorder is not None
        root = recorder.begin("", "parallel")
        recorder.state(root, "limited")
        await asyncio.sleep(1)
        recorder.state(root, "running")
        recorder.end(recorder.begin("a", "step", root), "ok")
        recorder.end(root, "ok")

    with record() as trace:
        simulate(limited())
    assert trace.spans[0].states == (Interval("limited", 0.0, 1.0),)


def test_runs_on_different_clocks_are_put_end_to_end() -> None:
    with record() as trace:
        simulate(branches(trace, {"a": 1}))
        simulate(branches(trace, {"b": 2}))
    assert [(s.start, s.end) for s in trace.roots] == [(0.0, 1.0), (1.0, 3.0)]


def test_without_a_recorder_nobody_records_and_the_block_restores_that() -> None:
    assert current_recorder.get() is None
    with record() as trace:
        assert current_recorder.get() is trace
        assert current_span.get() is None
    assert current_recorder.get() is None


def test_a_span_without_parent_belongs_below_the_current_one() -> None:
    recorder = Recorder()
    root = recorder.begin("", "parallel")
    token = current_span.set(root)
    recorder.begin("child", "step")
    current_span.reset(token)
    assert recorder.find("child").parent == recorder.spans[0].id


# ---- watch


def test_watch_hands_on_results_exceptions_and_cancellation() -> None:
    recorder = Recorder()

    async def work(caught: list[str]) -> int:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            caught.append("cancelled")
            await asyncio.sleep(1)
            raise
        return 7

    async def main() -> list[str]:
        one = recorder.begin("one", "step")
        assert await watch(work([]), one, recorder) == 7
        recorder.end(one, "ok")
        caught: list[str] = []
        two = recorder.begin("two", "step")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await watch(work(caught), two, recorder)
        recorder.end(two, "cancelled")
        return caught

    assert simulate(main()).value == ["cancelled"]
    assert [s.end for s in recorder.spans] == [5.0, 7.0]


def test_watch_closes_what_it_watches() -> None:
    recorder = Recorder()
    closed = []

    async def work() -> None:
        try:
            await asyncio.sleep(0)
        finally:
            closed.append(True)

    watching = watch(work(), recorder.begin("", "step"), recorder)
    watching.send(None)
    watching.close()
    assert closed == [True]


# ---- listeners


def test_a_listener_hears_every_step_and_a_broken_one_is_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: list[tuple[str, str]] = []

    def broken(what: str, one: OpenSpan) -> None:
        raise RuntimeError(what)

    with (
        caplog.at_level(logging.ERROR, "fanout.trace"),
        record(broken, lambda what, one: heard.append((what, one.key))) as trace,
    ):
        simulate(branches(trace, {"a": 1}))
    assert heard == [("begin", ""), ("begin", "a"), *[("state", "a")] * 3, ("end", "a"), ("end", "")]
    assert len(caplog.records) == 1
    assert "the run goes on" in caplog.text


# ---- questions


def test_peak_counts_leaves_under_way_and_not_those_that_wait() -> None:
    waits = (Interval("limited", 0, 1), Interval("busy", 1, 2))
    trace = Trace([span(1, None, "", 0, 2), span(2, 1, "a", 0, 1), span(3, 1, "b", 0, 2, states=waits)])
    assert trace.peak_in_flight() == 1
    assert trace.peak_in_flight(lambda s: s.key == "nobody") == 0
    assert trace.work == 2.0


def test_critical_path_goes_through_the_branch_that_decided() -> None:
    trace = Trace(
        [
            span(1, None, "", 0, 10),
            span(2, 1, "short", 0, 3),
            span(3, 1, "long", 0, 7),
            span(4, 3, "inner", 1, 6),
            span(5, 1, "last", 8, 10),
        ]
    )
    by_id = {s.id: s for s in trace.spans}
    assert trace.critical_path() == [
        Segment(by_id[3], 0, 1),
        Segment(by_id[4], 1, 6),
        Segment(by_id[3], 6, 7),
        Segment(by_id[1], 7, 8),
        Segment(by_id[5], 8, 10),
    ]


@st.composite
def nested(draw: st.DrawFn, waits: bool = False) -> Trace:
    spans = [span(1, None, "", 0, 64)]
    for number in range(2, draw(st.integers(2, 14))):
        above = draw(st.sampled_from(spans))
        assert above.end is not None
        start = draw(st.integers(int(above.start), int(above.end)))
        end = draw(st.integers(start, int(above.end)))
        middle = draw(st.integers(start, end))
        states = (Interval("queued", start, middle), Interval("busy", middle, end)) if waits else ()
        spans.append(span(number, above.id, f"k{number}", start, end, states=states))
    parents = {one.parent for one in spans}
    return Trace([replace(one, states=()) if one.id in parents else one for one in spans])


@given(nested())
def test_a_critical_path_is_as_long_as_the_run_and_without_gaps(trace: Trace) -> None:
    path = trace.critical_path()
    assert sum(s.end - s.start for s in path) == trace.makespan
    assert [s.start for s in path] == [0, *[s.end for s in path[:-1]]]
    assert all(s.span.start <= s.start and s.end <= (s.span.end or 0) for s in path)


@given(nested())
def test_peak_is_the_largest_number_of_leaves_at_any_moment(trace: Trace) -> None:
    moments = [n + 0.5 for n in range(64)]
    at_once = [sum(s.start < m < (s.end or 0) for s in trace.leaves) for m in moments]
    assert trace.peak_in_flight() == max(at_once, default=0)


def test_orphans_outlive_somebody_above_them() -> None:
    trace = Trace(
        [
            span(1, None, "", 0, 1),
            span(2, 1, "in", 0, 1),
            span(3, 1, "out", 0, 2),
            span(4, 3, "deep", 0, None),
        ]
    )
    assert [s.key for s in trace.orphans] == ["out", "deep"]
    assert (trace.makespan, trace.settled) == (1, 2)


def test_a_missing_key_is_answered_with_the_keys_there_are() -> None:
    with pytest.raises(KeyError, match=r"no span has the key 'c'; the keys are: 'a', 'b'"):
        fork(("a", 0, 1), ("b", 0, 1)).find("c")


# ---- the format


def test_json_fits_the_schema_and_comes_back_equal() -> None:
    with record() as trace:
        simulate(branches(trace, {"a": 0.1, "b": 0.2}, fail="b"))
    one = trace._open[1]
    one.attrs = {"cost": 0.02, "step": object, "nothing": None, "not a number": float("nan")}
    trace.event(one, "429", retry_after=2)
    data = json.loads(trace.to_json())
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    again = Trace.from_json(trace.to_json())
    assert again.to_dict() == data
    assert again.versions["python"]


def broken(**change: Any) -> dict[str, Any]:
    data = fork(("a", 0, 1)).to_dict()
    data["spans"][1] |= change
    return data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{", "not JSON"),
        ("[]", "the trace: expected an object, got []"),
        ({**broken(), "format": "other"}, "format is 'other', expected 'fanout-trace'"),
        ({**broken(), "version": 2}, "version 2 is not known here, only 1"),
        ({**broken(), "clock": "wall"}, "the trace.clock: expected one of 'virtual', 'real', got 'wall'"),
        ({**broken(), "extra": 1}, "the trace: 'extra' is not part of the format"),
        (broken(key=3), "spans[1].key: expected a text, got 3"),
        (broken(end="1"), "spans[1].end: expected a number of seconds, got '1'"),
        (broken(end=-1), "spans[1]: it ends at -1, before its start at 0"),
        (broken(outcome="fine"), "spans[1].outcome: expected one of 'ok', 'error'"),
        (broken(states=[{"state": "busy", "start": 0}]), "spans[1].states[0]: 'end' is missing"),
        (broken(error={"type": "E"}), "spans[1].error: 'message' is missing"),
        (broken(id=1), "spans[1].id: 1 is there twice"),
        (broken(parent=9), "spans[1].parent: no span before this one has the id 9"),
    ],
)
def test_a_wrong_trace_is_refused_with_place_and_reason(data: Any, message: str) -> None:
    with pytest.raises(TraceFormatError) as failure:
        Trace.from_json(data)
    assert message in str(failure.value)


def test_the_mime_bundle_holds_data_picture_and_text() -> None:
    bundle = fork(("a", 0, 1))._repr_mimebundle_()
    assert bundle[MIME]["spans"][1]["key"] == "a"
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "a" in bundle["text/plain"]


# ---- Chrome's format


def slices(events: Iterable[dict[str, Any]]) -> dict[int, list[tuple[float, float]]]:
    found: dict[int, list[tuple[float, float]]] = {}
    for event in events:
        if event["ph"] == "X":
            found.setdefault(event["tid"], []).append((event["ts"], event["ts"] + event["dur"]))
    return found


@given(nested(waits=True))
def test_chrome_slices_of_one_thread_nest(trace: Trace) -> None:
    chrome = json.loads(json.dumps(trace.to_chrome()))
    events = chrome["traceEvents"]
    assert all({"ph", "pid", "tid", "name"} <= set(e) for e in events)
    assert len([e for e in events if e["ph"] == "X" and e["cat"] != "state"]) == len(trace.spans)
    for row in slices(events).values():
        for a in row:
            for b in row:
                apart = a[1] <= b[0] or b[1] <= a[0]
                inside = (a[0] <= b[0] and b[1] <= a[1]) or (b[0] <= a[0] and a[1] <= b[1])
                assert apart or inside


def test_chrome_rows_are_named_after_lanes_and_times_are_microseconds() -> None:
    events = fork(("a", 0, 0.25), ("b", 0, 0.5)).to_chrome()["traceEvents"]
    names = [e["args"]["name"] for e in events if e["name"] == "thread_name"]
    assert names == ["main", "main (2)"]
    (b,) = [e for e in events if e["name"] == "b"]
    assert (b["ts"], b["dur"]) == (0, 500_000)

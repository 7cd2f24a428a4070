"""Time-outs, retries, cancellation and what they cost: sync and async alike."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import pytest

from fanout.clock import simulate
from llmsim import (
    APIConnectionError,
    APITimeoutError,
    BadRequestError,
    Faults,
    InternalServerError,
    Latency,
    Limits,
    NotFoundError,
    Outage,
    RateLimitError,
    Simulator,
    Tool,
    retry_after_of,
    status_of,
)

TRANSLATE = "Translate to Chinese: Worth the price."
Ask = Callable[..., Any]


def sync(sim: Simulator, prompt: str, **options: Any) -> Any:
    return simulate(lambda: sim.complete(prompt, **options))


def on_loop(sim: Simulator, prompt: str, **options: Any) -> Any:
    return simulate(sim.acomplete(prompt, **options))


both = pytest.mark.parametrize("ask", [sync, on_loop])


@both
def test_a_whole_answer_takes_its_first_token_and_its_tokens(ask: Ask) -> None:
    sim = Simulator(latency=Latency.fixed(0.5, rate=10))
    run = ask(sim, TRANSLATE)
    assert run.value.text == "值得这个价格。"
    tokens = run.value.usage.completion_tokens
    assert run.elapsed == pytest.approx(0.5 + (tokens - 1) / 10)


@both
def test_a_time_out_of_a_whole_answer_counts_from_its_start_and_is_billed(ask: Ask) -> None:
    sim = Simulator(latency=Latency.fixed(0.5, rate=2))
    with pytest.raises(APITimeoutError):
        ask(sim, TRANSLATE, timeout=1.0)
    (entry,) = sim.log
    assert (entry.outcome, entry.seconds) == ("timeout", 1.0)
    assert entry.usage.completion_tokens == 2
    assert entry.cost > 0


def test_a_time_out_of_a_stream_counts_between_its_pieces() -> None:
    sim = Simulator(latency=Latency.fixed(0.5, rate=2))
    patient = simulate(lambda: "".join(sim.stream(TRANSLATE, timeout=0.8)))
    assert patient.value == "值得这个价格。"
    assert patient.elapsed > 0.8
    with pytest.raises(APITimeoutError):
        simulate(lambda: list(sim.stream(TRANSLATE, timeout=0.4)))
    assert sim.log[-1].usage.completion_tokens == 0


@pytest.mark.parametrize("on_loop", [True, False])
def test_retries_wait_as_long_as_the_endpoint_asks(on_loop: bool) -> None:
    sim = Simulator(latency=Latency.fixed(0.1), limits=Limits(rpm=30, burst=2))

    async def on_the_loop() -> None:
        for _ in range(2):
            await sim.acomplete("Hello", max_retries=1)

    def in_the_thread() -> None:
        for _ in range(2):
            sim.complete("Hello", max_retries=1)

    # One permit every two seconds: the second call is refused at 0.1 s and comes back at 2 s.
    assert simulate(on_the_loop() if on_loop else in_the_thread).elapsed == pytest.approx(2.1)
    assert [entry.outcome for entry in sim.log] == ["ok", "rate_limited", "ok"]


@both
def test_server_errors_are_retried_with_back_off_and_each_attempt_is_logged(ask: Ask) -> None:
    sim = Simulator(latency=Latency.fixed(0.0), faults=Faults(outages=(Outage(0, 1.0),)))
    run = ask(sim, "Hello", max_retries=4)
    assert [entry.status for entry in sim.log] == [503, 503, 200]
    assert [entry.attempt for entry in sim.log] == [0, 1, 2]
    # 0.5 s and 1 s, each less up to a quarter, and 20 ms for each refusal.
    assert 0.75 * 1.5 <= run.elapsed - 0.04 <= 1.5


@both
def test_without_retries_the_first_failure_shows(ask: Ask) -> None:
    sim = Simulator(faults=Faults(error_rate=1.0))
    with pytest.raises(InternalServerError) as caught:
        ask(sim, "Hello")
    assert caught.value.status_code in (500, 502, 503)
    assert sim.bill().cost == 0


@both
def test_mistakes_are_not_retried(ask: Ask) -> None:
    sim = Simulator()
    with pytest.raises(NotFoundError, match="nobody"):
        ask(sim, "Hello", model="nobody", max_retries=5)
    with pytest.raises(BadRequestError, match="maximum context length"):
        ask(sim, "word " * 40_000, model="sim-fast", max_retries=5)
    assert sim.log == []


def test_a_stream_that_breaks_off_is_not_retried_but_a_whole_answer_is() -> None:
    sim = Simulator(latency=Latency.fixed(0.1, rate=10), faults=Faults(cut_rate=1.0))
    with pytest.raises(APIConnectionError):
        simulate(lambda: list(sim.stream(TRANSLATE, max_retries=2)))
    assert len(sim.log) == 1
    with pytest.raises(APIConnectionError):
        simulate(lambda: sim.complete(TRANSLATE, max_retries=2))
    assert len(sim.log) == 4


def test_a_cancelled_call_is_billed_for_what_it_had_by_then() -> None:
    sim = Simulator(latency=Latency.fixed(1.0, rate=2))

    async def impatient() -> None:
        task = asyncio.create_task(sim.acomplete(TRANSLATE))
        await asyncio.sleep(2.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    simulate(impatient())
    (entry,) = sim.log
    assert entry.outcome == "cancelled"
    assert entry.end == pytest.approx(2.1)
    assert entry.usage.completion_tokens == 3
    assert sim.ledger.in_flight == 0


def test_a_reader_that_stops_early_cancels_the_stream() -> None:
    sim = Simulator(latency=Latency.fixed(0.1, rate=10))

    def one_piece() -> str:
        stream = sim.stream(TRANSLATE)
        piece = next(iter(stream))
        stream.close()  # type: ignore[attr-defined]
        return piece

    simulate(one_piece)
    assert [entry.outcome for entry in sim.log] == ["cancelled"]


def test_an_orphaned_branch_still_costs_money() -> None:
    sim = Simulator(latency=Latency.fixed(1.0))

    async def gather_fails_early() -> None:
        async def broken() -> None:
            await asyncio.sleep(0.1)
            raise RuntimeError("boom")

        with pytest.raises(RuntimeError):
            await asyncio.gather(sim.acomplete("Hello"), broken())
        await asyncio.sleep(2)

    simulate(gather_fails_early())
    assert [entry.outcome for entry in sim.log] == ["ok"]
    assert sim.bill().cost > 0


def test_functions_are_branches_for_an_executor() -> None:
    sim = Simulator(latency=Latency.fixed(0.2))
    feel = sim.afunction("What is the sentiment? Only the label.", model="sim-fast")
    assert feel.__name__ == "sim-fast"
    assert simulate(sim.afunction("Translate to Chinese.")("Worth the price.")).value == "值得这个价格。"
    assert simulate(sim.function("Translate to Chinese."), "Worth the price.").value == "值得这个价格。"


def test_options_reach_the_answer() -> None:
    sim = Simulator(latency=Latency.fixed(0.0))
    short = sim.complete("Explain event loops", max_tokens=5)
    assert (short.finish_reason, short.usage.completion_tokens) == ("length", 5)
    stopped = sim.complete(TRANSLATE, stop=("价格",))
    assert (stopped.text, stopped.finish_reason) == ("值得这个", "stop")
    weather = Tool(
        "get_weather", "Get the weather", {"type": "object", "properties": {"city": {"type": "string"}}}
    )
    asked = sim.complete("What is the weather in Chengdu?", tools=(weather,))
    assert asked.finish_reason == "tool_calls"
    assert asked.tool_calls[0].arguments == '{"city": "Chengdu"}'


def test_errors_tell_status_and_wait_whichever_family_they_are_from() -> None:
    own = RateLimitError("slow down", retry_after=1.25)
    assert (status_of(own), retry_after_of(own)) == (429, 1.25)
    assert own.headers == {"retry-after-ms": "1250", "retry-after": "2"}
    assert (status_of(ValueError()), retry_after_of(ValueError())) == (None, None)


def test_an_observer_hears_of_every_attempt_where_it_is_made() -> None:
    branch: ContextVar[str] = ContextVar("branch", default="")
    heard: list[tuple[str, str, int | None]] = []
    sim = Simulator(
        latency=Latency.fixed(0.1),
        limits=Limits(rpm=60, burst=1),
        on_attempt=lambda entry: heard.append((branch.get(), entry.outcome, entry.status)),
    )

    async def named(name: str) -> None:
        branch.set(name)
        await sim.acomplete("Hello", max_retries=1)

    async def two() -> None:
        await asyncio.gather(named("a"), named("b"))

    simulate(two())
    assert [h for h in heard if h[0] == "b"] == [
        ("b", "running", None),
        ("b", "rate_limited", 429),
        ("b", "running", None),
        ("b", "ok", 200),
    ]


def test_many_real_threads_lose_no_entry() -> None:
    sim = Simulator(latency=Latency.fixed(0.0), limits=Limits())
    with ThreadPoolExecutor(16) as pool:
        texts = list(pool.map(lambda n: sim.complete(f"What is {n} + 1?").text, range(400)))
    assert texts == [f"{n} + 1 = {n + 1}" for n in range(400)]
    assert sim.bill().total.ok == len(sim.log) == 400
    assert sim.ledger.in_flight == 0
    assert 1 <= sim.ledger.peak_in_flight <= 16


def test_real_time_works_too() -> None:
    sim = Simulator(latency=Latency.fixed(0.02))
    began = time.monotonic()
    sim.complete("Hello")
    assert time.monotonic() - began >= 0.02

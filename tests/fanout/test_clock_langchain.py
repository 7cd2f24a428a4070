"""The real langchain-core on the virtual clock."""

import asyncio
import contextvars
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.rate_limiters import InMemoryRateLimiter
from langchain_core.runnables import RunnableConfig, RunnableGenerator, RunnableLambda, RunnableParallel
from langchain_core.tracers import BaseTracer
from langchain_core.tracers.schemas import Run

from fanout.clock import now, simulate, virtual_time

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


def blocking(seconds: float) -> Any:
    def call(value: Any) -> Any:
        time.sleep(seconds)
        return value

    return call


def suspending(seconds: float) -> Any:
    async def call(value: Any) -> Any:
        await asyncio.sleep(seconds)
        return value

    return call


def test_invoke_runs_branches_on_threads_side_by_side() -> None:
    run = simulate(RunnableParallel(a=blocking(3), b=blocking(1), c=blocking(2)).invoke, "x")
    assert run.value == {"a": "x", "b": "x", "c": "x"}
    assert run.elapsed == 3.0


def test_ainvoke_runs_branches_as_tasks() -> None:
    run = simulate(RunnableParallel(a=suspending(3), b=suspending(1), c=blocking(2)).ainvoke, "x")
    assert run.value == {"a": "x", "b": "x", "c": "x"}
    assert run.elapsed == 3.0


def test_seventy_virtual_seconds_of_nested_invokes() -> None:
    def level(depth: int) -> Any:
        if depth == 0:
            return RunnableLambda(blocking(10))
        return RunnableLambda(blocking(20)) | RunnableParallel(left=level(depth - 1), right=level(depth - 1))

    run = simulate(level(3).invoke, 1)
    assert run.elapsed == 70.0
    assert run.value["left"]["right"] == {"left": 1, "right": 1}
    assert run.real < 10


@pytest.mark.parametrize(("limit", "elapsed"), [(1, 12.0), (2, 6.0), (5, 3.0), (12, 1.0)])
def test_max_concurrency_of_invoke_and_batch(limit: int, elapsed: float) -> None:
    branches = RunnableParallel({f"b{n}": blocking(1) for n in range(12)})
    config = RunnableConfig(max_concurrency=limit)
    assert simulate(branches.invoke, 1, config).elapsed == elapsed
    assert simulate(RunnableLambda(blocking(1)).batch, list(range(12)), config).elapsed == elapsed
    assert simulate(RunnableLambda(suspending(1)).abatch, list(range(12)), config).elapsed == elapsed


def test_streams_arrive_in_virtual_time() -> None:
    def tokens(values: Iterator[str]) -> Iterator[str]:
        for value in values:
            for letter in value:
                time.sleep(0.5)
                yield letter

    async def atokens(values: AsyncIterator[str]) -> AsyncIterator[str]:
        async for value in values:
            for letter in value:
                await asyncio.sleep(0.25)
                yield letter

    chain = RunnableParallel(a=RunnableGenerator(tokens, atokens), b=RunnableGenerator(tokens, atokens))

    def sync() -> list[Any]:
        return [(now(), chunk) for chunk in chain.stream("xy")]

    async def asynchronous() -> list[Any]:
        return [(now(), chunk) async for chunk in chain.astream("xy")]

    chunks = simulate(sync).value
    assert [moment for moment, _ in chunks] == [0.5, 0.5, 1.0, 1.0]
    achunks = simulate(asynchronous).value
    assert [moment for moment, _ in achunks] == [0.25, 0.25, 0.5, 0.5]
    assert all(simulate(asynchronous).value == achunks for _ in range(10))
    assert all(simulate(sync).value == chunks for _ in range(10))


@pytest.mark.parametrize("method", ["invoke", "ainvoke"])
def test_context_variables_reach_every_branch(method: str) -> None:
    def read(_: Any) -> str:
        time.sleep(1)
        seen = variable.get()
        variable.set("changed in a branch")
        return seen

    token = variable.set("from the caller")
    try:
        run = simulate(getattr(RunnableParallel(a=read, b=read), method), 1)
        assert run.value == {"a": "from the caller", "b": "from the caller"}
        assert variable.get() == "from the caller"
    finally:
        variable.reset(token)


def test_an_orphan_of_ainvoke_settles_later() -> None:
    ended = []

    async def fail(_: Any) -> None:
        await asyncio.sleep(0.05)
        raise ValueError("on purpose")

    def slow(_: Any) -> None:
        time.sleep(7)
        ended.append(now())

    with virtual_time() as clock, pytest.raises(ValueError, match="on purpose"):
        clock.run(RunnableParallel(bad=fail, slow=slow).ainvoke(1))
    assert ended == [7.0]


def test_retry_waits_in_virtual_time_with_the_same_jitter_each_time() -> None:
    def attempts() -> list[float]:
        calls: list[float] = []

        def flaky(_: Any) -> str:
            calls.append(now())
            if len(calls) < 4:
                raise ConnectionError
            return "ok"

        RunnableLambda(flaky).with_retry(
            stop_after_attempt=4, retry_if_exception_type=(ConnectionError,)
        ).invoke(1)
        return calls

    first = simulate(attempts).value
    assert first[0] == 0.0
    assert first[3] > first[2] > first[1] > 1.0
    assert simulate(attempts).value == first
    assert simulate(attempts, seed=1).value != first


def test_a_rate_limiter_made_before_the_simulation() -> None:
    limiter = InMemoryRateLimiter(requests_per_second=2, check_every_n_seconds=0.1, max_bucket_size=1)

    def work() -> float:
        for _ in range(5):
            limiter.acquire(blocking=True)
        return now()

    assert simulate(work).value == pytest.approx(2.5, abs=0.11)


class Recorder(BaseTracer):
    def __init__(self) -> None:
        super().__init__()
        self.roots: list[Run] = []

    def _persist_run(self, run: Run) -> None:
        self.roots.append(run)


@pytest.mark.parametrize("method", ["invoke", "ainvoke"])
def test_tracers_see_virtual_times(method: str) -> None:
    tracer = Recorder()
    chain = RunnableLambda(blocking(2)) | RunnableParallel(a=blocking(1), b=blocking(5))
    simulate(getattr(chain, method), "x", RunnableConfig(callbacks=[tracer]))
    (root,) = tracer.roots
    epoch = datetime(2026, 1, 1, tzinfo=UTC)

    def span(run: Run) -> tuple[float, float]:
        assert run.end_time is not None
        return (run.start_time - epoch) / timedelta(seconds=1), (run.end_time - epoch) / timedelta(seconds=1)

    assert span(root) == (0.0, 7.0)
    first, parallel = root.child_runs
    assert (span(first), span(parallel)) == ((0.0, 2.0), (2.0, 7.0))
    assert sorted(span(child) for child in parallel.child_runs) == [(2.0, 3.0), (2.0, 7.0)]
    assert type(root.start_time) is datetime


def test_callbacks_are_called_in_the_same_order_every_time() -> None:
    class Order(BaseCallbackHandler):
        def __init__(self) -> None:
            self.seen: list[tuple[float, str, Any]] = []

        def on_chain_start(self, serialized: Any, inputs: Any, **kwargs: Any) -> None:
            self.seen.append((now(), "start", kwargs["tags"]))

        def on_chain_end(self, outputs: Any, **kwargs: Any) -> None:
            self.seen.append((now(), "end", kwargs["tags"]))

    def once(method: str) -> list[Any]:
        order = Order()
        chain = RunnableParallel({f"b{n}": blocking(n % 3) for n in range(9)})
        simulate(getattr(chain, method), 1, RunnableConfig(callbacks=[order]))
        return order.seen

    for method in ("invoke", "ainvoke"):
        first = once(method)
        assert len(first) == 20
        assert all(once(method) == first for _ in range(5))

"""The tracer for the original LangChain: what it sees, and that nothing runs differently because of it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import FakeListChatModel, FakeListLLM, SimpleChatModel
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda, RunnableParallel, base
from langchain_core.runnables.config import ContextThreadPoolExecutor
from langchain_core.tools import tool

from fanout.clock import Simulation, simulate
from fanout.langchain import trace_runnables
from fanout.recorder import Recorder, record
from fanout.trace import Interval, Span, Trace

SIX = RunnableConfig(max_concurrency=6)


def wait(delay: float, fail: bool = False) -> Callable[[Any], Awaitable[Any]]:
    async def step(value: Any) -> Any:
        await asyncio.sleep(delay)
        if fail:
            raise ValueError("broken")
        return value

    return step


def block(delay: float, fail: bool = False) -> Callable[[Any], Any]:
    def step(value: Any) -> Any:
        time.sleep(delay)
        if fail:
            raise ValueError("broken")
        return value

    return step


def traced(work: Callable[[], Any]) -> Recorder:
    """Run `work` in virtual time under the tracer."""
    with trace_runnables() as trace:
        simulate(work)
    return trace


def settled(awaitable: Awaitable[Any], after: float = 1.0) -> Callable[[], Awaitable[None]]:
    """What an application does: it catches the error and lives on."""

    async def application() -> None:
        with contextlib.suppress(ValueError, TimeoutError):
            await awaitable
        await asyncio.sleep(after)

    return application


def extent(span: Span) -> tuple[float, float | None, str]:
    return span.start, span.end, span.outcome


# ---- what it sees


def test_branches_of_ainvoke_with_keys_code_and_states() -> None:
    trace = traced(lambda: RunnableParallel(a=wait(0.1), b=wait(0.3)).ainvoke(1))
    root, a, b = trace.spans
    assert (root.kind, root.name, root.lane) == ("parallel", "RunnableParallel<a,b>", "main")
    assert extent(root) == (0.0, 0.3, "ok")
    assert (a.key, a.parent, a.states) == ("a", root.id, (Interval("suspended", 0.0, 0.1),))
    assert a.code is not None
    assert a.code.function == "wait.<locals>.step"
    assert extent(b) == (0.0, 0.3, "ok")


def test_branches_of_invoke_wait_for_one_of_the_pools_threads() -> None:
    trace = traced(lambda: RunnableParallel({str(n): block(0.5) for n in range(12)}).invoke(1, SIX))
    first, last = trace.find("0"), trace.find("11")
    assert (first.lane, first.states) == ("ThreadPoolExecutor-0_0", (Interval("busy", 0.0, 0.5),))
    assert last.states == (Interval("queued", 0.0, 0.5), Interval("busy", 0.5, 1.0))
    assert len({s.lane for s in trace.leaves}) == 6
    assert (trace.peak_in_flight(), trace.makespan) == (6, 1.0)


def test_blocking_code_under_ainvoke_is_busy_on_the_loops_default_pool() -> None:
    trace = traced(lambda: RunnableParallel(a=block(0.5), b=wait(0.5)).ainvoke(1))
    assert trace.find("a").lane == "asyncio_0"
    assert trace.find("a").states == (Interval("busy", 0.0, 0.5),)
    assert (trace.find("b").lane, trace.find("b").states[0].state) == ("main", "suspended")


def test_an_orphan_runs_on_past_the_end_of_its_root() -> None:
    parallel = RunnableParallel(slow=wait(0.5), bad=wait(0.05, fail=True))
    trace = traced(settled(parallel.ainvoke(1)))
    assert extent(trace.roots[0]) == (0.0, 0.05, "error")
    assert extent(trace.find("slow")) == (0.0, 0.5, "ok")
    assert [s.key for s in trace.orphans] == ["slow"]
    bad = trace.find("bad").error
    assert bad is not None
    assert (bad.type, bad.message) == ("ValueError", "broken")


def test_a_time_out_cancels_coroutines_and_abandons_threads() -> None:
    parallel = RunnableParallel(task=wait(0.5), thread=block(0.5), queued=block(0.5))

    async def work() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        await settled(asyncio.wait_for(parallel.ainvoke(1), 0.2))()

    trace = traced(work)
    assert extent(trace.find("task")) == (0.0, 0.2, "cancelled")
    assert extent(trace.find("thread")) == (0.0, 0.5, "abandoned")
    assert [(e.name, e.time) for e in trace.find("thread").events] == [("abandoned", 0.2)]
    assert trace.find("queued").states == (Interval("queued", 0.0, 0.2),)
    assert extent(trace.find("queued")) == (0.0, 0.2, "cancelled")


def test_a_blocked_loop_keeps_the_other_branch_queued() -> None:
    async def blocking(value: Any) -> None:
        time.sleep(0.5)  # noqa: ASYNC251 - the mistake that the trace must show

    trace = traced(lambda: RunnableParallel(a=blocking, b=blocking).ainvoke(1))
    assert trace.find("b").states == (Interval("queued", 0.0, 0.5), Interval("running", 0.5, 1.0))
    assert trace.find("a").states == (Interval("running", 0.0, 0.5), Interval("suspended", 0.5, 1.0))


@pytest.mark.parametrize("asynchronous", [True, False])
def test_sequences_nest_below_their_branch(asynchronous: bool) -> None:
    delay: Any = wait if asynchronous else block
    chain = RunnableLambda(delay(0.1)) | {
        "a": RunnableLambda(delay(0.1)) | RunnableLambda(delay(0.2)),
        "b": delay(0.1),
    }
    trace = traced(lambda: chain.ainvoke(1) if asynchronous else chain.invoke(1))
    a = trace.find("a")
    assert (a.kind, extent(a)) == ("sequence", (0.1, 0.4, "ok"))
    assert [extent(s) for s in trace.children(a)] == [(0.1, 0.2, "ok"), (0.2, 0.4, "ok")]
    assert [s.kind for s in trace.children(trace.roots[0])] == ["step", "parallel"]


@pytest.mark.parametrize("asynchronous", [True, False])
def test_retries_are_attempts_with_their_pauses(asynchronous: bool) -> None:
    calls = []

    async def flaky(value: Any) -> Any:
        calls.append(value)
        await asyncio.sleep(0.1)
        if len(calls) < 3:
            raise ValueError("flaky")

    def flaky_blocking(value: Any) -> Any:
        calls.append(value)
        time.sleep(0.1)
        if len(calls) < 3:
            raise ValueError("flaky")

    step = RunnableLambda(flaky if asynchronous else flaky_blocking).with_retry(
        exponential_jitter_params={"initial": 1, "jitter": 0}
    )
    trace = traced(lambda: step.ainvoke(1) if asynchronous else step.invoke(1))
    (retry,) = trace.roots
    assert retry.kind == "retry"
    assert retry.states == (Interval("backoff", 0.1, 1.1), Interval("backoff", 1.2, 3.2))
    assert [(e.name, e.attrs) for e in retry.events] == [
        ("retry", {"attempt": 1, "wait": 1}),
        ("retry", {"attempt": 2, "wait": 2}),
    ]
    attempts = trace.children(retry)
    assert [(s.kind, s.attrs["attempt"], s.outcome) for s in attempts] == [
        ("attempt", 1, "error"),
        ("attempt", 2, "error"),
        ("attempt", 3, "ok"),
    ]


@pytest.mark.parametrize("asynchronous", [True, False])
def test_fallbacks_stand_below_the_step_they_replace(asynchronous: bool) -> None:
    delay: Any = wait if asynchronous else block
    step = RunnableLambda(delay(0.1, fail=True)).with_fallbacks([RunnableLambda(delay(0.2))])
    parallel = RunnableParallel(a=step)
    trace = traced(lambda: parallel.ainvoke(1) if asynchronous else parallel.invoke(1))
    a = trace.find("a")
    assert (a.kind, extent(a)) == ("fallback", (0.0, 0.3, "ok"))
    assert [(s.key, s.outcome) for s in trace.children(a)] == [("", "error"), ("", "ok")]


def test_batch_waits_for_max_concurrency() -> None:
    step = RunnableLambda(block(1))
    trace = traced(lambda: step.batch([1, 2, 3, 4], RunnableConfig(max_concurrency=2)))
    assert [s.start for s in trace.spans] == [0, 0, 0, 0]
    assert [s.states[0].state for s in trace.spans] == ["busy", "busy", "queued", "queued"]
    assert trace.peak_in_flight() == 2


@pytest.mark.parametrize("asynchronous", [True, False])
def test_streams_are_recorded_with_their_chunks(asynchronous: bool) -> None:
    def letters(_: Any) -> Iterator[str]:
        for letter in "xy":
            time.sleep(0.1)
            yield letter

    async def aletters(_: Any) -> AsyncIterator[str]:
        for letter in "xy":
            await asyncio.sleep(0.1)
            yield letter

    async def consume() -> None:
        async for _ in RunnableParallel(a=aletters, b=wait(0.3)).astream(1):
            pass

    def consume_blocking() -> None:
        for _ in RunnableParallel(a=letters, b=block(0.3)).stream(1):
            time.sleep(0.05)

    trace = traced(consume if asynchronous else consume_blocking)
    a = trace.find("a")
    if asynchronous:
        assert extent(a) == (0.0, 0.2, "ok")
        assert [(e.name, e.time) for e in a.events] == [("chunk", 0.1), ("chunk", 0.2)]
    else:
        # the reader looks at each chunk for 0.05 s, and only then asks for the next
        assert a.states == (
            Interval("busy", 0.0, 0.1),
            Interval("suspended", 0.1, 0.15),
            Interval("busy", 0.15, 0.25),
            Interval("suspended", 0.25, 0.3),
        )
        assert [(e.name, e.time) for e in a.events] == [("chunk", 0.1), ("chunk", 0.25)]
    assert trace.find("b").end in (0.3, 0.35)


class Slow(SimpleChatModel):
    """A model with a blocking call only, which LangChain runs on a thread under `ainvoke`."""

    @property
    def _llm_type(self) -> str:
        return "slow"

    def _call(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        time.sleep(0.1)
        return "yes"


class Shelf(BaseRetriever):
    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Any]:
        time.sleep(0.2)
        return []


def test_models_tools_and_retrievers_have_kinds_of_their_own() -> None:
    @tool
    async def search(query: str) -> str:
        """Look something up."""
        await asyncio.sleep(0.3)
        return query

    model = ChatPromptTemplate.from_template("{q}") | Slow()
    parallel = RunnableParallel(
        model=model,
        tool=RunnableLambda(lambda x: x["q"]) | search,
        shelf=RunnableLambda(lambda x: x["q"]) | Shelf(),
    )
    trace = traced(lambda: parallel.ainvoke({"q": "why"}))
    kinds = {s.name: s.kind for s in trace.spans}
    assert kinds["Slow"] == "model"
    assert kinds["search"] == "tool"
    assert kinds["Shelf"] == "retriever"
    by_name = {s.name: s for s in trace.spans}
    assert by_name["Shelf"].states[-1].state == "busy"
    assert by_name["Slow"].states == (Interval("busy", 0.0, 0.1),)
    assert by_name["search"].states == (Interval("suspended", 0.0, 0.3),)


def test_tokens_of_a_streaming_model_are_chunks() -> None:
    async def consume() -> None:
        model = FakeListChatModel(responses=["abc"], sleep=0.1)
        async for _ in RunnableParallel(m=model).astream("hello"):
            pass

    events = traced(consume).find("m").events
    assert [(e.name, e.time) for e in events] == [("chunk", 0.1), ("chunk", 0.2), ("chunk", 0.3)]


def test_concurrent_tasks_of_one_step_do_not_mix_their_states() -> None:
    async def two(value: Any) -> None:
        await asyncio.gather(RunnableLambda(wait(0.1)).ainvoke(1), RunnableLambda(wait(0.3)).ainvoke(1))

    trace = traced(lambda: RunnableParallel(a=two).ainvoke(1))
    assert [s.states for s in trace.children(trace.find("a"))] == [
        (Interval("suspended", 0.0, 0.1),),
        (Interval("suspended", 0.0, 0.3),),
    ]


def test_runs_one_after_the_other_in_one_coroutine_are_two_roots() -> None:
    async def twice() -> None:
        await RunnableLambda(wait(0.1)).ainvoke(1)
        await RunnableParallel(a=wait(0.1)).ainvoke(1)

    trace = traced(twice)
    assert [(s.start, s.end) for s in trace.roots] == [(0.0, 0.1), (0.1, 0.2)]


# ---- that nothing changes


class Log(BaseCallbackHandler):
    """What LangChain itself reports, in order and with virtual times."""

    run_inline = True

    def __init__(self) -> None:
        self.seen: list[tuple[str, float, Any]] = []

    def on_chain_start(self, serialized: Any, inputs: Any, **about: Any) -> None:
        self.seen.append(("start", time.monotonic(), about.get("name")))

    def on_chain_end(self, outputs: Any, **about: Any) -> None:
        self.seen.append(("end", time.monotonic(), outputs))

    def on_chain_error(self, error: BaseException, **about: Any) -> None:
        self.seen.append(("error", time.monotonic(), type(error)))


PROGRAMS: dict[str, Callable[[RunnableConfig], Any]] = {
    "ainvoke": lambda c: RunnableParallel(a=wait(0.1), b=block(0.2), c=wait(0.3)).ainvoke(1, c),
    "invoke": lambda c: RunnableParallel({str(n): block(0.1 * n) for n in range(9)}).invoke(1, c),
    "failure": lambda c: settled(RunnableParallel(a=wait(0.1, fail=True), b=wait(0.3)).ainvoke(1, c))(),
    "retry": lambda c: settled(RunnableLambda(wait(0.1, fail=True)).with_retry().ainvoke(1, c))(),
    "fallback": lambda c: (
        RunnableLambda(block(0.1, fail=True)).with_fallbacks([RunnableLambda(block(1))]).invoke(1, c)
    ),
    "batch": lambda c: RunnableParallel(a=block(0.1), b=block(0.2)).batch(
        [1, 2, 3], {**c, "max_concurrency": 2}
    ),
}


def observed(program: Callable[[RunnableConfig], Any]) -> tuple[Simulation[Any], Log]:
    log = Log()
    return simulate(lambda: program(RunnableConfig(callbacks=[log]))), log


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_traced_run_is_the_same_run(name: str) -> None:
    plain, plain_log = observed(PROGRAMS[name])
    with trace_runnables() as trace:
        watched, watched_log = observed(PROGRAMS[name])
    assert watched_log.seen == plain_log.seen
    assert (watched.value, watched.elapsed, watched.settled) == (plain.value, plain.elapsed, plain.settled)
    assert trace.spans


def test_other_handlers_hear_of_a_model_that_is_traced() -> None:
    """LangChain tells only the inline handlers of a completion model's start, if there are any."""

    class Starts(BaseCallbackHandler):
        def __init__(self) -> None:
            self.prompts: list[str] = []

        def on_llm_start(self, serialized: Any, prompts: list[str], **_: Any) -> None:
            self.prompts += prompts

    starts = Starts()
    model = FakeListLLM(responses=["yes"])
    trace = traced(lambda: model.ainvoke("why", RunnableConfig(callbacks=[starts])))
    assert starts.prompts == ["why"]
    assert [(s.kind, s.outcome) for s in trace.spans] == [("model", "ok")]


@pytest.fixture
def originals() -> Iterator[None]:
    def hooked() -> list[object]:
        return [
            ContextThreadPoolExecutor.submit,
            base.run_in_executor,
            base.coro_with_context,
            vars(base)["set_config_context"],
        ]

    before = hooked()
    yield
    assert hooked() == before


@pytest.mark.usefixtures("originals")
def test_hooks_go_when_the_last_tracer_goes() -> None:
    with trace_runnables():
        with trace_runnables():
            pass
        assert base.coro_with_context.__module__ == "fanout.langchain.hooks"
    with pytest.raises(ZeroDivisionError), trace_runnables():
        raise ZeroDivisionError


def test_a_run_outside_the_block_is_not_recorded() -> None:
    with trace_runnables() as trace:
        pass
    RunnableLambda(lambda x: x).invoke(1)
    assert trace.spans == ()


def test_two_tracers_in_two_contexts_keep_their_runs_apart() -> None:
    async def one(key: str) -> Trace:
        with trace_runnables() as trace:
            step: Runnable[Any, Any] = RunnableParallel({key: wait(0.1)})
            await step.ainvoke(1)
        return trace

    async def both() -> list[Trace]:
        return await asyncio.gather(one("a"), one("b"))

    a, b = simulate(both).value
    assert [s.key for s in a.spans] == ["", "a"]
    assert [s.key for s in b.spans] == ["", "b"]


def test_inside_a_record_block_both_engines_share_the_trace() -> None:
    with record() as trace, trace_runnables() as same:
        simulate(lambda: RunnableLambda(wait(0.1)).ainvoke(1))
    assert same is trace
    assert len(trace.spans) == 1

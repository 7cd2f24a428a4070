"""`as_runnable`, and the drop-in `RunnableParallel`: what LangChain's own tests do not look at."""

import asyncio
import contextvars
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.load import dumpd
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import (
    RunnableConfig,
    RunnableGenerator,
    RunnableLambda,
    RunnablePassthrough,
    base,
)
from langchain_core.tracers import BaseTracer
from langchain_core.tracers.schemas import Run

import fanout
from fanout import Lambda, Parallel
from fanout.clock import simulate
from fanout.langchain import RunnableParallel, as_runnable, trace_runnables
from fanout.recorder import record

ASYNCHRONOUS = pytest.mark.parametrize("asynchronous", [True, False], ids=["ainvoke", "invoke"])


class Tree(BaseTracer):
    """The finished root runs, as LangChain's tracers see them."""

    run_inline = True

    def __init__(self) -> None:
        super().__init__()
        self.roots: list[Run] = []

    def _persist_run(self, run: Run) -> None:
        self.roots.append(run)


def step(
    delay: float, result: Any = None, error: Exception | None = None, done: list[Any] | None = None
) -> RunnableLambda[Any, Any]:
    """Waits, then returns, raises, or notes that it got to its end; in both forms."""

    def finish(value: Any) -> Any:
        if error is not None:
            raise error
        if done is not None:
            done.append((result, time.monotonic()))
        return value if result is None else result

    def blocking(value: Any) -> Any:
        time.sleep(delay)
        return finish(value)

    async def asynchronous(value: Any) -> Any:
        await asyncio.sleep(delay)
        return finish(value)

    return RunnableLambda(blocking, asynchronous)


def run(runnable: Any, asynchronous: bool, value: Any = 1, config: Any = None) -> Any:
    return simulate(
        lambda: runnable.ainvoke(value, config) if asynchronous else runnable.invoke(value, config)
    )


# ---- the drop-in


@ASYNCHRONOUS
def test_branches_overlap_and_results_keep_their_declared_order(asynchronous: bool) -> None:
    done = run(RunnableParallel(slow=step(3, "s"), quick=step(1, "q"), mid=step(2, "m")), asynchronous)
    assert list(done.value.items()) == [("slow", "s"), ("quick", "q"), ("mid", "m")]
    assert done.elapsed == 3.0


@ASYNCHRONOUS
def test_no_branches_give_an_empty_result(asynchronous: bool) -> None:
    assert run(RunnableParallel({}), asynchronous).value == {}


def test_a_failure_cancels_the_siblings_and_is_raised_as_it_is() -> None:
    effects: list[Any] = []
    broken = ValueError("broken")
    parallel = RunnableParallel(slow=step(5, done=effects), bad=step(1, error=broken))

    async def application() -> float:
        with pytest.raises(ValueError, match="broken") as caught:
            await parallel.ainvoke(1)
        assert caught.value is broken
        at = time.monotonic()
        await asyncio.sleep(10)
        return at

    assert simulate(application).value == 1.0
    assert effects == []
    assert broken.__notes__ == ["in parallel branch 'bad'"]


def test_a_cancelled_branch_may_clean_up_before_the_error_is_raised() -> None:
    seen: list[str] = []

    async def tidy(value: Any) -> None:
        try:
            await asyncio.sleep(9)
        finally:
            await asyncio.sleep(0.5)
            seen.append("tidied")

    async def application() -> tuple[float, list[str]]:
        with pytest.raises(ValueError, match="broken"):
            await RunnableParallel(tidy=tidy, bad=step(1, error=ValueError("broken"))).ainvoke(1)
        return time.monotonic(), list(seen)

    assert simulate(application).value == (1.5, ["tidied"])


def test_cancellation_reaches_nested_parallels() -> None:
    effects: list[Any] = []
    inner = RunnableParallel(a=step(5, done=effects), b=step(6, done=effects))
    parallel = RunnableParallel(inner=step(0) | inner, bad=step(1, error=ValueError("broken")))

    async def application() -> None:
        with pytest.raises(ValueError, match="broken"):
            await parallel.ainvoke(1)
        await asyncio.sleep(10)

    simulate(application)
    assert effects == []


def test_under_invoke_what_is_queued_after_a_failure_does_not_start() -> None:
    effects: list[Any] = []
    steps = {
        "bad": step(1, error=ValueError("broken")),
        **{f"k{n}": step(2, n, done=effects) for n in range(6)},
    }
    with pytest.raises(ValueError, match="broken"):
        simulate(lambda: RunnableParallel(steps).invoke(1, {"max_concurrency": 2}))
    assert effects == [(0, 2.0)]


@ASYNCHRONOUS
def test_the_first_failure_in_time_is_raised(asynchronous: bool) -> None:
    parallel = RunnableParallel(
        late=step(2, error=KeyError("late")), early=step(1, error=ValueError("early"))
    )
    with pytest.raises(ValueError, match="early"):
        run(parallel, asynchronous)


@ASYNCHRONOUS
@pytest.mark.parametrize("limit", [1, 3, 20])
def test_max_concurrency_holds(asynchronous: bool, limit: int) -> None:
    parallel = RunnableParallel({f"k{n}": step(1) for n in range(12)})
    with trace_runnables() as trace:
        done = run(parallel, asynchronous, config={"max_concurrency": limit})
    assert trace.peak_in_flight() == min(limit, 12)
    assert done.elapsed == -(-12 // limit)


@ASYNCHRONOUS
def test_max_concurrency_holds_in_streams(asynchronous: bool) -> None:
    parallel = RunnableParallel({f"k{n}": step(1) for n in range(6)})
    config = RunnableConfig(max_concurrency=2)

    async def consume() -> list[float]:
        return [time.monotonic() async for _ in parallel.astream(1, config)]

    def consume_blocking() -> list[float]:
        return [time.monotonic() for _ in parallel.stream(1, config)]

    assert simulate(consume if asynchronous else consume_blocking).value == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]


@ASYNCHRONOUS
def test_streams_interleave_by_arrival_and_take_input_in_parts(asynchronous: bool) -> None:
    def letters(source: Iterator[str]) -> Iterator[str]:
        for part in source:
            time.sleep(0.5)
            yield part.upper()

    async def aletters(source: Any) -> Any:
        async for part in source:
            await asyncio.sleep(0.5)
            yield part.upper()

    def words(_: Iterator[Any]) -> Iterator[str]:
        for part in ("a", "b"):
            time.sleep(1)
            yield part

    async def awords(_: Any) -> Any:
        for part in ("a", "b"):
            await asyncio.sleep(1)
            yield part

    chain = RunnableGenerator(words, awords) | RunnableParallel(
        up=RunnableGenerator(letters, aletters), same=RunnablePassthrough()
    )

    async def consume() -> list[tuple[float, Any]]:
        return [(time.monotonic(), part) async for part in chain.astream("x")]

    def consume_blocking() -> list[tuple[float, Any]]:
        return [(time.monotonic(), part) for part in chain.stream("x")]

    got = simulate(consume if asynchronous else consume_blocking).value
    assert got == [(1.0, {"same": "a"}), (1.5, {"up": "A"}), (2.0, {"same": "b"}), (2.5, {"up": "B"})]


def test_a_failing_stream_stops_its_siblings() -> None:
    effects: list[Any] = []
    parallel = RunnableParallel(slow=step(5, done=effects), bad=step(1, error=ValueError("broken")))

    async def application() -> None:
        with pytest.raises(ValueError, match="broken"):
            async for _ in parallel.astream(1):
                pass
        await asyncio.sleep(10)

    simulate(application)
    assert effects == []


def test_a_stream_that_nobody_reads_on_stops() -> None:
    effects: list[Any] = []
    parallel = RunnableParallel(quick=step(1, done=effects), slow=step(5, done=effects))

    async def application() -> None:
        stream = parallel.astream(1)
        assert await anext(stream) == {"quick": 1}
        await stream.aclose()  # type: ignore[attr-defined]
        await asyncio.sleep(10)

    simulate(application)
    assert effects == [(None, 1.0)]


@ASYNCHRONOUS
def test_callbacks_see_the_tree_that_langchain_would_show(asynchronous: bool) -> None:
    def names(node: Run) -> Any:
        return node.name, node.tags, [names(child) for child in node.child_runs]

    def tree(kind: type[Any]) -> Any:
        tracer = Tree()
        chain = step(0.1) | kind(a=step(0.1) | step(0.2), b=kind(c=step(0.1)))
        run(chain, asynchronous, config={"callbacks": [tracer], "tags": ["mine"]})
        return [names(root) for root in tracer.roots]

    assert tree(RunnableParallel) == tree(base.RunnableParallel)


@ASYNCHRONOUS
def test_errors_reach_the_callbacks_once(asynchronous: bool) -> None:
    class Errors(BaseCallbackHandler):
        run_inline = True

        def __init__(self) -> None:
            self.seen: list[BaseException] = []

        def on_chain_error(self, error: BaseException, *, parent_run_id: Any = None, **_: Any) -> None:
            if parent_run_id is None:
                self.seen.append(error)

    errors = Errors()
    with pytest.raises(ValueError, match="broken"):
        run(
            RunnableParallel(a=step(1, error=ValueError("broken"))),
            asynchronous,
            config={"callbacks": [errors]},
        )
    assert [str(error) for error in errors.seen] == ["broken"]


@ASYNCHRONOUS
def test_context_variables_go_in_and_stay_apart(asynchronous: bool) -> None:
    user: contextvars.ContextVar[str] = contextvars.ContextVar("user")

    def read(_: Any) -> str:
        seen = user.get()
        user.set("changed")
        return seen

    def work() -> Any:
        user.set("ann")
        parallel = RunnableParallel(a=read, b=step(0) | read)
        return parallel.ainvoke(1) if asynchronous else parallel.invoke(1)

    assert contextvars.copy_context().run(simulate, work).value == {"a": "ann", "b": "ann"}


def test_it_is_the_class_that_langchain_knows() -> None:
    parallel = RunnableParallel(a=RunnablePassthrough())
    assert isinstance(parallel, base.RunnableParallel)
    assert dumpd(parallel)["id"][-1] == "RunnableParallel"
    assert dumpd(parallel) == dumpd(base.RunnableParallel(a=RunnablePassthrough()))
    assert (
        parallel.get_graph().draw_mermaid()
        == base.RunnableParallel(a=RunnablePassthrough()).get_graph().draw_mermaid()
    )


def test_traced_runs_look_like_those_of_the_original() -> None:
    def shape(kind: type[Any]) -> list[Any]:
        with trace_runnables() as trace:
            run(kind(a=step(0.1), b=step(0.2) | kind(c=step(0.3))), asynchronous=True)
        return [(s.key, s.kind, s.parent, s.start, s.end, s.states) for s in trace.spans]

    assert shape(RunnableParallel) == shape(base.RunnableParallel)


def test_without_the_tracer_the_engine_records_its_branches() -> None:
    with record() as trace:
        run(RunnableParallel(a=step(0.1), b=step(0.2)), asynchronous=True)
    assert [(s.key, s.end) for s in trace.spans] == [("", 0.2), ("a", 0.1), ("b", 0.2)]


def test_the_conformance_plugin_takes_the_place_of_the_original() -> None:
    code = (
        "import dropin; dropin.pytest_collection_finish()\n"
        "from langchain_core.runnables import RunnableParallel, RunnablePassthrough\n"
        "print(RunnableParallel.__module__, type(RunnablePassthrough.assign(a=len).mapper).__module__)"
    )
    folder = Path(__file__).parent
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == ["fanout.langchain.runnable"] * 2


# ---- steps as runnables


@ASYNCHRONOUS
def test_a_step_runs_in_a_chain_with_runnables_on_both_sides(asynchronous: bool) -> None:
    prompt = ChatPromptTemplate.from_template("{q}")
    chain = prompt | as_runnable(Parallel(a=step(1, "A"), b=step(2, "B"))) | step(0)
    done = run(chain, asynchronous, {"q": "why"})
    assert (done.value, done.elapsed) == ({"a": "A", "b": "B"}, 2.0)


@ASYNCHRONOUS
def test_a_step_in_a_chain_needs_no_wrapping(asynchronous: bool) -> None:
    chain = step(0) | Parallel(a=step(1, "A")) | step(0)
    assert run(chain, asynchronous).value == {"a": "A"}


@ASYNCHRONOUS
def test_runnables_inside_a_step_are_children_of_its_run(asynchronous: bool) -> None:
    tracer = Tree()
    inner = Parallel(a=step(0.1).with_config(run_name="inner"))
    run(as_runnable(inner, "outer"), asynchronous, config={"callbacks": [tracer]})
    (root,) = tracer.roots
    assert (root.name, [child.name for child in root.child_runs]) == ("outer", ["inner"])


@ASYNCHRONOUS
def test_a_step_streams_in_a_chain(asynchronous: bool) -> None:
    chain = step(0) | as_runnable(Parallel(a=step(1, "A"), b=step(2, "B")))

    async def consume() -> list[Any]:
        return [part async for part in chain.astream(1)]

    assert simulate(consume if asynchronous else lambda: list(chain.stream(1))).value == [
        {"a": "A"},
        {"b": "B"},
    ]


def test_a_step_gets_the_whole_of_an_input_that_comes_in_parts() -> None:
    def parts(_: Iterator[Any]) -> Iterator[str]:
        yield from ("wh", "y")

    chain = RunnableGenerator(parts) | as_runnable(Lambda(str.upper))
    assert list(chain.stream(1)) == ["WHY"]


@ASYNCHRONOUS
def test_langchains_fallbacks_and_retries_see_the_very_exception(asynchronous: bool) -> None:
    failing = as_runnable(Parallel(a=step(1, error=KeyError("gone"))))
    chain = failing.with_fallbacks([step(0, "fallback")], exceptions_to_handle=(KeyError,))
    assert run(chain, asynchronous).value == "fallback"


@ASYNCHRONOUS
def test_a_traced_step_is_one_span_with_its_branches_below(asynchronous: bool) -> None:
    with trace_runnables() as trace:
        run(step(0.1) | as_runnable(Parallel(a=step(0.2), b=step(0.3))), asynchronous)
    parallel = trace.children(trace.roots[0])[1]
    assert (parallel.kind, parallel.name, parallel.start, parallel.end) == ("parallel", "Parallel", 0.1, 0.4)
    assert [s.key for s in trace.children(parallel)] == ["a", "b"]
    assert trace.peak_in_flight() == 2


def test_names_and_functions() -> None:
    assert as_runnable(len).get_name() == "len"
    assert as_runnable(len).invoke("abc") == 3
    assert as_runnable(fanout.passthrough, "same").get_name() == "same"
    assert repr(as_runnable(len)) == "as_runnable(Lambda(len))"


def test_a_step_stays_on_the_callers_threads() -> None:
    threads: set[str] = set()
    work: Callable[[Any], Awaitable[None] | None] = lambda _: threads.add(threading.current_thread().name)  # noqa: E731
    asyncio.run(as_runnable(Lambda(work, inline=True)).ainvoke(1))
    assert threads == {"MainThread"}

"""`on(executor)`: thread pools in all modes, process pools, a Dask cluster; what crosses over and what does not."""

from __future__ import annotations

import asyncio
import concurrent.futures
import multiprocessing
import operator
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest

from fanout import Lambda, Limiter, Map, Parallel, Race, Step, passthrough
from fanout.executors import pickles, shares_memory
from fanout.recorder import Recorder, record
from fanout.spans import enter

from . import remote
from .modes import Log, Mode, now

BLOCKING = [Mode("blocking", True, False), Mode("threads", False, False)]
both = pytest.mark.parametrize("mode", BLOCKING, ids=lambda mode: mode.name)


def on_pool(mode: Mode, workers: int, make: Callable[[Executor], Step[Any, Any]], value: Any = None) -> Any:
    """Run a step that uses a thread pool of so many workers, all of it on the virtual clock."""

    async def suspending() -> Any:
        with ThreadPoolExecutor(workers) as pool:
            return await make(pool).ainvoke(value)

    def blocking() -> Any:
        with ThreadPoolExecutor(workers) as pool:
            return make(pool).invoke(value)

    return copy_context().run(mode.simulate, suspending if mode.asynchronous else blocking)


class TestThreadPool:
    @both
    def test_the_calls_run_on_its_threads_as_many_at_a_time_as_it_has(self, mode: Mode) -> None:
        def name(_: Any) -> str:
            time.sleep(1)
            return threading.current_thread().name

        run = on_pool(mode, 2, lambda pool: Lambda(name).on(pool).map(), range(5))
        assert {n.partition("-")[0] for n in run.result()} == {"ThreadPoolExecutor"}
        assert run.answered == 3

    @both
    def test_a_nested_fan_out_cannot_deadlock_on_a_pool_of_one(self, mode: Mode) -> None:
        def make(pool: Executor) -> Step[Any, Any]:
            inner = Parallel(c=mode.wait(1, "c"), d=mode.wait(1, "d"))
            return Parallel(a=inner, b=inner).on(pool)

        run = on_pool(mode, 1, make)
        assert run.result() == {"a": {"c": "c", "d": "d"}, "b": {"c": "c", "d": "d"}}
        assert run.answered == 4

    @both
    def test_on_a_branch_only_that_branch_goes_there_and_the_innermost_counts(self, mode: Mode) -> None:
        def make(pool: Executor) -> Step[Any, Any]:
            many = {str(n): mode.wait(1, n) for n in range(3)}
            return Parallel(pooled=Parallel(many).on(pool), free=Parallel(many))

        assert on_pool(mode, 1, make).answered == 3

        def nested(pool: Executor) -> Step[Any, Any]:
            with ThreadPoolExecutor(9) as inner:
                return Lambda(lambda _: inner.submit(int).result()).on(pool)

        assert isinstance(on_pool(mode, 1, nested).error, RuntimeError)  # the inner one has been shut down

    @both
    def test_context_variables_reach_its_threads(self, mode: Mode) -> None:
        def make(pool: Executor) -> Step[Any, Any]:
            remote.var.set("ours")
            return Lambda(remote.where).on(pool)

        assert on_pool(mode, 1, make).result()[2] == "ours"

    @both
    def test_errors_come_back_as_they_are(self, mode: Mode) -> None:
        error = ValueError("no")
        run = on_pool(mode, 1, lambda pool: Parallel(a=mode.wait(1, error=error).on(pool)))
        assert run.error is error
        assert error.__notes__ == ["in parallel branch 'a'"]

    @both
    def test_cancelled_calls_leave_the_queue_and_running_ones_are_awaited(self, mode: Mode) -> None:
        log = Log()

        def make(pool: Executor) -> Step[Any, Any]:
            slow = {f"slow{n}": mode.wait(5, n, log=log).on(pool) for n in range(3)}
            return Parallel(slow, bad=mode.wait(1, error=ValueError()))

        run = on_pool(mode, 1, make)
        assert isinstance(run.error, ValueError)
        assert log.of("start") == log.of("end") == [0]
        assert run.answered == 5

    @both
    def test_a_loser_is_abandoned(self, mode: Mode) -> None:
        answered: list[float] = []

        def make(pool: Executor) -> Step[Any, Any]:
            race = Race(slow=mode.wait(5, "slow").on(pool), quick=mode.wait(1, "quick"))
            return race | mode.leaf(lambda value: answered.append(now()) or value)

        run = on_pool(mode, 2, make)
        assert run.result() == "quick"
        assert answered == [1]
        assert run.settled == 5  # the pool waits for its thread, the caller did not

    @both
    def test_limits_are_held_until_the_call_has_really_ended(self, mode: Mode) -> None:
        def make(pool: Executor) -> Step[Any, Any]:
            limiter = Limiter(1)
            late = mode.wait(5, "late").on(pool).with_limit(limiter).with_timeout(1)
            return late.with_fallbacks([mode.wait(1, "next").with_limit(limiter)])

        assert on_pool(mode, 2, make).answered == 6

    @both
    def test_what_somebody_else_cancels_is_an_error(self, mode: Mode) -> None:
        def make(pool: Executor) -> Step[Any, Any]:
            busy = mode.wait(5, 0).on(pool)
            queued = mode.wait(1, 0) | mode.wait(5, 1).on(pool)
            stop = mode.wait(2, 0) | mode.leaf(lambda _: pool.shutdown(wait=False, cancel_futures=True))
            return Parallel(busy=busy, queued=queued, stop=stop, errors="collect")

        outcomes = on_pool(mode, 1, make).result()
        assert list(outcomes.errors) == ["queued"]
        error = outcomes.errors["queued"]
        assert isinstance(error, concurrent.futures.CancelledError)
        assert "dropped the call of blocking: was it shut down?" in error.__notes__[0]

    @both
    def test_generators_come_as_a_whole(self, mode: Mode) -> None:
        def parts(_: Any) -> Iterator[str]:
            for part in "abc":
                time.sleep(1)
                yield part

        assert on_pool(mode, 1, lambda pool: Lambda(parts).on(pool)).result() == "abc"

    @both
    def test_policies_stay_here_and_their_calls_go_there(self, mode: Mode) -> None:
        calls: list[str] = []

        def flaky(_: Any) -> str:
            calls.append(threading.current_thread().name.partition("-")[0])
            if len(calls) < 3:
                raise ValueError
            return "ok"

        assert on_pool(mode, 1, lambda pool: Lambda(flaky).with_retry(3).on(pool)).result() == "ok"
        assert calls == ["ThreadPoolExecutor"] * 3

    @both
    def test_the_trace_says_which_thread(self, mode: Mode) -> None:
        traces: list[Recorder] = []

        def make(pool: Executor) -> Step[Any, Any]:
            class Traced(Step[Any, Any]):
                async def run(self, rt: Any, value: Any) -> Any:
                    with record() as trace:
                        traces.append(trace)
                        return await enter(rt, Parallel(a=mode.wait(1, 1), b=mode.wait(1, 2)).on(pool), value)

            return Traced()

        on_pool(mode, 1, make).result()
        a, b = traces[0].find("a"), traces[0].find("b")
        assert a.lane.startswith("ThreadPoolExecutor")
        assert (a.end, b.end) == (1, 2)
        assert [(s.state, s.start, s.end) for s in b.states] == [("queued", 0, 1), ("busy", 1, 2)]


class TestRefusals:
    @both
    def test_a_coroutine_function_has_no_event_loop_there(self, mode: Mode) -> None:
        run = on_pool(mode, 1, lambda pool: Parallel(a=Lambda(remote.fetch).on(pool)))
        assert isinstance(run.error, TypeError)
        assert "fetch is a coroutine function: it needs an event loop" in str(run.error)
        assert run.error.__notes__ == ["in parallel branch 'a'"]

    @both
    def test_nor_has_what_returns_a_coroutine(self, mode: Mode) -> None:
        run = on_pool(mode, 1, lambda pool: Lambda(lambda x: remote.fetch(x), name="hidden").on(pool))
        assert "hidden returned a coroutine" in str(run.error)

    def test_what_has_no_submit_is_no_executor(self) -> None:
        pool: Any = object()
        with pytest.raises(TypeError, match="no executor"):
            passthrough.on(pool)

    def test_an_executor_that_was_shut_down(self) -> None:
        pool = ThreadPoolExecutor(1)
        pool.shutdown()
        with pytest.raises(RuntimeError, match="after shutdown"):
            Lambda(remote.square).on(pool).invoke(2)


def test_quick_functions_do_not_go_there() -> None:
    class Never(Executor):
        def submit(self, *args: Any, **kwargs: Any) -> Any:
            raise AssertionError

    assert Lambda(operator.itemgetter(0)).on(Never()).invoke("ab") == "a"


class TestOtherExecutors:
    def test_anything_with_the_interface_will_do(self) -> None:
        class Here(Executor):
            """Calls at once, in the thread that submits."""

            def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
                future: Future[Any] = Future()
                try:
                    future.set_result(fn(*args, **kwargs))
                except Exception as error:
                    future.set_exception(error)
                return future

        assert Lambda(remote.square).on(Here()).map().invoke([1, 2]) == [1, 4]
        with pytest.raises(ValueError, match="no 1"):
            asyncio.run(Lambda(remote.fail).on(Here()).ainvoke(1))

    def test_sub_interpreters_share_no_memory_though_their_pool_is_one_of_threads(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class InterpreterPoolExecutor(ThreadPoolExecutor):  # as in Python 3.14
            pass

        monkeypatch.setattr(
            concurrent.futures, "InterpreterPoolExecutor", InterpreterPoolExecutor, raising=False
        )
        with InterpreterPoolExecutor(1) as pool, ThreadPoolExecutor(1) as threads:
            assert (shares_memory(pool), pickles(pool)) == (False, True)
            assert (shares_memory(threads), pickles(threads)) == (True, False)
            remote.var.set("ours")
            try:
                assert Lambda(remote.where).on(threads).invoke(0)[2] == "ours"
                assert Lambda(remote.where).on(pool).invoke(0)[2] == "unset"
            finally:
                remote.var.set("unset")
            with pytest.raises(TypeError, match="cannot be pickled"):
                Lambda(lambda x: x, name="local").on(pool).invoke(0)

    @pytest.mark.skipif(
        not hasattr(concurrent.futures, "InterpreterPoolExecutor"), reason="from Python 3.14 on"
    )
    def test_the_real_one(self) -> None:
        with concurrent.futures.InterpreterPoolExecutor(1) as pool:  # type: ignore[attr-defined]
            assert Lambda(remote.square).on(pool).map().invoke([2, 3]) == [4, 9]


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def run(asynchronous: bool, step: Step[Any, Any], value: Any) -> Any:
    return asyncio.run(step.ainvoke(value)) if asynchronous else step.invoke(value)


either = pytest.mark.parametrize("asynchronous", [True, False], ids=["ainvoke", "invoke"])


class TestProcesses:
    @either
    def test_a_map_over_them(self, asynchronous: bool, processes: ProcessPoolExecutor) -> None:
        step = Parallel(
            squares=Map(Lambda(remote.square).on(processes)), who=Lambda(remote.where).on(processes), n=len
        )
        result = run(asynchronous, step, [1, 2, 3])
        assert (result["squares"], result["n"]) == ([1, 4, 9], 3)
        process, _, context = result["who"]
        assert process != os.getpid()
        assert context == "unset"

    @either
    def test_context_variables_stay_here(self, asynchronous: bool, processes: ProcessPoolExecutor) -> None:
        remote.var.set("ours")
        try:
            assert run(asynchronous, Lambda(remote.where).on(processes), 0)[2] == "unset"
        finally:
            remote.var.set("unset")

    @either
    def test_errors_and_generators_come_back(
        self, asynchronous: bool, processes: ProcessPoolExecutor
    ) -> None:
        assert run(asynchronous, Lambda(remote.parts).on(processes), 3) == "012"
        with pytest.raises(ValueError, match="no 7") as raised:
            run(asynchronous, Parallel(a=Lambda(remote.fail).on(processes)), 7)
        assert raised.value.__notes__ == ["in parallel branch 'a'"]

    @either
    def test_a_function_that_cannot_be_pickled_is_refused_with_the_name_of_its_branch(
        self, asynchronous: bool, processes: ProcessPoolExecutor
    ) -> None:
        step = Parallel(
            fine=Lambda(remote.square).on(processes), local=Lambda(lambda x: x, name="local").on(processes)
        )
        with pytest.raises(TypeError, match="local cannot be sent to another process") as raised:
            run(asynchronous, step, 2)
        assert "the function" in str(raised.value)
        assert raised.value.__notes__ == ["in parallel branch 'local'"]
        assert run(asynchronous, Lambda(remote.square).on(processes), 3) == 9  # the pool is as good as new

    @either
    def test_so_is_an_input(self, asynchronous: bool, processes: ProcessPoolExecutor) -> None:
        step = Map(Lambda(remote.where).on(processes))
        with pytest.raises(TypeError, match=r"where cannot be sent .* its input, a lock,") as raised:
            run(asynchronous, step, ["fine", threading.Lock()])
        assert raised.value.__notes__ == ["in parallel branch 1"]

    def test_a_simulation_refuses_them_in_words(self, processes: ProcessPoolExecutor) -> None:
        outcome = Mode("", True, False).run(Lambda(remote.square).on(processes), 2)
        assert "processes live in real time" in str(outcome.error)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Executor]:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            worker_dashboard_address=None,
            silence_logs=50,
        ) as local,
        distributed.Client(local) as client,
    ):
        yield client.get_executor(pure=False)


class TestDask:
    @either
    def test_a_map_over_two_worker_processes(self, asynchronous: bool, cluster: Executor) -> None:
        together = Map(Lambda(remote.where).on(cluster))
        squares = Map(Lambda(remote.square).on(cluster))
        assert run(asynchronous, squares, range(20)) == [n * n for n in range(20)]
        places = run(asynchronous, together, range(20))
        pids = {process for process, _, _ in places}
        assert os.getpid() not in pids
        assert len(pids) == 2
        assert {context for _, _, context in places} == {"unset"}

    @either
    def test_identical_calls_are_not_merged(self, asynchronous: bool, cluster: Executor) -> None:
        def unique(_: Any) -> bytes:
            return os.urandom(8)

        values = run(
            asynchronous, Map(Lambda(unique).on(cluster)), [0] * 4
        )  # a local function: cloudpickle takes it
        assert len(set(values)) == 4

    @either
    def test_errors_come_back(self, asynchronous: bool, cluster: Executor) -> None:
        with pytest.raises(ValueError, match="no 7") as raised:
            run(asynchronous, Parallel(a=Lambda(remote.fail).on(cluster)), 7)
        assert raised.value.__notes__ == ["in parallel branch 'a'"]

    @either
    def test_what_cannot_be_pickled_is_refused_with_the_name_of_its_branch(
        self, asynchronous: bool, cluster: Executor
    ) -> None:
        with pytest.raises(TypeError, match="its input, a lock, cannot be pickled") as raised:
            run(asynchronous, Parallel(a=Lambda(remote.where).on(cluster)), threading.Lock())
        assert raised.value.__notes__ == ["in parallel branch 'a'"]

"""The two runtimes: elastic threads, what runs where, and what is refused."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import os
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from fanout import Lambda, Map, Parallel, Step, threads
from fanout.limits import Limiter
from fanout.runtime import Runtime

from .modes import Mode, each_mode


class TestThreads:
    @pytest.mark.parametrize("asynchronous", [True, False])
    def test_no_job_waits_for_a_thread(self, asynchronous: bool) -> None:
        barrier = threading.Barrier(64)  # passes only if all 64 calls run at the same time
        step = Parallel(
            {str(i): Parallel({str(j): lambda _: barrier.wait(60) for j in range(8)}) for i in range(8)}
        )
        result = asyncio.run(step.ainvoke(0)) if asynchronous else step.invoke(0)
        assert sorted(place for inner in result.values() for place in inner.values()) == list(range(64))

    def test_threads_are_used_again(self) -> None:
        step = Map(lambda _: threading.get_ident())
        step.invoke(range(20))
        before = threading.active_count()
        for _ in range(50):
            step.invoke(range(20))
        assert threading.active_count() <= before + 1

    def test_idle_threads_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(threads, "IDLE_SECONDS", 0.01)
        pool = threads._Pool()
        done = threading.Event()
        names: list[threading.Thread] = []

        def job(refused: RuntimeError | None) -> None:
            names.append(threading.current_thread())
            done.set()

        pool.start(job)
        done.wait(60)
        names[0].join(60)
        assert not names[0].is_alive()
        assert not pool._idle
        done.clear()
        pool.start(job)
        done.wait(60)
        assert len(names) == 2

    @pytest.mark.parametrize("asynchronous", [True, False])
    def test_no_more_threads_is_an_error_that_says_what_to_do(
        self, asynchronous: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(self: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(threads, "_pool", threads._Pool())
        monkeypatch.setattr(threading.Thread, "start", refuse)
        step = Parallel(a=lambda _: 1, b=lambda _: 2)
        with pytest.raises(RuntimeError, match="can't start new thread") as raised:
            asyncio.run(step.ainvoke(0)) if asynchronous else step.invoke(0)
        assert any("limit=" in note for note in raised.value.__notes__)

    def test_many_callers_at_once(self) -> None:
        step = Parallel(a=Map(lambda x: x + 1), b=lambda x: len(x))
        results: list[Any] = []
        callers = [threading.Thread(target=lambda: results.append(step.invoke([1, 2, 3]))) for _ in range(20)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert results == [{"a": [2, 3, 4], "b": 3}] * 20

    def test_a_fork_starts_with_no_threads(self) -> None:
        self.run_script("""
            import os, warnings
            warnings.simplefilter("ignore")
            from fanout import Parallel
            step = Parallel(a=lambda x: x, b=lambda x: x)
            step.invoke(1)
            child = os.fork()
            if child == 0:
                os._exit(0 if step.invoke(2) == {"a": 2, "b": 2} else 1)
            assert os.waitpid(child, 0)[1] == 0
        """)

    def test_an_abandoned_call_does_not_keep_the_program_from_ending(self) -> None:
        self.run_script("""
            import time
            from fanout import Race
            assert Race(slow=lambda _: time.sleep(600), fast=lambda _: 1).invoke(0) == 1
        """)

    @staticmethod
    def run_script(script: str) -> None:
        import textwrap

        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


class TestWhatRunsWhere:
    def test_blocking_functions_leave_the_event_loop_free(self) -> None:
        async def main() -> tuple[int, int]:
            loop = threading.get_ident()
            return loop, await Lambda(lambda _: threading.get_ident()).ainvoke(0)

        loop, worker = asyncio.run(main())
        assert loop != worker

    def test_unless_they_are_declared_quick(self) -> None:
        async def main() -> tuple[int, int]:
            loop = threading.get_ident()
            return loop, await Lambda(lambda _: threading.get_ident(), inline=True).ainvoke(0)

        loop, worker = asyncio.run(main())
        assert loop == worker

    def test_each_form_serves_its_runtime(self) -> None:
        async def aform(_: Any) -> str:
            return "async"

        step = Lambda(lambda _: "sync", aform)
        assert step.invoke(0) == "sync"
        assert asyncio.run(step.ainvoke(0)) == "async"

    def test_context_variables_reach_blocking_functions(self) -> None:
        var: contextvars.ContextVar[int] = contextvars.ContextVar("var")

        async def main() -> int:
            var.set(5)
            return await Lambda(lambda _: var.get()).ainvoke(0)

        assert asyncio.run(main()) == 5

    def test_a_function_that_returns_a_coroutine_is_awaited(self) -> None:
        async def fetch(x: int) -> int:
            return x + 1

        assert asyncio.run(Lambda(lambda x: fetch(x)).ainvoke(1)) == 2


class TestRefusals:
    def test_a_coroutine_function_has_no_blocking_form(self) -> None:
        async def fetch(_: Any) -> None: ...

        with pytest.raises(TypeError, match=r"fetch is a coroutine function: use ainvoke\(\)") as raised:
            Parallel(a=fetch).invoke(0)
        assert raised.value.__notes__ == ["in parallel branch 'a'"]

    def test_nor_has_what_returns_a_coroutine(self) -> None:
        async def fetch(_: Any) -> None: ...

        with pytest.raises(TypeError, match="returned a coroutine"):
            Lambda(lambda x: fetch(x), name="hidden").invoke(0)

    def test_a_step_that_awaits_something_else_on_threads(self) -> None:
        class Odd(Step[Any, Any]):
            async def run(self, rt: Runtime, value: Any) -> Any:
                await asyncio.sleep(0)

        with pytest.raises(RuntimeError, match=r"not the runtime's: use ainvoke\(\)"):
            Odd().invoke(0)


class TestLimiter:
    @each_mode
    def test_first_come_first_served(self, mode: Mode) -> None:
        order: list[int] = []
        limiter = Limiter(1)

        def note(number: int) -> Any:
            return mode.wait(1, lambda _: order.append(number))

        step = Parallel(
            {str(i): mode.wait(i * 0.1, 0) | Parallel(x=note(i), limit=limiter) for i in range(4)}
        )
        assert mode.run(step).answered == 4
        assert order == [0, 1, 2, 3]

    @each_mode
    def test_a_failure_gives_the_place_back(self, mode: Mode) -> None:
        limiter = Limiter(1)
        for _ in range(3):
            run = mode.run(Parallel(a=mode.wait(1, error=ValueError()), limit=limiter))
            assert isinstance(run.error, ValueError)

    def test_tasks_of_two_loops_and_threads_share_it(self) -> None:
        limiter, lock = Limiter(2), threading.Lock()
        now = peak = 0

        def work(_: Any) -> None:
            nonlocal now, peak
            with lock:
                now += 1
                peak = max(peak, now)
            time.sleep(0.001)
            with lock:
                now -= 1

        step = Parallel(many=Map(work), limit=limiter)
        callers = [threading.Thread(target=lambda: asyncio.run(step.ainvoke(range(10)))) for _ in range(2)]
        for caller in callers:
            caller.start()
        step.invoke(range(10))
        for caller in callers:
            caller.join()
        assert peak <= 2
        assert limiter._free == 2

    def test_below_one_is_refused(self) -> None:
        with pytest.raises(ValueError, match="at least 1"):
            Limiter(0)


def test_many_runs_leave_nothing_behind() -> None:
    step = Parallel(a=lambda x: x, b=Parallel(c=lambda x: x))
    step.invoke(1)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(300):
        step.invoke(1)
        asyncio.run(step.ainvoke(1)) if _ % 100 == 0 else None
    gc.collect()
    assert len(gc.get_objects()) - before < 200


@pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="the platform cannot fork")
def test_the_pool_is_replaced_after_a_fork() -> None:
    before = threads._pool
    try:
        threads._after_fork()
        assert threads._pool is not before
    finally:
        threads._pool = before

"""Every way to run a coroutine in virtual time, also below a running loop as in a notebook."""

import asyncio
import contextvars
import doctest
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import fanout.clock
from fanout.clock import Simulation, VirtualTimeError, current_clock, simulate, virtual_time

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


async def nap(seconds: float, value: Any = None) -> Any:
    await asyncio.sleep(seconds)
    return value


def with_run(coroutine: Any) -> Any:
    return asyncio.run(coroutine, debug=True)


def with_runner(coroutine: Any) -> Any:
    with asyncio.Runner() as runner:
        return runner.run(coroutine)


def with_loop(coroutine: Any) -> Any:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


def with_factory(coroutine: Any) -> Any:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(coroutine)


@pytest.mark.parametrize("way", [with_run, with_runner, with_loop, with_factory])
def test_every_way_to_run_a_coroutine(way: Callable[[Any], Any]) -> None:
    run = simulate(lambda: way(nap(2, "x")))
    assert (run.value, run.elapsed) == ("x", 2.0)


def test_asyncio_run_does_not_nest() -> None:
    async def work() -> None:
        with pytest.raises(RuntimeError, match="running event loop"):
            asyncio.run(nap(1))
        clock = current_clock()
        assert clock is not None
        with pytest.raises(RuntimeError, match="running event loop"):
            clock.run(nap(1))

    simulate(work)


def blocking_nap() -> str:
    time.sleep(5)
    return "x"


@pytest.mark.parametrize(
    "call",
    [
        lambda: simulate(nap(5, "x")),
        lambda: simulate(nap, 5, "x"),
        lambda: simulate(with_run, nap(5, "x")),
        lambda: simulate(blocking_nap),
    ],
    ids=["coroutine", "async function", "asyncio.run", "sync"],
)
def test_below_a_running_loop(call: Callable[[], Simulation[str]]) -> None:
    async def cell() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        run = call()
        assert (run.value, run.elapsed) == ("x", 5.0)
        assert asyncio.get_running_loop() is loop
        assert asyncio.current_task() is task
        await asyncio.sleep(0)

    asyncio.run(cell())


def test_the_block_form_below_a_running_loop() -> None:
    async def cell() -> tuple[float, float]:
        with virtual_time() as clock:
            clock.run(nap(3))
            clock.run(nap(4))
            inside = clock.now
        await asyncio.sleep(0)
        return inside, clock.now

    assert asyncio.run(cell()) == (7.0, 7.0)


def test_await_in_the_block_is_refused_at_the_await() -> None:
    reached = []

    async def cell() -> None:
        with virtual_time():
            await asyncio.sleep(60)
            reached.append("after the await")

    async def notebook() -> str:
        with pytest.raises(VirtualTimeError, match=r"await.*clock\.run"):
            await cell()
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        await asyncio.sleep(0)
        return "the notebook goes on"

    started = time.perf_counter()
    assert asyncio.run(notebook()) == "the notebook goes on"
    assert time.perf_counter() - started < 30
    assert reached == []
    assert simulate(nap(1)).elapsed == 1.0


def test_await_in_the_block_is_refused_with_threads_about() -> None:
    async def cell() -> None:
        with virtual_time():
            threading.Thread(target=time.sleep, args=(1000,)).start()
            time.sleep(1)  # noqa: ASYNC251
            await asyncio.sleep(0)

    with pytest.raises(VirtualTimeError, match="await"):
        asyncio.run(cell())
    assert simulate(nap(1)).elapsed == 1.0


def test_context_variables_are_kept() -> None:
    async def work() -> list[str]:
        def in_thread() -> str:
            return variable.get()

        seen = [variable.get(), await asyncio.to_thread(in_thread)]
        variable.set("changed inside")
        return [*seen, await asyncio.create_task(nap(1, variable.get()))]

    async def cell() -> None:
        variable.set("from the notebook")
        assert simulate(work).value == ["from the notebook", "from the notebook", "changed inside"]
        assert variable.get() == "from the notebook"
        assert simulate(variable.get).value == "from the notebook"

    asyncio.run(cell())


def test_the_examples_of_the_package() -> None:
    attempted = doctest.testmod(fanout.clock, raise_on_error=True).attempted
    assert attempted >= 5

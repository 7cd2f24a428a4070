"""The clock against a model: every event of a random program happens exactly when arithmetic says it must."""

import asyncio
import gc
import heapq
import os
import pathlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanout.clock import Event, now, simulate

MS = 1_000_000


@dataclass(frozen=True)
class Sleep:
    ms: int


@dataclass(frozen=True)
class Steps:
    parts: tuple["Program", ...]


@dataclass(frozen=True)
class Fork:
    """Parts side by side: each on its own thread, as asyncio tasks, or on a pool of so many threads."""

    on: str
    parts: tuple["Program", ...]
    workers: int = 0


Program = Sleep | Steps | Fork
Path = tuple[int, ...]


def several(programs: st.SearchStrategy[Program]) -> st.SearchStrategy[Program]:
    parts = st.lists(programs, min_size=1, max_size=4).map(tuple)
    return st.one_of(
        st.builds(Steps, parts),
        st.builds(Fork, st.sampled_from(["threads", "tasks"]), parts),
        st.builds(Fork, st.just("pool"), parts, st.integers(1, 3)),
    )


# Few different durations: most programs have events at the very same moment.
programs = st.recursive(st.builds(Sleep, st.sampled_from([0, 1, 2, 5, 100, 60_000])), several, max_leaves=12)


def expected_end(program: Program, start: int, path: Path, ends: dict[Path, int]) -> int:
    """The model: when `program`, begun at `start` ns, ends; and the same for all its parts, by their path."""
    match program:
        case Sleep(ms):
            end = start + ms * MS
        case Steps(parts):
            end = start
            for number, part in enumerate(parts):
                end = expected_end(part, end, (*path, number), ends)
        case Fork("pool", parts, workers):
            free = [start] * workers
            for number, part in enumerate(parts):
                heapq.heapreplace(free, expected_end(part, free[0], (*path, number), ends))
            end = max(free)
        case Fork(_, parts):
            end = max(expected_end(part, start, (*path, number), ends) for number, part in enumerate(parts))
    ends[path] = end
    return end


def run_blocking(program: Program, path: Path, ends: dict[Path, float]) -> None:
    """The program with threads; a fork into tasks has an event loop of its own."""

    def part(number: int) -> None:
        assert not isinstance(program, Sleep)
        run_blocking(program.parts[number], (*path, number), ends)

    match program:
        case Sleep(ms):
            time.sleep(ms / 1000)
        case Steps(parts):
            for number in range(len(parts)):
                part(number)
        case Fork("threads", parts):
            threads = [threading.Thread(target=part, args=(number,)) for number in range(len(parts))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        case Fork("pool", parts, workers):
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(part, range(len(parts))))
        case Fork():
            asyncio.run(run_async(program, path, ends))
    ends[path] = now()


async def run_async(program: Program, path: Path, ends: dict[Path, float]) -> None:
    """The program with tasks; forks into threads go through executors."""

    async def part(number: int) -> None:
        assert not isinstance(program, Sleep)
        await run_async(program.parts[number], (*path, number), ends)

    match program:
        case Sleep(ms):
            await asyncio.sleep(ms / 1000)
        case Steps(parts):
            for number in range(len(parts)):
                await part(number)
        case Fork("tasks", parts):
            await asyncio.gather(*map(part, range(len(parts))))
        case Fork(_, parts, workers):
            loop = asyncio.get_running_loop()
            with ThreadPoolExecutor(workers or len(parts)) as pool:
                blocking = (
                    loop.run_in_executor(pool, run_blocking, part, (*path, number), ends)
                    for number, part in enumerate(parts)
                )
                await asyncio.gather(*blocking)
    ends[path] = now()


@pytest.mark.parametrize("runner", [run_blocking, run_async])
@given(program=programs)
@settings(max_examples=60, deadline=None)
def test_every_part_of_a_program_ends_when_it_must(runner: Callable[..., object], program: Program) -> None:
    expected: dict[Path, int] = {}
    total = expected_end(program, 0, (), expected)
    actual: dict[Path, float] = {}
    run = simulate(runner, program, (), actual)
    assert {path: round(end * 1e9) for path, end in actual.items()} == expected
    assert round(run.elapsed * 1e9) == total
    assert run.settled == run.elapsed


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_lock_serves_in_order_of_arrival(customers: list[tuple[int, int]]) -> None:
    """Each thread arrives, waits for the lock, and holds it: a queue with one server."""
    expected, free = {}, 0
    for number in sorted(range(len(customers)), key=lambda number: customers[number][0]):
        arrives, holds = customers[number]
        free = max(free, arrives) + holds
        expected[number] = free

    def work() -> dict[int, int]:
        lock, left = threading.Lock(), {}

        def customer(number: int, arrives: int, holds: int) -> None:
            time.sleep(arrives)
            with lock:
                time.sleep(holds)
                left[number] = round(now())

        threads = [threading.Thread(target=customer, args=(n, *c)) for n, c in enumerate(customers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return left

    # Who sleeps for no time arrives at once, those who sleep arrive in the order of their start.
    assert simulate(work).value == expected


@given(program=programs)
@settings(max_examples=30, deadline=None)
def test_the_same_program_takes_the_same_steps(program: Program) -> None:
    first, second = (simulate(run_blocking, program, (), {}, record=True) for _ in range(2))
    assert first.events == second.events


def busy_program() -> list[object]:
    """Something of everything: pools, loops in threads, locks, conditions, queues, sets of futures and tasks."""
    order: list[object] = []
    lock, gate = threading.Lock(), threading.Barrier(3)

    def worker(number: int) -> int:
        time.sleep(number % 3 / 10)
        with lock:
            order.append(("worker", number, now()))
            time.sleep(0.01)
        if number < 3:
            gate.wait()
        return number

    async def coroutine(number: int) -> int:
        await asyncio.sleep(number % 2)
        await asyncio.to_thread(worker, 3 + number)
        order.append(("task", number, now()))
        return number

    async def main() -> None:
        tasks = {asyncio.create_task(coroutine(number)) for number in range(8)}
        while tasks:
            done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            order.extend(
                sorted(task.result() for task in done) if len(done) > 4 else [task.result() for task in done]
            )

    loops = threading.Thread(target=lambda: asyncio.run(main()))
    loops.start()
    with ThreadPoolExecutor(6) as pool:
        order += list(pool.map(worker, range(12)))
    loops.join()
    return order


def test_a_hundred_runs_are_the_same_to_the_last_digit() -> None:
    garbage: list[object] = []

    def once() -> tuple[list[object], tuple[Event, ...], float]:
        garbage.append([object() for _ in range(len(garbage) * 7 % 100)])  # other addresses each time
        if len(garbage) % 10 == 0:
            gc.collect()
        run = simulate(busy_program, record=True)
        return run.value, run.events, run.elapsed

    first = once()
    assert len(first[1]) > 100
    for _ in range(99):
        assert once() == first


def test_other_processes_with_other_hash_seeds_take_the_same_steps() -> None:
    code = (
        "from fanout.clock import simulate\n"
        "from tests.fanout.test_clock_model import busy_program\n"
        "run = simulate(busy_program, record=True)\n"
        "print(run.value, run.events)"
    )
    root = pathlib.Path(__file__).parents[2]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=root,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 1000

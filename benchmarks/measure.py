"""Measuring contenders against each other on a machine that does other things too.

Contenders take turns, in a new random order each round, so that noise hits them alike, and the garbage of one is
collected before the next begins. What counts is the median over the rounds of the ratio to the baseline *of the same
round*.
"""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

Clock = Callable[[], float]
cpu: Clock = time.process_time
wall: Clock = time.perf_counter


@dataclass(frozen=True)
class Figure:
    """One contender: its median in microseconds (or bytes) for each branch, and its ratio to the baseline."""

    per_branch: float
    ratio: float


def timed_on_loop(
    contenders: Mapping[str, Callable[[], Awaitable[Any]]], branches: int, rounds: int, clock: Clock
) -> dict[str, Figure]:
    """What coroutine functions take, all on one event loop; the first is the baseline."""

    async def main() -> list[dict[str, float]]:
        measured = []
        for _ in range(rounds + 1):
            seconds = {}
            for name, work in random.sample(list(contenders.items()), len(contenders)):
                gc.collect()
                start = clock()
                await work()
                seconds[name] = clock() - start
            measured.append(seconds)
        return measured[1:]  # the first round is a warm-up

    gc.freeze()
    return _figures(asyncio.run(main()), branches, list(contenders))


def timed(
    contenders: Mapping[str, Callable[[], Any]], branches: int, rounds: int, clock: Clock
) -> dict[str, Figure]:
    """What functions take; the first is the baseline."""
    gc.freeze()
    measured = []
    for _ in range(rounds + 1):
        seconds = {}
        for name, work in random.sample(list(contenders.items()), len(contenders)):
            gc.collect()
            start = clock()
            work()
            seconds[name] = clock() - start
        measured.append(seconds)
    return _figures(measured[1:], branches, list(contenders))


def peak_memory(contenders: Mapping[str, Callable[[], Awaitable[Any]]], branches: int) -> dict[str, Figure]:
    """The most that Python had allocated at once, in bytes for each branch; the first is the baseline."""

    async def peak(work: Callable[[], Awaitable[Any]]) -> float:
        await work()
        gc.collect()
        tracemalloc.start()
        await work()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peaks = {
        name: statistics.median(asyncio.run(peak(work)) for _ in range(3))
        for name, work in contenders.items()
    }
    base = next(iter(peaks.values()))
    return {name: Figure(value / branches, value / base) for name, value in peaks.items()}


def _figures(measured: list[dict[str, float]], branches: int, names: list[str]) -> dict[str, Figure]:
    return {
        name: Figure(
            statistics.median(one[name] for one in measured) / branches * 1e6,
            statistics.median(one[name] / one[names[0]] for one in measured),
        )
        for name in names
    }

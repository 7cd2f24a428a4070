"""Print the ratio tables: `python -m benchmarks`, or `--quick` for a tenth of the rounds."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version

from benchmarks import graph
from benchmarks.contenders import amillisecond, anoop, millisecond, noop, on_loop, on_threads
from benchmarks.measure import Figure, cpu, peak_memory, timed, timed_on_loop, wall

NOOP = {"fanout": 1.25, "fanout, traced": 1.5}
MILLISECOND = {"fanout": 1.15, "fanout, traced": 1.3}
THREADS = {"fanout": 0.5}
MEMORY = {"fanout": 1.3, "fanout, limit=100": 0.4}
GRAPH = {"fanout.graph": 6.25}
"""25 µs for each branch where `gather` takes 4."""


def table(title: str, unit: str, figures: Mapping[str, Figure], bars: Mapping[str, float]) -> bool:
    """Print one table. True if every bar holds."""
    print(f"\n{title}\n  {'':30}{unit:>12}{'ratio':>9}{'bar':>8}")
    held = True
    for name, figure in figures.items():
        bar = bars.get(name)
        ok = bar is None or figure.ratio <= bar
        held &= ok
        mark = "" if bar is None else f"{'≤ ' + format(bar, 'g'):>8}  {'holds' if ok else 'MISSED'}"
        print(f"  {name:30}{figure.per_branch:12.2f}{figure.ratio:9.2f}{mark}")
    return held


def langchain_ratio(figures: Mapping[str, Figure]) -> bool:
    """How much less a branch costs here than through `RunnableParallel`."""
    times = figures["LangChain, RunnableLambda"].ratio / figures["fanout"].ratio
    print(f"  LangChain costs {times:.0f} times as much for each branch (bar: ≥ 20)")
    return times >= 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds")
    scale = 10 if parser.parse_args().quick else 1
    print(
        f"Python {platform.python_version()} on {platform.system()}, {os.cpu_count()} cores, "
        f"langchain-core {version('langchain-core')}\n"
        "For each branch: the median over interleaved rounds, and the median of the ratios to the first line."
    )
    held = True
    for n in (100, 1000):
        rounds = max(5, 60_000 // n // scale)
        figures = timed_on_loop(on_loop(anoop, n), n, rounds, cpu)
        held &= table(f"No-op coroutines, N = {n}", "CPU µs", figures, NOOP)
        figures = timed_on_loop(on_loop(anoop, n, langchain=True), n, max(5, rounds // 20), cpu)
        table(f"The same beside LangChain, N = {n}", "CPU µs", figures, {})
        held &= langchain_ratio(figures)
        figures = timed_on_loop(on_loop(amillisecond, n), n, max(5, rounds // 4), wall)
        held &= table(f"Coroutines of 1 ms, N = {n}", "µs", figures, MILLISECOND)
        figures = timed(on_threads(noop, n), n, max(5, rounds // 4), wall)
        held &= table(f"No-op calls on threads, N = {n}", "µs", figures, THREADS)
        figures = timed(on_threads(millisecond, n), n, max(5, rounds // 10), wall)
        table(f"Calls of 1 ms on threads, N = {n}", "µs", figures, {})
        figures = peak_memory(on_loop(amillisecond, n), n)
        held &= table(
            f"Peak memory, coroutines of 1 ms, N = {n}", "bytes", figures, MEMORY if n >= 1000 else {}
        )
    for n in (10, 100, 1000, 10_000):
        figures = timed_on_loop(graph.on_loop(n), n, max(5, 30_000 // n // scale), cpu)
        held &= table(f"Send to no-op nodes and their join, N = {n}", "CPU µs", figures, GRAPH)
        figures = timed_on_loop(graph.on_loop(n, langgraph=True), n, max(1, 1000 // n // scale), cpu)
        table(f"The same beside LangGraph {version('langgraph')}, N = {n}", "CPU µs", figures, {})
    figures = peak_memory(graph.on_loop(1000, langgraph=True), 1000)
    table("Peak memory of Send, N = 1000", "bytes", figures, {})
    print("\nEvery bar holds." if held else "\nA bar is missed.")
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""The configured latency against the one a caller measures on the virtual clock.

    python benchmarks/llmsim_latency.py [requests] [seed]

Every model of the catalogue answers so many different prompts; the time to the first token is taken by the caller,
from outside, and held against the configured distribution with a Kolmogorov–Smirnov test.
"""

import asyncio
import sys
import time
from dataclasses import replace

from fanout.clock import simulate
from llmsim import CATALOGUE, Limits, Model, SimulatedChatModel, Simulator
from llmsim.fit import kolmogorov_smirnov


async def first_tokens(model: SimulatedChatModel, count: int) -> list[float]:
    """Seconds to the first chunk of each of `count` streams, all at once."""

    async def one(number: int) -> float:
        began = time.monotonic()
        async for _ in model.astream(f"Tell me a joke about number {number}"):
            break
        return time.monotonic() - began

    return await asyncio.gather(*(one(number) for number in range(count)))


def row(model: Model, count: int, seed: int) -> tuple[str, ...]:
    """One model's line of the table."""
    simulator = Simulator([replace(model, limits=Limits())], seed=seed)
    chat = SimulatedChatModel(model=model.name, simulator=simulator)
    began = time.perf_counter()
    run = simulate(first_tokens(chat, count))
    real = time.perf_counter() - began
    seconds = sorted(run.value)
    fit = kolmogorov_smirnov(seconds, model.latency.cdf)
    p50, p95, p99 = (seconds[int(q * (count - 1))] for q in (0.5, 0.95, 0.99))
    return (
        model.name,
        f"{model.latency.ttft:g}",
        f"{p50:.3f}",
        f"{p95:.3f}",
        f"{p99:.3f}",
        f"{seconds[-1]:.1f}",
        f"{fit.distance:.4f}",
        f"{fit.p_value:.3f}",
        f"{run.elapsed:.1f}",
        f"{real:.1f}",
    )


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    head = ("model", "set p50", "p50 s", "p95 s", "p99 s", "max s", "KS D", "KS p", "virtual s", "real s")
    print(f"{count} streams per model, seed {seed}: seconds to the first token")
    for cells in (head, *(row(model, count, seed) for model in CATALOGUE if model.output_price)):
        print("  ".join(f"{cell:>12}" if i == 0 else f"{cell:>9}" for i, cell in enumerate(cells)))


if __name__ == "__main__":
    main()

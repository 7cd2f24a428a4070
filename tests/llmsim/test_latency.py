"""The latency that is configured is the latency that a caller measures."""

import asyncio
import math
import time
from itertools import pairwise

import pytest

from fanout.clock import simulate
from llmsim import Latency, Limits, SimulatedChatModel, Simulator
from llmsim.fit import kolmogorov_smirnov
from llmsim.seeds import generator

HEAVY = Latency(ttft=0.5, sigma=0.4, tail=0.1, tail_from=3, alpha=1.2, longest=40, rate=50)


def measured(latency: Latency, count: int, seed: int) -> list[float]:
    """Seconds to the first chunk of `count` different prompts through LangChain's model, on the virtual clock."""
    model = SimulatedChatModel(simulator=Simulator(latency=latency, limits=Limits(), seed=seed))

    async def one(number: int) -> float:
        began = time.monotonic()
        async for _ in model.astream(f"What is {number} + {number}?"):
            break
        return time.monotonic() - began

    async def all_of_them() -> list[float]:
        return await asyncio.gather(*(one(number) for number in range(count)))

    return simulate(all_of_them()).value


def test_time_to_first_token_follows_the_configured_distribution() -> None:
    fit = kolmogorov_smirnov(measured(HEAVY, 600, seed=1), HEAVY.cdf)
    assert fit.p_value > 0.05


def test_the_test_would_notice_a_wrong_distribution() -> None:
    sample = measured(HEAVY, 600, seed=1)
    for wrong in (Latency(ttft=0.6, sigma=0.4, tail=0.1), Latency(ttft=0.5, sigma=0.4, tail=0.0)):
        assert kolmogorov_smirnov(sample, wrong.cdf).p_value < 0.01


def test_the_p_value_is_uniform_enough_when_the_distribution_is_right() -> None:
    rejected = 0
    for seed in range(200):
        rng = generator("uniform", seed)
        rejected += kolmogorov_smirnov([rng.random() for _ in range(50)], lambda x: x).p_value < 0.05
    # A 5 % test rejects about 10 of 200; 20 would be more than three standard deviations away.
    assert 1 <= rejected <= 20


def test_tokens_come_at_the_configured_pace() -> None:
    sim = Simulator(
        latency=Latency(ttft=0.2, sigma=0, tail=0, rate=40, rate_sigma=0, jitter=0.5), limits=Limits()
    )

    async def gaps() -> list[float]:
        times = [time.monotonic() async for _ in sim.astream("Explain event loops")]
        return [after - before for before, after in pairwise(times)]

    seen = simulate(gaps()).value
    assert len(seen) > 20
    assert all(0.0125 - 1e-6 <= gap <= 0.0375 + 1e-6 for gap in seen)
    assert sum(seen) / len(seen) == pytest.approx(1 / 40, rel=0.15)


def test_fixed_latency_has_no_chance_in_it() -> None:
    sim = Simulator(latency=Latency.fixed(0.3))
    assert simulate(sim.acomplete("Hello")).elapsed == 0.3
    assert simulate(sim.complete, "Hello").elapsed == 0.3


def test_the_distribution_function_is_one_and_its_tail_is_heavy() -> None:
    points = [HEAVY.cdf(x / 10) for x in range(401)]
    assert points == sorted(points)
    assert points[0] == 0.0
    assert points[-1] == pytest.approx(1.0, abs=1e-9)
    # Beyond ten times the median a log-normal of this shape has nothing left.
    assert 1 - HEAVY.cdf(5.0) > 0.01
    assert 1 - Latency(ttft=0.5, sigma=0.4, tail=0).cdf(5.0) < 1e-6


def test_a_requests_luck_does_not_depend_on_who_comes_before() -> None:
    def times(order: list[str]) -> dict[str, float]:
        sim = Simulator(seed=9)

        async def run() -> None:
            await asyncio.gather(*(sim.acomplete(prompt) for prompt in order))

        simulate(run())
        return {entry.id: entry.seconds or math.nan for entry in sim.log}

    prompts = [f"What is {n} + 1?" for n in range(6)]
    assert times(prompts) == pytest.approx(times(prompts[::-1]), abs=1e-6)


def test_settings_are_checked() -> None:
    for wrong in ({"ttft": -1}, {"rate": 0}, {"tail": 2}, {"alpha": 0}, {"ttft": 30, "longest": 40}):
        with pytest.raises(ValueError, match=r"must|fractions|tail"):
            Latency(**wrong)

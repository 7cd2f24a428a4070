"""Seeded faults: their rates, their schedules, and that one does not move another."""

import asyncio
import json
from collections import Counter
from contextlib import suppress

import pytest

from fanout.clock import simulate
from llmsim import (
    APITimeoutError,
    Burst,
    Faults,
    InternalServerError,
    Latency,
    Limits,
    LLMError,
    Outage,
    Simulator,
)
from llmsim.ledger import Entry


def run(faults: Faults, count: int = 300, every: float = 0.0, seed: int = 4) -> list[Entry]:
    """The log of so many different requests, one every so many seconds."""
    sim = Simulator(latency=Latency.fixed(0.1, rate=1000), limits=Limits(), faults=faults, seed=seed)

    async def one(number: int) -> None:
        await asyncio.sleep(number * every)
        with suppress(LLMError):
            await sim.acomplete(f"What is {number} + 1?", timeout=5.0)

    async def everything() -> None:
        await asyncio.gather(*(one(number) for number in range(count)))

    simulate(everything())
    return sim.log


def test_rates_are_kept() -> None:
    met = Counter(
        entry.fault for entry in run(Faults(error_rate=0.2, hang_rate=0.1, malformed_rate=0.3), 1000)
    )
    assert met["hang"] == pytest.approx(100, abs=30)
    assert met["error"] == pytest.approx(180, abs=40)
    assert met["malformed"] == pytest.approx(216, abs=45)
    assert met["cut"] == met["slow"] == 0


def test_one_faults_rate_does_not_change_who_meets_another() -> None:
    def struck(faults: Faults, kind: str) -> set[str]:
        return {entry.id for entry in run(faults) if entry.fault == kind}

    alone = struck(Faults(hang_rate=0.1), "hang")
    assert len(alone) > 10
    assert struck(Faults(hang_rate=0.1, error_rate=0.5, slow_rate=0.5), "hang") == alone
    assert struck(Faults(hang_rate=0.2), "hang") > alone


def test_the_same_seed_lives_through_the_same_day_again() -> None:
    faults = Faults(error_rate=0.3, cut_rate=0.2, bursts=(Burst(every=20, lasts=5),))
    first = [(e.fault, e.status, e.end) for e in run(faults, 100, every=0.5)]
    assert first == [(e.fault, e.status, e.end) for e in run(faults, 100, every=0.5)]
    assert first != [(e.fault, e.status, e.end) for e in run(faults, 100, every=0.5, seed=5)]


def test_a_burst_clusters_errors() -> None:
    log = run(Faults(bursts=(Burst(every=50, lasts=10, error_rate=1.0),)), 100, every=0.5)
    failed = [entry.start for entry in log if entry.fault == "error"]
    assert len(failed) == 20
    assert failed[-1] - failed[0] == pytest.approx(9.5)


def test_an_outage_holds_for_its_time_and_its_models() -> None:
    log = run(Faults(outages=(Outage(2, 4), Outage(0, 10, models=("sim-fast",)))), 10, every=1.0)
    assert [entry.status for entry in log] == [200, 200, 503, 503, *[200] * 6]


def test_a_hang_ends_with_the_clients_time_out_or_the_endpoints_own() -> None:
    sim = Simulator(faults=Faults(hang_rate=1.0, gives_up_after=120))
    with pytest.raises(APITimeoutError):
        simulate(sim.acomplete("Hello", timeout=3.0))
    with pytest.raises(InternalServerError) as caught:
        simulate(sim.acomplete("Hello"))
    assert caught.value.status_code == 504
    assert [entry.seconds for entry in sim.log] == [3.0, 120.0]
    assert sim.bill().cost == 0


def test_a_slow_stream_trickles() -> None:
    def elapsed(faults: Faults) -> float:
        sim = Simulator(latency=Latency.fixed(0.0, rate=100), faults=faults)
        return simulate(sim.acomplete("Explain event loops")).elapsed

    assert elapsed(Faults(slow_rate=1.0, slow_factor=20)) == pytest.approx(20 * elapsed(Faults()))


def test_malformed_json_comes_in_the_usual_ways() -> None:
    sim = Simulator(latency=Latency.fixed(0.0), limits=Limits(), faults=Faults(malformed_rate=1.0))
    kinds: Counter[str] = Counter()
    for number in range(60):
        text = sim.complete(f"Sentiment as JSON: great tent {number}", json_schema={}).text
        try:
            json.loads(text)
        except ValueError:
            kinds["wrapped" if "```" in text else "comma" if text.endswith(",}") else "short"] += 1
    assert sum(kinds.values()) == 60
    assert all(kinds[kind] > 5 for kind in ("wrapped", "comma", "short"))


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="probability"):
        Faults(error_rate=1.5)
    with pytest.raises(ValueError, match="burst"):
        Burst(every=5, lasts=6)

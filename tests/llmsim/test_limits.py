"""Token buckets, the queue of a saturated backend, and the headers that tell of them."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanout.clock import simulate
from llmsim import Latency, Limits, RateLimitError, Simulator
from llmsim.limits import Bucket, Gate, duration

HALF_SECOND = Latency.fixed(0.5)


def test_a_full_bucket_lets_its_burst_through_and_then_its_rate() -> None:
    gate = Gate("m", Limits(rpm=60, burst=3))
    for _ in range(3):
        gate.admit(0.0, 10)
    with pytest.raises(RateLimitError) as caught:
        gate.admit(0.25, 10)
    assert caught.value.retry_after == pytest.approx(0.75)
    gate.admit(1.0, 10)


def test_tokens_are_limited_apart_from_requests_and_the_longer_wait_counts() -> None:
    gate = Gate("m", Limits(rpm=600, tpm=600, burst=60))
    gate.admit(0.0, 550)
    with pytest.raises(
        RateLimitError, match=r"tokens per min \(TPM\): Limit 600, Used 550, Requested 100"
    ) as caught:
        gate.admit(0.0, 100)
    assert caught.value.type == "tokens"
    assert caught.value.retry_after == pytest.approx(5.0)


def test_a_request_larger_than_the_bucket_is_told_that_waiting_is_no_use() -> None:
    with pytest.raises(RateLimitError, match="too large") as caught:
        Gate("m", Limits(tpm=100)).admit(0.0, 101)
    assert caught.value.retry_after is None
    assert "retry-after" not in caught.value.headers


def test_refused_requests_use_quota_where_the_limit_says_so() -> None:
    def accepted(charge: bool) -> int:
        gate = Gate("m", Limits(rpm=60, burst=1, charge_rejected=charge))
        count = 0
        for tenth in range(100):
            try:
                gate.admit(tenth / 10, 1)
            except RateLimitError:
                continue
            count += 1
        return count

    # Ten tries a second against one a second: the bucket never gets to fill.
    assert (accepted(False), accepted(True)) == (10, 1)


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.floats(1, 600), st.floats(0.1, 60))
def test_no_window_ever_passes_more_than_its_burst_and_its_rate(
    gaps: list[float], rpm: float, burst: float
) -> None:
    bucket = Bucket(rpm, burst)
    now, passed = 0.0, []
    for gap in gaps:
        now += gap
        bucket.refill(now)
        if bucket.wait_for(1) == 0:
            bucket.take(1)
            passed.append(now)
    for i, start in enumerate(passed):
        for count, end in enumerate(passed[i:], 1):
            assert count <= bucket.size + (end - start) * rpm / 60 + 1e-6


@given(
    st.floats(0, 1e6),
    st.sampled_from([37.0, 600.0, 200_000.0, 2e6, 1e7]),
    st.lists(st.floats(0, 1), min_size=1, max_size=20),
)
def test_waiting_exactly_retry_after_is_enough_at_any_hour_and_size(
    start: float, tpm: float, shares: list[float]
) -> None:
    gate, now = Gate("m", Limits(tpm=tpm, burst=5)), start
    for share in shares:
        amount = max(1, int(share * tpm / 12))
        try:
            gate.admit(now, amount)
        except RateLimitError as error:
            now += error.retry_after or 0.0
            gate.admit(now, amount)


def test_waiting_exactly_retry_after_is_enough_for_one() -> None:
    sim = Simulator(latency=HALF_SECOND, limits=Limits(rpm=37, burst=2))

    def patient() -> int:
        waits = 0
        for _ in range(5):
            while True:
                try:
                    sim.complete("Hello")
                    break
                except RateLimitError as error:
                    time.sleep(error.retry_after or 0.0)
                    waits += 1
        return waits

    # A call takes half a second, permits come every 1.62 s: every call but the first waits, and only once.
    assert simulate(patient).value == 4


def test_a_saturated_backend_queues_and_throughput_stops_rising() -> None:
    def elapsed(calls: int) -> float:
        sim = Simulator(latency=Latency.fixed(1.0), limits=Limits(capacity=4))

        async def all_at_once() -> None:
            await asyncio.gather(*(sim.acomplete(f"Hello {i}") for i in range(calls)))

        return simulate(all_at_once()).elapsed

    assert [elapsed(n) for n in (1, 4, 8, 40)] == [1.0, 1.0, 2.0, 10.0]


def test_queueing_shows_in_the_log() -> None:
    sim = Simulator(latency=Latency.fixed(1.0), limits=Limits(capacity=1))

    async def three() -> None:
        await asyncio.gather(*(sim.acomplete(f"Hello {i}") for i in range(3)))

    simulate(three())
    assert [entry.queued for entry in sim.log] == [0.0, 1.0, 2.0]


def test_retry_after_holds_when_refused_requests_use_quota_too() -> None:
    gate = Gate("m", Limits(rpm=60, burst=1, charge_rejected=True))
    gate.admit(0.0, 1)
    with pytest.raises(RateLimitError) as caught:
        gate.admit(0.5, 1)
    assert caught.value.retry_after == pytest.approx(1.0)
    gate.admit(1.5, 1)


def test_headers_tell_what_is_left() -> None:
    gate = Gate("m", Limits(rpm=120, tpm=6000, burst=60))
    gate.admit(0.0, 500)
    assert gate.headers() == {
        "x-ratelimit-limit-requests": "120",
        "x-ratelimit-remaining-requests": "119",
        "x-ratelimit-reset-requests": "500ms",
        "x-ratelimit-limit-tokens": "6000",
        "x-ratelimit-remaining-tokens": "5500",
        "x-ratelimit-reset-tokens": "5s",
    }


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0ms"), (0.0124, "12ms"), (1.5, "1.5s"), (60, "1m0s"), (360.4, "6m0s")]
)
def test_durations_are_written_as_openai_writes_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_each_virtual_run_starts_with_full_buckets_and_the_same_luck() -> None:
    sim = Simulator(limits=Limits(rpm=60, burst=2), seed=5)

    async def three() -> list[str]:
        done = await asyncio.gather(*(sim.acomplete("Hello") for _ in range(3)), return_exceptions=True)
        return [type(result).__name__ for result in done]

    first, second = simulate(three()), simulate(three())
    assert first.value == ["Completion", "Completion", "RateLimitError"]
    assert (first.value, first.elapsed) == (second.value, second.elapsed)
    assert sim.bill().total.requests == 6


def test_limits_are_checked() -> None:
    with pytest.raises(ValueError, match="positive"):
        Limits(rpm=0)
    with pytest.raises(ValueError, match="burst"):
        Limits(burst=0)

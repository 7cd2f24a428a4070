import asyncio
from collections.abc import Awaitable, Callable

from exercise import run_parallel

from fanout.clock import simulate


class InFlight:
    def __init__(self) -> None:
        self.now = self.peak = 0

    def branch(self, seconds: float) -> Callable[[str], Awaitable[float]]:
        async def call(value: str) -> float:
            self.now += 1
            self.peak = max(self.peak, self.now)
            await asyncio.sleep(seconds)
            self.now -= 1
            return seconds

        return call


def test_at_most_limit_in_flight() -> None:
    in_flight = InFlight()
    simulate(run_parallel({f"b{i}": in_flight.branch(0.1) for i in range(12)}, "q", limit=3))
    assert in_flight.peak == 3, f"12 branches, limit=3: {in_flight.peak} were in flight, the test expected 3"


def test_no_limit_unless_asked() -> None:
    in_flight = InFlight()
    simulate(run_parallel({f"b{i}": in_flight.branch(0.1) for i in range(12)}, "q"))
    assert in_flight.peak == 12, (
        f"12 branches, no limit: {in_flight.peak} were in flight, the test expected 12"
    )


def test_a_free_place_is_taken_at_once() -> None:
    in_flight = InFlight()
    lengths = (0.9, 0.3, 0.3, 0.3)
    elapsed = simulate(
        run_parallel({f"b{i}": in_flight.branch(s) for i, s in enumerate(lengths)}, "q", limit=2)
    ).elapsed
    assert elapsed == 0.9, f"Branches of {lengths} s, limit=2: took {elapsed} s, the test expected 0.9 s"


def test_works_in_a_second_loop() -> None:
    branches = {f"b{i}": InFlight().branch(0.1) for i in range(4)}
    for _ in range(2):
        value = simulate(run_parallel(branches, "q", limit=2)).value
        assert len(value) == 4, f"It returned {len(value)} results, the test expected 4"

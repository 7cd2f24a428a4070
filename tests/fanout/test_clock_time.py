"""What the time is: all clocks agree, polling moves them, random numbers repeat."""

import queue
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from fanout.clock import current_clock, now, simulate, virtual_time


def test_polling_with_sleeps() -> None:
    def work() -> float:
        flag: list[int] = []
        threading.Timer(1.0, flag.append, (1,)).start()
        while not flag:
            time.sleep(0.25)
        return now()

    assert simulate(work).value == 1.0


@pytest.mark.parametrize(
    "pause", [time.monotonic, lambda: time.sleep(0)], ids=["reads the clock", "sleeps for 0 s"]
)
def test_a_loop_that_only_polls_moves_time(pause: Callable[[], object]) -> None:
    def work() -> float:
        while time.perf_counter() < 5:
            pause()
        return now()

    assert 5.0 <= simulate(work).value <= 5.002


def test_a_poller_does_not_hold_up_those_who_tick() -> None:
    def work() -> tuple[int, float]:
        ticks: list[float] = []

        def ticker() -> None:
            for _ in range(100):
                time.sleep(0.01)
                ticks.append(now())

        threading.Thread(target=ticker).start()
        while len(ticks) < 100:
            time.sleep(0)
        return len(ticks), ticks[-1]

    assert simulate(work).value == (100, 1.0)


def test_many_readings_of_the_clock_between_waits_cost_nothing() -> None:
    def work() -> float:
        for _ in range(5):
            for _ in range(50_000):
                time.monotonic()
            time.sleep(1)
        return now()

    assert simulate(work).value == 5.0


def test_all_clocks_of_the_time_module_agree() -> None:
    def work() -> list[object]:
        time.sleep(1.25)
        return [
            round(time.time() - 1_767_225_600, 6),
            time.time_ns(),
            time.monotonic(),
            time.monotonic_ns(),
            time.perf_counter(),
            time.perf_counter_ns(),
            time.gmtime()[:6],
            time.strftime("%H:%M:%S", time.gmtime()),
            time.strftime("%Y", time.gmtime(0)),
        ]

    ns = 1_250_000_000
    assert simulate(work).value == [
        *(1.25, 1_767_225_600_000_000_000 + ns, 1.25, ns, 1.25, ns),
        *((2026, 1, 1, 0, 0, 1), "00:00:01", "1970"),
    ]


def test_the_epoch_can_be_chosen() -> None:
    moment = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert simulate(lambda: time.time(), epoch=moment.timestamp()).value == moment.timestamp()
    assert (
        simulate(lambda: time.localtime()[:6], epoch=moment.timestamp()).value
        == time.localtime(moment.timestamp())[:6]
    )


def test_the_sum_of_many_small_sleeps_is_exact() -> None:
    def work() -> None:
        for _ in range(1000):
            time.sleep(0.1)

    assert simulate(work).elapsed == 100.0


@pytest.mark.parametrize(("seconds", "error"), [(-1, ValueError), ("1", TypeError), (None, TypeError)])
def test_sleep_refuses_what_the_real_one_refuses(seconds: Any, error: type[Exception]) -> None:
    def work() -> None:
        with pytest.raises(error):
            time.sleep(seconds)

    simulate(work)


def test_random_is_seeded_and_given_back() -> None:
    random.seed(123)
    expected = random.Random(123).random()
    assert simulate(random.random).value == simulate(random.random).value == random.Random(0).random()
    assert simulate(random.random, seed=7).value == random.Random(7).random()
    assert random.random() == expected


def test_a_simulation_inside_a_simulation_shares_the_clock() -> None:
    def inner() -> float:
        time.sleep(2)
        return now()

    def outer() -> object:
        time.sleep(1)
        run = simulate(inner, seed=99)
        with virtual_time() as clock:
            assert clock is current_clock()
        return run.value, run.elapsed, run.settled, now()

    assert simulate(outer).value == (3.0, 2.0, 2.0, 3.0)


def test_the_block_form() -> None:
    assert current_clock() is None
    with virtual_time() as clock:
        assert current_clock() is clock
        time.sleep(2)
        assert (clock.now, now()) == (2.0, 2.0)
        threading.Thread(target=time.sleep, args=(5,)).start()
    assert (clock.now, clock.settled) == (2.0, 7.0)
    assert current_clock() is None


def test_what_stands_in_for_a_builtin_does_not_turn_into_a_method() -> None:
    def work() -> tuple[float, bool, object]:
        class Timed:
            clock = time.monotonic
            nap = time.sleep
            lock: threading.Lock | None = None

        timed: Any = Timed()
        timed.nap(3)
        return timed.clock(), isinstance(threading.Lock(), threading.Lock), queue.SimpleQueue[int]

    value = simulate(work).value
    assert value[:2] == (3.0, True)

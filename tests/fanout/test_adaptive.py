"""`Adaptive`: a little more after successes, half after an overload, and fair to whom it does not know."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from fanout import Adaptive, Lambda, Parallel
from fanout.limits import is_overload

from .modes import Log, Mode, each_mode
from .service import Service


class TooMany(Exception):
    status_code = 429


@each_mode
def test_one_more_after_as_many_successes_as_are_allowed_at_once(mode: Mode) -> None:
    log = Log()
    limiter = Adaptive(1, most=4)
    mode.run(mode.wait(1, 0, log=log).with_limit(limiter).map(), range(14)).result()
    begun = [at for what, _, at in log.entries if what == "start"]
    assert [begun.count(second) for second in range(5)] == [1, 2, 3, 4, 4]
    assert limiter.n == 4


@each_mode
def test_an_overload_halves_it_once_for_all_calls_under_way(mode: Mode) -> None:
    limiter = Adaptive(8)
    service = Service(mode, *[TooMany()] * 8, "ok")
    mode.run(service.step.with_limit(limiter).map(errors="collect"), range(8)).result()
    assert limiter.n == 4
    service = Service(mode, TooMany())
    mode.run(service.step.with_limit(limiter).map(limit=1, errors="collect"), range(2)).result()
    assert limiter.n == 1  # two rounds, two halvings


@each_mode
def test_it_stays_within_its_bounds(mode: Mode) -> None:
    limiter = Adaptive(4, least=3, most=5)
    mode.run(Service(mode, TooMany()).step.with_limit(limiter).map(errors="collect"), range(40)).result()
    assert limiter.n == 3
    mode.run(Service(mode).step.with_limit(limiter).map(), range(40)).result()
    assert limiter.n == 5


@each_mode
def test_what_was_not_tried_does_not_raise_it(mode: Mode) -> None:
    limiter = Adaptive(4)
    mode.run(Service(mode).step.with_limit(limiter).map(limit=3), range(40)).result()
    assert limiter.n == 4


@each_mode
def test_other_errors_say_nothing(mode: Mode) -> None:
    limiter = Adaptive(2)
    mode.run(Service(mode, ValueError()).step.with_limit(limiter).map(errors="collect"), range(9)).result()
    assert limiter.n == 2


@each_mode
def test_shrinking_below_what_is_under_way_only_waits(mode: Mode) -> None:
    log = Log()
    limiter = Adaptive(4, least=1)
    bad = mode.wait(1, error=TooMany())
    step = Parallel(
        {f"long{i}": mode.wait(5, i, log=log) for i in range(3)}
        | {"bad": bad, "next": mode.wait(1, "n", log=log)},
        limit=limiter,
        errors="collect",
    )
    mode.run(step).result()
    assert log.when("start", "n") == 5  # three of two places are taken until then


def test_finds_what_a_server_bears() -> None:
    """A server that refuses beyond ten at once, and 1 000 calls: close to ten on average, and few refused."""
    mode = Mode("", True, True)
    limiter = Adaptive(1)
    running = refused = 0
    seen: list[int] = []

    async def call(_: Any) -> None:
        nonlocal running, refused
        running += 1
        try:
            if running > 10:
                refused += 1
                raise TooMany
            await asyncio.sleep(1)
            seen.append(limiter.n)
        finally:
            running -= 1

    mode.run(Lambda(call).with_limit(limiter).map(errors="collect"), range(1000)).result()
    later = seen[200:]
    assert 6 <= sum(later) / len(later) <= 10
    assert refused < 40


def test_two_who_share_a_server_come_to_equal_shares() -> None:
    """Chiu and Jain's result: additive increase, multiplicative decrease converges to fairness from anywhere."""
    mode = Mode("", True, True)
    running = 0
    big, small = Adaptive(19), Adaptive(1)

    async def call(seconds: float) -> None:
        nonlocal running
        running += 1
        try:
            await asyncio.sleep(seconds / 2)
            if running > 20:
                raise TooMany
            await asyncio.sleep(seconds / 2)
        finally:
            running -= 1

    many = Lambda(call)
    step = Parallel(
        big=many.with_limit(big).map(errors="collect"), small=many.with_limit(small).map(errors="collect")
    )
    mode.run(step.with_timeout(400), [1.0] * 20000)
    assert max(big.n, small.n) / min(big.n, small.n) < 2


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TooMany(), True),
        (TimeoutError(), True),
        (ValueError(), False),
        (asyncio.CancelledError(), False),
    ],
)
def test_what_is_an_overload(error: BaseException, expected: bool) -> None:
    assert is_overload(error) is expected


def test_an_overload_may_be_told_by_the_response_or_by_retry_after() -> None:
    error: Any = ValueError()
    error.response = SimpleNamespace(status_code=503)
    assert is_overload(error)
    other: Any = ValueError()
    other.retry_after = 3
    assert is_overload(other)


@pytest.mark.parametrize("options", [{"n": 0}, {"n": 2, "least": 3}, {"n": 9, "most": 5}, {"shrink": 1}])
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        Adaptive(**options)


def test_own_rule_for_overloads() -> None:
    mode = Mode("", True, True)
    limiter = Adaptive(4, overload=lambda error: isinstance(error, KeyError))
    mode.run(Service(mode, KeyError()).step.with_limit(limiter).map(errors="collect"), [1])
    assert limiter.n == 2

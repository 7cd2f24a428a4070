"""`RateLimiter`: never more than its buckets allow, first come first served, calls and tokens together."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanout import Lambda, Limiter, Parallel, RateLimiter
from fanout.recorder import record

from .modes import Log, Mode, each_mode
from .service import Service


def starts(log: Log) -> list[float]:
    return [at for what, _, at in log.entries if what == "start"]


@each_mode
def test_calls_begin_at_even_distances(mode: Mode) -> None:
    log = Log()
    run = mode.run(mode.wait(3, 0, log=log).with_limit(RateLimiter(120)).map(), range(5))
    assert starts(log) == [0, 0.5, 1, 1.5, 2]
    assert run.answered == 5  # it counts beginnings: six calls a second would be under way without end


@each_mode
def test_a_burst_is_what_was_saved(mode: Mode) -> None:
    log = Log()
    limiter = RateLimiter(1, per=1, burst=3)
    work = mode.wait(0, 0, log=log).with_limit(limiter).map()
    mode.run(work | mode.wait(10, range(5)) | work, range(5)).result()
    assert starts(log) == [0, 0, 0, 1, 2, 12, 12, 12, 13, 14]


@each_mode
def test_tokens_cost_what_the_input_says(mode: Mode) -> None:
    log = Log()
    limiter = RateLimiter(tokens=60, cost=len, token_burst=10)
    mode.run(mode.wait(0, 0, log=log).with_limit(limiter).map(), ["x" * 10, "x" * 5, "x" * 10]).result()
    assert starts(log) == [0, 5, 15]


@each_mode
def test_a_call_waits_until_both_budgets_have_room_and_spends_from_neither_before(mode: Mode) -> None:
    log = Log()
    limiter = RateLimiter(1, per=1, tokens=1, cost=len, token_burst=5)
    inputs = ["", "xxxxx", "xx", "", ""]
    mode.run(mode.wait(0, 0, log=log).with_limit(limiter).map(), inputs).result()
    # the third waits two seconds for tokens, and nobody overtakes it, and its wait has saved up no burst of calls
    assert starts(log) == [0, 1, 3, 4, 5]


@each_mode
def test_a_cancelled_wait_has_spent_nothing(mode: Mode) -> None:
    log = Log()
    limiter = RateLimiter(1, per=10)
    call = mode.wait(0, 0, log=log).with_limit(limiter)
    gives_up = (mode.wait(1, 0) | call).with_timeout(3)
    step = Parallel(a=call, b=gives_up, c=mode.wait(2, 0) | call, errors="collect")
    assert list(mode.run(step).result().errors) == ["b"]
    assert starts(log) == [0, 10]


@each_mode
def test_what_a_call_really_took_is_charged_afterwards(mode: Mode) -> None:
    log = Log()
    limiter = RateLimiter(tokens=1, per=1, cost=lambda _: 1, token_burst=10)
    step = mode.wait(0, 0, log=log).with_limit(limiter) | mode.leaf(lambda _: limiter.charge(29))
    mode.run(step | step).result()
    assert starts(log) == [0, 21]
    refunded = RateLimiter(tokens=1, per=1, cost=lambda _: 10, token_burst=10)
    step = mode.wait(0, 0).with_limit(refunded) | mode.leaf(lambda _: refunded.charge(-9))
    assert mode.run(step | step).answered == 1


def test_charging_without_a_budget_of_tokens_does_nothing() -> None:
    RateLimiter(1).charge(5)


@each_mode
def test_on_a_branch_it_paces_that_branch_on_the_whole_all_leaf_calls(mode: Mode) -> None:
    def answered(step: Any) -> float:
        return mode.run(step).answered

    many = {str(i): mode.wait(0, 0) for i in range(4)}
    assert answered(Parallel(many, paced=mode.wait(0, 0).with_limit(RateLimiter(1, per=1)))) == 0
    assert answered(Parallel(many).with_limit(RateLimiter(1, per=1))) == 3


@each_mode
def test_beside_a_limiter_it_comes_last_so_that_what_it_admits_begins_at_once(mode: Mode) -> None:
    log = Log()
    rate = RateLimiter(1, per=1)  # made before the limiter, and yet taken after it
    step = mode.wait(4, 0, log=log).with_limit(rate).with_limit(Limiter(2)).map()
    mode.run(step, range(6)).result()
    begun = starts(log)
    assert begun == [0, 1, 4, 5, 8, 9]
    assert all(later - earlier >= 1 for earlier, later in pairwise(begun))


@each_mode
def test_a_retried_call_pays_again(mode: Mode) -> None:
    flaky = Service(mode, ValueError(), "ok", seconds=0)
    step = flaky.step.with_limit(RateLimiter(1, per=5)).with_retry(2, base=0)
    assert mode.run(step).answered == 5


@each_mode
def test_it_holds_for_streams(mode: Mode) -> None:
    step = mode.parts((0, "a")).with_limit(RateLimiter(1, per=1)).map()
    assert mode.run(step, range(3)).answered == 2


@each_mode
def test_waiting_is_a_state_of_the_trace(mode: Mode) -> None:
    step = Parallel({str(i): mode.wait(1, 0) for i in range(2)}, limit=RateLimiter(1, per=2))

    async def suspending() -> Any:
        with record() as trace:
            await step.ainvoke(0)
            return trace

    def blocking() -> Any:
        with record() as trace:
            step.invoke(0)
            return trace

    trace = mode.simulate(suspending if mode.asynchronous else blocking).result()
    assert next((s.state, s.start, s.end) for s in trace.find("1").states) == ("limited", 0, 2)


def test_a_call_that_never_fits_is_refused() -> None:
    limiter = RateLimiter(tokens=10, cost=len)
    with pytest.raises(ValueError, match="a call of 11 tokens never fits into a bucket of 10"):
        Lambda(str.upper).with_limit(limiter).invoke("x" * 11)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"requests": 0},
        {"requests": -1},
        {"requests": 1, "per": 0},
        {"requests": 1, "burst": 0.5},
        {"tokens": 5},
        {"requests": 1, "cost": len},
        {"tokens": 0, "cost": len},
    ],
)
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|needs|say how many"):
        RateLimiter(**options)


def test_says_what_it_allows() -> None:
    assert repr(RateLimiter(120, tokens=600, cost=len)) == "RateLimiter(2 requests/s, 10 tokens/s)"


@settings(max_examples=40, deadline=None)
@given(
    rate=st.floats(0.1, 50),
    burst=st.integers(1, 5),
    token_rate=st.floats(0.5, 50),
    token_burst=st.integers(5, 20),
    arrivals=st.lists(st.tuples(st.floats(0, 20), st.integers(0, 5), st.booleans()), min_size=1, max_size=25),
)
def test_no_window_ever_sees_more_than_the_buckets_allow(
    rate: float, burst: int, token_rate: float, token_burst: int, arrivals: list[tuple[float, int, bool]]
) -> None:
    """Also when some of those who wait give up."""
    limiter = RateLimiter(
        rate, per=1, burst=burst, tokens=token_rate, token_burst=token_burst, cost=lambda value: value[1]
    )
    begun: list[tuple[float, int]] = []
    mode = Mode("", True, True)

    async def call(value: tuple[float, int, bool]) -> None:
        begun.append((asyncio.get_running_loop().time(), value[1]))

    limited = Lambda(call).with_limit(limiter)

    async def arrive(value: tuple[float, int, bool]) -> None:
        await asyncio.sleep(value[0])
        await (limited.with_timeout(0.5) if value[2] else limited).ainvoke(value)

    run = mode.run(Lambda(arrive).map(errors="collect"), arrivals)
    assert len(begun) == len(run.result().ok)
    assert all(index in run.value.ok for index, value in enumerate(arrivals) if not value[2])
    for first in range(len(begun)):
        spent = 0
        for last in range(first, len(begun)):
            stretch = begun[last][0] - begun[first][0]
            spent += begun[last][1]
            assert last - first + 1 <= burst + rate * stretch + 1e-6
            assert spent <= token_burst + token_rate * stretch + 1e-6

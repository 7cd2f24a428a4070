import asyncio
import time

from exercise import run_parallel

from fanout.clock import simulate


class Refused(Exception):
    pass


REFUSED = Refused("no")


async def refuses(value: str) -> None:
    await asyncio.sleep(0.1)
    raise REFUSED


class Sibling:
    """Works for 1 s; when cancelled it needs 0.2 s to tidy up."""

    def __init__(self) -> None:
        self.finished = self.tidied = False

    async def __call__(self, value: str) -> str:
        try:
            await asyncio.sleep(1.0)
            self.finished = True
            return "done"
        except asyncio.CancelledError:
            await asyncio.sleep(0.2)
            self.tidied = True
            raise


async def outcome(sibling: Sibling) -> tuple[BaseException | None, float, int]:
    """What it raised, when it returned, and how many tasks it left behind."""

    async def works(value: str) -> str:
        return await sibling(value)

    begin, before = time.perf_counter(), asyncio.all_tasks()
    error: BaseException | None = None
    try:
        await run_parallel({"bad": refuses, "good": works}, "q")
    except BaseException as caught:
        error = caught
    took, left = time.perf_counter() - begin, len(asyncio.all_tasks() - before)
    await asyncio.sleep(3)
    return error, round(took, 3), left


def test_raises_that_very_exception() -> None:
    error = simulate(outcome(Sibling())).value[0]
    assert error is REFUSED, (
        f"It raised {type(error).__name__}, the test expected the branch's own Refused('no')"
    )


def test_siblings_are_cancelled() -> None:
    sibling = Sibling()
    simulate(outcome(sibling))
    assert not sibling.finished, (
        "After the failure a sibling worked on to its end, the test expected it cancelled"
    )


def test_nothing_is_left_running() -> None:
    sibling = Sibling()
    _, took, left = simulate(outcome(sibling)).value
    assert left == 0, f"When the call returned, {left} task(s) were still running, the test expected none"
    assert took == 0.3, (
        f"It returned after {took} s, the test expected 0.3 s: failure at 0.1 s, 0.2 s of tidying"
    )


def test_outside_cancellation_reaches_the_branches() -> None:
    sibling = Sibling()

    async def works(value: str) -> str:
        return await sibling(value)

    async def caller() -> None:
        call = asyncio.create_task(run_parallel({"a": works}, "q"))
        await asyncio.sleep(0.5)
        call.cancel()
        await asyncio.wait([call])

    simulate(caller())
    assert sibling.tidied, "The caller was cancelled, and the branch never heard of it"


def test_still_does_steps_one_to_three() -> None:
    def blocks(value: str) -> str:
        time.sleep(0.4)
        return "sync"

    async def suspends(value: str) -> str:
        await asyncio.sleep(0.2)
        return "async"

    run = simulate(run_parallel({"a": suspends, "b": blocks, "c": suspends}, "q", limit=2))
    assert list(run.value.items()) == [("a", "async"), ("b", "sync"), ("c", "async")], (
        f"It returned {run.value}"
    )
    assert run.elapsed == 0.4, f"It took {run.elapsed} s, the test expected 0.4 s"

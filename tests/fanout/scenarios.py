"""One table of situations, run on LangChain's `RunnableParallel`, on `fanout.Parallel` and on the drop-in between them.

Each scenario is written once, against a `Lab` that knows how its engine spells things, and runs in virtual time on
"2 cores", so that all figures are exact. It states what each engine does. Where `fanout` differs from LangChain it does
so on purpose: the scenario is a named case with its reason. The drop-in does what `fanout` does unless stated.

`python -m tests.fanout.scenarios` measures them all and prints a table; `--json` gives the same as data.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from importlib.metadata import version
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler

from fanout import Parallel
from fanout.limits import Limiter
from fanout.policy import Timeout
from tests.fanout.lab import CORES, ENGINES, SCENARIOS, Facts, Lab, scenario

# ---- success


@scenario(
    "overlap",
    "success",
    "three branches of 0.1, 0.2 and 0.3 s, ainvoke",
    same={"answer": {"c": "c", "a": "a", "b": "b"}, "at": 0.3, "peak": 3},
)
async def _(lab: Lab) -> None:
    branches = {"c": lab.step("c", 0.3), "a": lab.step("a", 0.1), "b": lab.step("b", 0.2)}
    await lab.acall(lab.parallel(branches).ainvoke(1))


@scenario(
    "declared-order",
    "success",
    "results come back in the order of declaration, whoever is first",
    same={"order": ["slow", "quick"], "effects": {"quick": 0.1, "slow": 0.2}},
)
async def _(lab: Any) -> None:
    await lab.acall(lab.parallel({"slow": lab.step("slow", 0.2), "quick": lab.step("quick", 0.1)}).ainvoke(1))
    lab.order = list(lab.answer)


@scenario(
    "pool-invoke",
    "success",
    "12 blocking branches of 0.5 s, invoke, 2 cores",
    langchain={"at": 1.0, "peak": 6},
    fanout={"at": 0.5, "peak": 12},
    reason="LangChain makes a pool of min(32, cores + 4) threads for the call; elastic threads keep no branch waiting.",
)
def _(lab: Lab) -> None:
    lab.call(lambda: lab.parallel({f"b{n}": lab.blocking(f"b{n}", 0.5) for n in range(12)}).invoke(1))


@scenario(
    "pool-ainvoke",
    "success",
    "12 blocking branches of 0.5 s, ainvoke, 2 cores",
    langchain={"at": 1.0, "peak": 6},
    fanout={"at": 0.5, "peak": 12},
    dropin={"at": 1.0, "peak": 6},
    reason="LangChain sends blocking functions to the event loop's default pool, which the whole program shares. The"
    " drop-in leaves the steps themselves to LangChain.",
)
async def _(lab: Lab) -> None:
    branches = {f"b{n}": lab.blocking(f"b{n}", 0.5) for n in range(12)}
    await lab.acall(lab.parallel(branches).ainvoke(1))


@scenario(
    "blocked-loop",
    "success",
    "two coroutine functions that call time.sleep(0.5), ainvoke",
    same={"at": 1.0, "peak": 1},
)
async def _(lab: Lab) -> None:
    def rude(name: str) -> Any:
        async def work(_: Any) -> None:
            with lab.noted(name):
                time.sleep(0.5)  # noqa: ASYNC251 - the mistake itself

        return lab.function(work)

    await lab.acall(lab.parallel({"a": rude("a"), "b": rude("b")}).ainvoke(1))


# ---- failure


@scenario(
    "fail-ainvoke",
    "failure",
    "a branch fails at 0.05 s, its sibling takes 0.5 s, ainvoke",
    langchain={"answer": "ValueError: bad", "at": 0.05, "effects": {"slow": 0.5}},
    fanout={"answer": "ValueError: bad", "at": 0.05, "effects": {}},
    reason="asyncio.gather raises and lets the siblings run on: their side effects still happen. Here no child outlives"
    " the call.",
)
async def _(lab: Lab) -> None:
    await lab.acall(
        lab.parallel({"slow": lab.step("slow", 0.5), "bad": lab.step("bad", 0.05, ValueError)}).ainvoke(1)
    )


@scenario(
    "fail-invoke",
    "failure",
    "a branch fails at 0.05 s, its sibling takes 0.5 s, invoke",
    same={"answer": "ValueError: bad", "at": 0.5, "effects": {"slow": 0.5}},
)
def _(lab: Lab) -> None:
    lab.call(
        lambda: lab.parallel(
            {"slow": lab.step("slow", 0.5), "bad": lab.step("bad", 0.05, ValueError)}
        ).invoke(1)
    )


@scenario(
    "fail-invoke-queued",
    "failure",
    "the same with one more branch queued behind them (limit 2), invoke",
    langchain={"at": 0.5, "effects": {"queued": 0.25, "slow": 0.5}},
    fanout={"at": 0.5, "effects": {"slow": 0.5}},
    reason="LangChain still runs what is queued when a branch has failed. Here what has not started is dropped.",
)
def _(lab: Lab) -> None:
    branches = {"slow": lab.step("slow", 0.5), "bad": lab.step("bad", 0.05, ValueError)}
    lab.call(lambda: lab.parallel({**branches, "queued": lab.step("queued", 0.2)}, limit=2).invoke(1))


@scenario(
    "two-fail-ainvoke",
    "failure",
    "two branches fail, the second declared at 0.1 s, the first declared at 0.2 s, ainvoke",
    same={"answer": "ValueError: second", "at": 0.1},
)
async def _(lab: Lab) -> None:
    await lab.acall(lab.parallel(_two_failing(lab)).ainvoke(1))


@scenario(
    "two-fail-invoke",
    "failure",
    "two branches fail, the second declared at 0.1 s, the first declared at 0.2 s, invoke",
    langchain={"answer": "KeyError: 'first'", "at": 0.2},
    fanout={"answer": "ValueError: second", "at": 0.2},
    reason="LangChain asks the futures in the order of keys. Here the first failure in time is raised, as in ainvoke.",
)
def _(lab: Lab) -> None:
    lab.call(lambda: lab.parallel(_two_failing(lab)).invoke(1))


def _two_failing(lab: Lab) -> dict[str, Any]:
    return {"first": lab.step("first", 0.2, KeyError), "second": lab.step("second", 0.1, ValueError)}


@scenario(
    "named-branch",
    "failure",
    "does the error say which branch failed?",
    langchain={"notes": []},
    fanout={"notes": ["in parallel branch 'bad'"]},
    reason="An error that comes out of twenty branches should name its own.",
)
async def _(lab: Any) -> None:
    try:
        await lab.parallel({"bad": lab.step("bad", 0.1, ValueError)}).ainvoke(1)
    except ValueError as error:
        lab.notes = getattr(error, "__notes__", [])


class Ends(BaseCallbackHandler):
    """Which runs ended how and when, as callbacks see it."""

    run_inline = True

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.names: dict[Any, str] = {}

    def on_chain_start(
        self, serialized: Any, inputs: Any, *, run_id: Any, tags: Any = None, **_: Any
    ) -> None:
        self.names[run_id] = next((tag.rpartition(":")[2] for tag in tags or ()), "root")

    def on_chain_end(self, outputs: Any, *, run_id: Any, **_: Any) -> None:
        self.seen.append(f"{self.names[run_id]} ends at {time.monotonic():g}")

    def on_chain_error(self, error: BaseException, *, run_id: Any, **_: Any) -> None:
        self.seen.append(f"{self.names[run_id]}: {type(error).__name__} at {time.monotonic():g}")


@scenario(
    "events-after-root",
    "failure",
    "what callbacks hear when a branch fails at 0.05 s and its sibling takes 0.5 s, ainvoke",
    langchain={"heard": ["bad: ValueError at 0.05", "root: ValueError at 0.05", "slow ends at 0.5"]},
    dropin={
        "heard": ["bad: ValueError at 0.05", "slow: CancelledError at 0.05", "root: ValueError at 0.05"],
    },
    reason="An orphan still reports its end after the root has failed. Here every branch ends before its root.",
)
async def _(lab: Any) -> None:
    ends = Ends()
    branches = {"slow": lab.step("slow", 0.5), "bad": lab.step("bad", 0.05, ValueError)}
    await lab.acall(lab.parallel(branches).ainvoke(1, {"callbacks": [ends]}))
    lab.heard = ends.seen


@scenario(
    "retry-whole",
    "failure",
    "with_retry around a parallel: a branch takes 1 s, the other fails twice at 0.1 s, then succeeds, ainvoke",
    langchain={"calls": 3, "peak": 4, "at": 1.2},
    fanout={"calls": 3, "peak": 2, "at": 1.2},
    reason="Every attempt runs the good branch again. LangChain leaves the copies of failed attempts running, so they"
    " overlap; here they have been cancelled.",
)
async def _(lab: Any) -> None:
    parallel = lab.parallel({"good": lab.step("good", 1), "flaky": _flaky(lab)})
    await lab.acall(lab.retry(parallel, 3).ainvoke(1))
    lab.calls = [name for name, _ in lab.started].count("good")


@scenario(
    "retry-branch",
    "failure",
    "the same with with_retry around the failing branch alone",
    same={"calls": 1, "peak": 2, "at": 1.0},
)
async def _(lab: Any) -> None:
    await lab.acall(
        lab.parallel({"good": lab.step("good", 1), "flaky": lab.retry(_flaky(lab), 3)}).ainvoke(1)
    )
    lab.calls = [name for name, _ in lab.started].count("good")


def _flaky(lab: Lab) -> Any:
    attempts: list[int] = []

    async def work(_: Any) -> str:
        attempts.append(1)
        with lab.noted("flaky"):
            await asyncio.sleep(0.1)
            if len(attempts) < 3:
                raise ValueError("flaky")
        return "flaky"

    return lab.function(work)


@scenario(
    "fallback-exception-key",
    "failure",
    'a branch with with_fallbacks(exception_key="error") fails at 0.1 s: what does its sibling see at 0.3 s?',
    langchain={"answer": {"a": "backup", "b": ["error", "q"]}},
    fanout={"answer": {"a": "backup", "b": ["q"]}},
    dropin={"answer": {"a": "backup", "b": ["error", "q"]}},
    reason="LangChain writes the error into the caller's dict. Here the fallback is given a copy.",
)
async def _(lab: Lab) -> None:
    async def keys(value: dict[str, Any]) -> list[str]:
        await asyncio.sleep(0.3)
        return sorted(value)

    primary, backup = lab.step("primary", 0.1, ValueError), lab.step("backup", 0.1)
    branch = lab.fallback(primary, backup, exception_key="error")
    await lab.acall(lab.parallel({"a": branch, "b": lab.function(keys)}).ainvoke({"q": "why"}))


@scenario(
    "batch-return-exceptions",
    "failure",
    "two inputs, one branch fails for the second: batch that returns exceptions",
    same={"items": ["dict", "ValueError"]},
)
def _(lab: Any) -> None:
    def picky(value: int) -> int:
        if value == 2:
            raise ValueError("no twos")
        return value

    parallel = lab.parallel({"good": lab.function(lambda x: x), "picky": lab.function(picky)})
    if lab.name == "fanout":
        outcomes = parallel.batch([1, 2], errors="collect")
        items = [getattr(outcome, "value", None) or outcome.error for outcome in outcomes.values()]
    else:
        items = parallel.batch([1, 2], return_exceptions=True)
    lab.items = [type(item).__name__ for item in items]


@scenario(
    "partial-results",
    "failure",
    "one of two branches fails: can the caller have the other one's result?",
    langchain={"answer": "ValueError: bad"},
    fanout={"answer": {"good": "good"}},
    dropin={"answer": "ValueError: bad"},
    reason='`errors="collect"` makes failure data, `Ok` or `Err` for each key. LangChain loses the whole result.',
)
async def _(lab: Lab) -> None:
    branches = {"good": lab.step("good", 0.2), "bad": lab.step("bad", 0.1, ValueError)}
    if lab.name == "fanout":

        async def collected() -> Any:
            return (await Parallel(branches, errors="collect").ainvoke(1)).ok

        await lab.acall(collected())
    else:
        await lab.acall(lab.parallel(branches).ainvoke(1))


# ---- time-outs and cancelling


@scenario(
    "wait-for",
    "time-out",
    "asyncio.wait_for(…, 0.2) around a coroutine branch of 0.5 s, ainvoke",
    same={"answer": "TimeoutError", "at": 0.2, "effects": {}},
)
async def _(lab: Lab) -> None:
    await lab.acall(asyncio.wait_for(lab.parallel({"slow": lab.step("slow", 0.5)}).ainvoke(1), 0.2))


@scenario(
    "wait-for-thread",
    "time-out",
    "asyncio.wait_for(…, 0.2) around a blocking branch of 0.5 s, ainvoke",
    langchain={"answer": "TimeoutError", "at": 0.2, "effects": {"slow": 0.5}},
    fanout={"answer": "TimeoutError", "at": 0.5, "effects": {"slow": 0.5}},
    dropin={"answer": "TimeoutError", "at": 0.2, "effects": {"slow": 0.5}},
    reason="Nobody can stop a thread. LangChain leaves it behind; here cancelling waits until the call has ended, so"
    " that nothing outlives it. The drop-in leaves the thread to LangChain's own step.",
)
async def _(lab: Lab) -> None:
    await lab.acall(asyncio.wait_for(lab.parallel({"slow": lab.blocking("slow", 0.5)}).ainvoke(1), 0.2))


@scenario(
    "timeout",
    "time-out",
    'a time-out of 0.2 s around a branch of 0.5 s: config={"timeout": 0.2}, or with_timeout(0.2), ainvoke',
    langchain={"answer": {"slow": "slow"}, "at": 0.5},
    fanout={"answer": "TimeoutError: Parallel took longer than 0.2 s", "at": 0.2},
    dropin={"answer": {"slow": "slow"}, "at": 0.5},
    reason="LangChain has no time-out for a Runnable, and silently ignores the key.",
)
async def _(lab: Lab) -> None:
    parallel = lab.parallel({"slow": lab.step("slow", 0.5)})
    await lab.acall(
        Timeout(parallel, 0.2).ainvoke(1) if lab.name == "fanout" else parallel.ainvoke(1, {"timeout": 0.2})
    )


@scenario(
    "timeout-invoke",
    "time-out",
    "the same with a blocking branch, invoke",
    langchain={"at": 0.5, "effects": {"slow": 0.5}},
    fanout={"at": 0.2, "effects": {"slow": 0.5}},
    dropin={"at": 0.5, "effects": {"slow": 0.5}},
    reason="Nobody can stop a thread, but the caller need not wait for it: the call is abandoned, its result dropped.",
)
def _(lab: Lab) -> None:
    parallel = lab.parallel({"slow": lab.blocking("slow", 0.5)})
    lab.call(
        lambda: (
            Timeout(parallel, 0.2).invoke(1) if lab.name == "fanout" else parallel.invoke(1, {"timeout": 0.2})
        )
    )


@scenario(
    "cancel",
    "cancel",
    "the task that awaits ainvoke is cancelled at 0.2 s; a branch cleans up for 0.1 s",
    same={"answer": "CancelledError", "at": 0.3, "effects": {"cleaned": 0.3}},
)
async def _(lab: Lab) -> None:
    async def tidy(_: Any) -> None:
        try:
            await asyncio.sleep(5)
        finally:
            await asyncio.sleep(0.1)
            lab.effects.append(("cleaned", time.monotonic()))

    task = asyncio.create_task(lab.parallel({"tidy": lab.function(tidy)}).ainvoke(1))
    asyncio.get_running_loop().call_later(0.2, task.cancel)
    await lab.acall(task)


# ---- limits


@scenario("limit-invoke", "limit", "20 branches of 0.1 s, limit 2, invoke", same={"peak": 2, "at": 1.0})
def _(lab: Lab) -> None:
    lab.call(lambda: lab.parallel({f"b{n}": lab.step(f"b{n}", 0.1) for n in range(20)}, limit=2).invoke(1))


@scenario(
    "limit-ainvoke",
    "limit",
    "20 branches of 0.1 s, limit 2, ainvoke",
    langchain={"peak": 20, "at": 0.1},
    fanout={"peak": 2, "at": 1.0},
    reason="LangChain's ainvoke ignores max_concurrency. A limit that holds for one way of calling only is a trap.",
)
async def _(lab: Lab) -> None:
    await lab.acall(lab.parallel({f"b{n}": lab.step(f"b{n}", 0.1) for n in range(20)}, limit=2).ainvoke(1))


@scenario(
    "limit-astream",
    "limit",
    "20 branches of 0.1 s, limit 2, astream",
    langchain={"peak": 20, "at": 0.1},
    fanout={"peak": 2, "at": 1.0},
    reason="LangChain's astream ignores max_concurrency too.",
)
async def _(lab: Lab) -> None:
    parallel = lab.parallel({f"b{n}": lab.step(f"b{n}", 0.1) for n in range(20)}, limit=2)
    await lab.acall(_gathered(parallel.astream(1)))


@scenario(
    "limit-nested",
    "limit",
    "4 × 4 nested branches of 0.1 s, limit 2 at both levels, invoke",
    same={"peak": 4, "at": 0.4},
)
def _(lab: Lab) -> None:
    lab.call(lambda: _nested(lab).invoke(1))


@scenario(
    "limit-shared",
    "limit",
    "the same with one limit of 2 for all of it",
    langchain={"peak": 4, "at": 0.4},
    fanout={"peak": 2, "at": 0.8},
    dropin={"peak": 4, "at": 0.4},
    reason="max_concurrency is a number, and every pool applies it anew. A Limiter is shared and held around leaf calls"
    " only, so nested limits compose and cannot deadlock.",
)
def _(lab: Lab) -> None:
    lab.call(lambda: (_nested(lab, Limiter(2)) if lab.name == "fanout" else _nested(lab)).invoke(1))


def _nested(lab: Lab, limit: Any = 2) -> Any:
    def inner(row: int) -> Any:
        return lab.parallel({f"b{n}": lab.step(f"{row}.{n}", 0.1) for n in range(4)}, limit)

    return lab.parallel({f"row{row}": inner(row) for row in range(4)}, limit)


# ---- nesting


@scenario(
    "fail-nested",
    "nesting",
    "a branch fails at 0.1 s while a nested parallel still works for 0.5 s, ainvoke",
    langchain={"at": 0.1, "effects": {"deep": 0.5}},
    fanout={"at": 0.1, "effects": {}},
    reason="Cancelling goes all the way down.",
)
async def _(lab: Lab) -> None:
    inner = lab.parallel({"deep": lab.step("deep", 0.5)})
    await lab.acall(lab.parallel({"inner": inner, "bad": lab.step("bad", 0.1, ValueError)}).ainvoke(1))


# ---- streaming


@scenario(
    "stream-order",
    "streaming",
    "chunks come as {key: chunk} in the order of arrival, astream",
    same={"answer": [{"quick": "quick"}, {"slow": "slow"}], "at": 0.2},
)
async def _(lab: Lab) -> None:
    branches = {"slow": lab.step("slow", 0.2), "quick": lab.step("quick", 0.1)}
    await lab.acall(_gathered(lab.parallel(branches).astream(1)))


@scenario(
    "stream-interleave",
    "streaming",
    "two branches of three chunks each, astream",
    same={"chunks": ["a0@0.1", "b0@0.14", "a1@0.2", "b1@0.28", "a2@0.3", "b2@0.42"]},
)
async def _(lab: Any) -> None:
    def letters(name: str, pause: float) -> Any:
        async def work(_: Any) -> AsyncIterator[str]:
            for n in range(3):
                await asyncio.sleep(pause)
                yield f"{name}{n}"

        return lab.function(work)

    parallel = lab.parallel({"a": letters("a", 0.1), "b": letters("b", 0.14)})
    lab.chunks = [f"{next(iter(c.values()))}@{time.monotonic():g}" async for c in parallel.astream(1)]


@scenario(
    "fail-astream",
    "streaming",
    "a branch fails at 0.05 s, its sibling takes 0.5 s, astream",
    langchain={"answer": "ValueError: bad", "at": 0.05, "effects": {"slow": 0.5}},
    fanout={"answer": "ValueError: bad", "at": 0.05, "effects": {}},
    reason="As in ainvoke: after a failed astream LangChain's sibling runs on.",
)
async def _(lab: Lab) -> None:
    branches = {"slow": lab.step("slow", 0.5), "bad": lab.step("bad", 0.05, ValueError)}
    await lab.acall(_gathered(lab.parallel(branches).astream(1)))


@scenario(
    "leave-stream",
    "streaming",
    "the caller closes an astream after the first chunk at 0.1 s",
    langchain={"effects": {"quick": 0.1, "slow": 0.5}},
    fanout={"effects": {"quick": 0.1}},
    reason="Closing the stream is leaving the call.",
)
async def _(lab: Lab) -> None:
    stream = lab.parallel({"quick": lab.step("quick", 0.1), "slow": lab.step("slow", 0.5)}).astream(1)
    await anext(stream)
    await stream.aclose()
    await asyncio.sleep(5)


async def _gathered(stream: AsyncIterator[Any]) -> list[Any]:
    return [chunk async for chunk in stream]


# ---- what branches share


@scenario(
    "shared-input",
    "shared input",
    'two branches do `d["x"] += 1` on their input',
    same={"answer": {"a": 2, "b": 2}, "input": {"x": 2}},
)
async def _(lab: Any) -> None:
    lab.input = {"x": 0}
    await lab.acall(lab.parallel({"a": _adding(lab), "b": _adding(lab)}).ainvoke(lab.input))


@scenario(
    "copied-input",
    "shared input",
    "the same, with copies of the input where the engine offers them",
    langchain={"answer": {"a": 2, "b": 2}, "input": {"x": 2}},
    fanout={"answer": {"a": 1, "b": 1}, "input": {"x": 0}},
    dropin={"answer": {"a": 2, "b": 2}, "input": {"x": 2}},
    reason="`copy_input=True` gives each branch an object of its own; LangChain has no such option.",
)
async def _(lab: Any) -> None:
    lab.input, branches = {"x": 0}, {"a": _adding(lab), "b": _adding(lab)}
    parallel = Parallel(branches, copy_input=True) if lab.name == "fanout" else lab.parallel(branches)
    await lab.acall(parallel.ainvoke(lab.input))


def _adding(lab: Lab) -> Any:
    async def add(value: dict[str, int]) -> int:
        value["x"] += 1
        await asyncio.sleep(0.1)
        return value["x"]

    return lab.function(add)


_user: contextvars.ContextVar[str] = contextvars.ContextVar("scenario_user", default="nobody")


@scenario(
    "context-in",
    "context variables",
    "a branch reads the caller's variable, on a thread",
    same={"answer": {"a": "ann", "b": "ann"}},
)
def _(lab: Lab) -> None:
    _user.set("ann")
    read = lab.function(lambda _: _user.get())
    lab.call(lambda: lab.parallel({"a": read, "b": read}).invoke(1))


@scenario(
    "context-out",
    "context variables",
    "a branch sets a variable: do its sibling and the caller see it?",
    same={"answer": {"sets": None, "reads": "nobody"}, "caller": "nobody"},
)
async def _(lab: Any) -> None:
    async def sets(_: Any) -> None:
        _user.set("eve")

    async def reads(_: Any) -> str:
        await asyncio.sleep(0.1)
        return _user.get()

    await lab.acall(lab.parallel({"sets": lab.function(sets), "reads": lab.function(reads)}).ainvoke(1))
    lab.caller = _user.get()


# ---- the table


def measure() -> list[dict[str, Any]]:
    """Every scenario as a row: id, area, situation, what each engine did, and the reason of a difference."""
    return [
        {
            "id": s.id,
            "area": s.area,
            "situation": s.situation,
            **{engine: s.run(engine) if engine in s.expected else None for engine in ENGINES},
            "reason": s.reason or None,
        }
        for s in SCENARIOS.values()
    ]


def main() -> None:
    rows, versions = measure(), {"langchain-core": version("langchain-core"), "cores": CORES}
    if "--json" in sys.argv:
        print(
            json.dumps({"versions": versions, "scenarios": rows}, indent=1, ensure_ascii=False, default=str)
        )
        return
    print(f"langchain-core {versions['langchain-core']}, {CORES} cores, virtual time\n")
    print("| scenario | situation | LangChain | fanout | drop-in | why |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        cells = ["" if row[engine] is None else _cell(row[engine]) for engine in ENGINES]
        print(f"| {row['id']} | {row['situation']} | {' | '.join(cells)} | {row['reason'] or ''} |")


def _cell(facts: Facts) -> str:
    return ", ".join(f"{fact} {value}" for fact, value in facts.items()).replace("|", "\\|")


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()

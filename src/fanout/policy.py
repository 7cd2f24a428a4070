"""What all policies share, and the two simplest: `Limited` and `Timeout`.

A policy is a step around another step, so it can stand wherever a step can: on a branch, on the whole, around another
policy. The last one written is the outermost, and order is meaning:

    fetch.with_timeout(1).with_retry(3)     # each attempt has one second
    fetch.with_retry(3).with_timeout(1)     # all attempts and the pauses between them share one second

On a branch a policy sees that branch alone; on the whole it sees the `Parallel` as one call:

    Parallel(a=good, b=flaky.with_retry(3))     # b is called again, a is not
    Parallel(a=good, b=flaky).with_retry(3)     # both are called again, since the whole is

Policies hold no state of a call, so one policy may serve many calls, loops and threads at once; what they count across
calls (places, tokens, failures, cached values) belongs to the limiter, breaker or cache, which has a lock.

Time-outs and hedges run the step as a child, so in a copy of the context variables, as a branch does.

Streams: a policy can take back what it has not given out. Retry and fallback therefore apply until the first part has
been given out; an error after that is raised (LangChain's fallbacks do the same).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from types import FunctionType
from typing import Any, TypeAlias

from fanout.leaf import to_step
from fanout.limits import Limiter
from fanout.outcome import Err, Ok, Outcome
from fanout.recorder import current_recorder, current_span
from fanout.runtime import Limit, Runtime
from fanout.scope import Scope
from fanout.spans import enter, enter_chunks
from fanout.step import Step
from fanout.steplike import I, O, StepLike

ErrorFilter: TypeAlias = type[Exception] | tuple[type[Exception], ...] | Callable[[Exception], bool]
"""Which errors a policy is for: an exception type, several, or a function that is asked."""


def concerns(on: ErrorFilter, error: BaseException) -> bool:
    """Whether a policy is for this error. Never for what is not an `Exception`: cancellation is not a failure."""
    if not isinstance(error, Exception):
        return False
    return isinstance(error, on) if isinstance(on, type | tuple) else bool(on(error))


def positive(name: str, seconds: float) -> float:
    """That number as it is. Raises `ValueError` unless it is above zero."""
    if not seconds > 0:
        raise ValueError(f"{name} must be above 0, not {seconds}")
    return seconds


def note(event: str, **attrs: Any) -> None:
    """Put an event into the current span, if somebody records."""
    recorder, span = current_recorder.get(), current_span.get()
    if recorder is not None and span is not None:
        recorder.event(span, event, **attrs)


def copied(error: Exception) -> Exception:
    """The same error for somebody else, so that each can carry the name of its own branch.

    By hand, since `copy.copy` calls `__init__`, which many exceptions do not let be called with their `args`. What
    cannot be copied is shared.
    """
    kind = type(error)
    try:
        twin = kind.__new__(kind, *error.args)
        if not isinstance(kind.__init__, FunctionType):
            twin.__init__(*error.args)  # type: ignore[misc]
    except Exception:
        return error
    twin.__dict__.update(error.__dict__)
    if notes := getattr(error, "__notes__", None):
        twin.__notes__ = list(notes)
    twin.__cause__, twin.__suppress_context__ = error.__cause__, error.__suppress_context__
    return twin.with_traceback(error.__traceback__)


class Policy(Step[I, O]):
    """A step around another, whose name it bears."""

    def __init__(self, step: StepLike[I, O]) -> None:
        self.step: Step[I, O] = to_step(step)

    @property
    def name(self) -> str:
        return self.step.name

    @property
    def code(self) -> object:
        return self.step.code

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.step!r})"


class Limited(Policy[I, O]):
    """Holds a limit around every leaf call below this step; usually written `step.with_limit(…)`.

    Around leaf calls and not around the step: a `Parallel` that waits for its branches holds nothing, so limits compose
    and nesting cannot deadlock. On a branch it bounds that branch's calls; on the whole, the calls of all branches
    together. All runs of this step share the limit: two concurrent `invoke` of `step.with_limit(4)` have four places
    between them. (`Parallel(limit=4)` is another thing: four *branches* at a time, for each run.)
    """

    kind = "limit"

    def __init__(self, step: StepLike[I, O], limit: int | Limit) -> None:
        super().__init__(step)
        self.limit: Limit = Limiter(limit) if isinstance(limit, int) else limit

    async def run(self, rt: Runtime, value: I) -> O:
        return await enter(rt.limited(self.limit), self.step, value)

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        async with aclosing(enter_chunks(rt.limited(self.limit), self.step, value)) as stream:
            async for chunk in stream:
                yield chunk


class Timeout(Policy[I, O]):
    """`TimeoutError` if the step takes longer; usually written `step.with_timeout(seconds)`.

    Coroutines are cancelled and awaited. A blocking call cannot be stopped: it is abandoned, its thread runs on, the
    trace says so and its result is dropped. Time spent waiting for a limit or backing off counts, since the caller
    waits. On the whole the time is shared by all branches, and what runs when it is over is stopped.

    Of a stream the seconds are those spent waiting for its parts; what the consumer does with a part does not count.
    """

    kind = "timeout"

    def __init__(self, step: StepLike[I, O], seconds: float) -> None:
        super().__init__(step)
        self.seconds = positive("a time-out", seconds)

    async def run(self, rt: Runtime, value: I) -> O:
        try:
            outcome: Outcome[O] = await rt.timeout(self.seconds, _outcome, self.step, value)
        except TimeoutError:  # of this clock: the step's own would be in the outcome
            raise self._late() from None
        if isinstance(outcome, Err):
            outcome.throw()
        return outcome.value

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        left = self.seconds
        async with rt.scope() as scope:
            scope.start(None, _emit_all, scope, self.step, value)
            while True:
                asked = rt.now()
                got = await scope.next(left)
                left -= rt.now() - asked
                if got is None:
                    scope.abandon()
                    raise self._late()
                if isinstance(got[1], Err):
                    got[1].throw()
                if isinstance(got[1], Ok):
                    return
                yield got[1].value

    def _late(self) -> TimeoutError:
        error = TimeoutError(f"{self.step.name} took longer than {self.seconds:g} s")
        recorder, span = current_recorder.get(), current_span.get()
        if recorder is not None and span is not None:
            recorder.end(span, "timeout", error)
        return error


async def _outcome(rt: Runtime, step: Step[I, O], value: I) -> Outcome[O]:
    try:
        return Ok(await enter(rt, step, value))
    except Exception as error:
        return Err(error)


async def _emit_all(rt: Runtime, scope: Scope, step: Step[Any, Any], value: Any) -> None:
    async with aclosing(enter_chunks(rt, step, value)) as stream:
        async for chunk in stream:
            await scope.emit(None, chunk)

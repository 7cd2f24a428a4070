"""A recorded branch that is a coroutine function: the usual case, and the hottest place of a recording."""

from __future__ import annotations

import types
from collections.abc import Awaitable, Coroutine, Generator
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from fanout.outcome import Err, Ok
from fanout.recorder import OpenSpan, Recorder, current_span

if TYPE_CHECKING:
    from fanout.async_runtime import AsyncScope
    from fanout.scope import Key


async def watched(scope: AsyncScope, key: Key, recorder: Recorder, span: OpenSpan, value: Any) -> None:
    """All that the task of such a child runs: the step `span.code`, each stretch of its coroutine noted in `span`.

    `fanout.spans.traced` does the same in three coroutines, one around the other, and serves everybody else. Here each
    of them, and each call, would be a twentieth of what a branch costs; so `Recorder.state` and `end` are written out,
    which leaves listeners to `traced`.
    """
    current_span.set(span)  # in the task's own context, which ends with it
    log, now = recorder.log.extend, span.now
    argument: Any = None
    log((span, now(), "running"))
    try:
        step: Any = span.code
        coro: Any = step.run(scope.runtime, value)
        if type(coro) is not CoroutineType:
            coro = as_coroutine(coro)
        resume: Any = coro.send
        while True:
            waits_for = resume(argument)
            log((span, now(), "suspended"))
            try:
                argument = await _passed_on(waits_for)
                resume = coro.send
            except GeneratorExit:
                coro.close()
                raise
            except BaseException as error:
                resume, argument = coro.throw, error
            log((span, now(), "running"))
    except StopIteration as stop:
        span.outcome, span.end = "ok", now()
        scope.settle(key, Ok(stop.value))
    except BaseException as error:
        argument = None  # it may be this error, which holds this frame
        recorder.failed(span, error)
        scope.settle(key, Err(error))


@types.coroutine
def _passed_on(waits_for: Any) -> Generator[Any, Any, Any]:
    return (yield waits_for)


def as_coroutine(awaitable: Awaitable[Any]) -> Coroutine[Any, Any, Any]:
    """What a coroutine function of the user's gave: a coroutine, or something else to be awaited in one."""
    return awaitable if type(awaitable) is CoroutineType else _awaiting(awaitable)


async def _awaiting(awaitable: Awaitable[Any]) -> Any:
    return await awaitable

"""Where steps run: `step.on(executor)`, for any `concurrent.futures.Executor`.

Thread pools, process pools, `distributed.Client.get_executor(pure=False)` for a Dask cluster (with `pure=True`, Dask's
default, identical calls run once), and whatever else has this interface. Only the *leaf calls* below the step run
there. What composes them (`Parallel`, `Retry`, …) stays here and waits without a place in the pool, so a nested
fan-out cannot deadlock on a pool that is too small. The innermost `on` counts.

What differs between the places:

* A thread pool shares memory: calls run in a copy of the caller's context, and arguments are passed as they are.
* Processes and sub-interpreters (`InterpreterPoolExecutor` is a subclass of `ThreadPoolExecutor`, and yet not one of
  threads that share anything) get pickled copies and no context variables: a `Context` cannot be pickled. Here the
  function and its arguments are pickled before the call is handed over, so what cannot be is refused at once, in
  words, and never breaks a pool.
* Dask pickles by `cloudpickle`, which takes lambdas and closures, too; the same holds for what it cannot take.

An executor has no event loop: a coroutine function is a `TypeError`. Functions that are `inline` do not go to the
executor. A generator's parts come together, when it has ended.

Cancellation: a call that still waits in the executor's queue is taken out. One that runs cannot be stopped from here
and is awaited, or abandoned where blocking calls are (see `Scope.abandon`). If somebody else cancels it, say by
`executor.shutdown(cancel_futures=True)`, that is an error of the call: `concurrent.futures.CancelledError`.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import pickle
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import aclosing, suppress
from contextvars import copy_context
from types import CoroutineType
from typing import Any

from fanout.policy import Policy
from fanout.recorder import current_recorder, current_span
from fanout.runtime import Ended, Leaf, Runtime, ignore
from fanout.scope import Token
from fanout.spans import enter, enter_chunks
from fanout.steplike import I, O, StepLike


class OnExecutor(Policy[I, O]):
    """Runs the leaf calls of a step on an executor; usually written `step.on(executor)`.

    The executor stays the caller's: it is neither started nor shut down here. On a branch, that branch's calls go
    there; on the whole, the calls of all branches.
    """

    kind = "executor"

    def __init__(self, step: StepLike[I, O], executor: Executor) -> None:
        super().__init__(step)
        if not callable(getattr(executor, "submit", None)):
            raise TypeError(f"{executor!r} is no executor: it has no submit()")
        self.executor = executor

    async def run(self, rt: Runtime, value: I) -> O:
        return await enter(rt.on(self.executor), self.step, value)

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        async with aclosing(enter_chunks(rt.on(self.executor), self.step, value)) as stream:
            async for chunk in stream:
                yield chunk


async def submit(rt: Runtime, leaf: Leaf, args: tuple[Any, ...], ended: Ended = ignore) -> Any:
    """Call a leaf on the executor of the runtime. `ended` is told when the call has really ended."""
    try:
        rt.token.check()
        if leaf.func is None:
            raise TypeError(
                f"{leaf.name} is a coroutine function: it needs an event loop, so it cannot run on an executor"
            )
        future = _submit(rt.executor, leaf.name, leaf.func, args)
    except BaseException as error:
        ended(error)
        raise
    future.add_done_callback(lambda future: ended(_error(future)))
    await _over(rt, future)
    try:
        value = future.result()
    except concurrent.futures.CancelledError as error:
        error.add_note(f"the executor dropped the call of {leaf.name}: was it shut down?")
        raise
    if type(value) is CoroutineType:
        value.close()
        raise TypeError(
            f"{leaf.name} returned a coroutine: it needs an event loop, so it cannot run on an executor"
        )
    return value


async def submit_items(rt: Runtime, leaf: Leaf, args: tuple[Any, ...]) -> AsyncGenerator[Any]:
    """The items of a generator function that runs on the executor: all of them, when it has ended."""
    listing = _Listing(leaf.func, leaf.name)
    for item in await submit(rt, listing, args):
        yield item


class _Listing:
    """A generator function as a function that returns the list of its items."""

    afunc = None
    inline = False

    def __init__(self, generates: Callable[..., Any] | None, name: str) -> None:
        self.generates, self.name = generates, name
        self.func = None if generates is None else self

    def __call__(self, *args: Any) -> list[Any]:
        assert self.generates is not None
        return list(self.generates(*args))


def _submit(executor: Any, name: str, func: Callable[..., Any], args: tuple[Any, ...]) -> Future[Any]:
    if shares_memory(executor):
        return _submit_to_thread(executor, func, args)
    if type(executor).__module__.partition(".")[0] == "distributed":
        _check(name, _cloudpickle(), func, args)
        future: Future[Any] = executor.submit(func, *args)
        return future
    if pickles(executor):
        return executor.submit(_unpickle_and_call, _check(name, pickle.dumps, func, args))  # type: ignore[no-any-return]
    return executor.submit(func, *args)  # type: ignore[no-any-return]


def shares_memory(executor: object) -> bool:
    """Whether calls run on threads of this interpreter, so that a context and any argument can be handed over."""
    return isinstance(executor, ThreadPoolExecutor) and not _interpreters(executor)


def pickles(executor: object) -> bool:
    """Whether the executor hands over by `pickle`: processes and sub-interpreters do."""
    return isinstance(executor, concurrent.futures.ProcessPoolExecutor) or _interpreters(executor)


def _interpreters(executor: object) -> bool:
    kind = getattr(concurrent.futures, "InterpreterPoolExecutor", None)  # from Python 3.14 on
    return kind is not None and isinstance(executor, kind)


def _submit_to_thread(executor: Any, func: Callable[..., Any], args: tuple[Any, ...]) -> Future[Any]:
    recorder, span, context = current_recorder.get(), current_span.get(), copy_context()

    if recorder is not None and span is not None:
        recorder.state(span, "queued")

    def call() -> Any:
        if recorder is not None and span is not None:
            recorder.state(span, "busy")
        return context.run(func, *args)

    return executor.submit(call)  # type: ignore[no-any-return]


def _check(
    name: str, dumps: Callable[[Any], bytes], func: Callable[..., Any], args: tuple[Any, ...]
) -> bytes:
    try:
        return dumps((func, args))
    except Exception as error:
        raise TypeError(
            f"{name} cannot be sent to another process or interpreter: {_culprit(dumps, func, args)} "
            f"cannot be pickled ({error})"
        ) from error


def _culprit(dumps: Callable[[Any], bytes], func: Callable[..., Any], args: tuple[Any, ...]) -> str:
    for thing in args:
        try:
            dumps(thing)
        except Exception:
            return f"its input, a {type(thing).__name__},"
    return f"the function {getattr(func, '__qualname__', func)!s}"


def _cloudpickle() -> Callable[[Any], bytes]:
    from distributed.protocol.pickle import dumps

    return dumps


def _unpickle_and_call(payload: bytes) -> Any:
    func, args = pickle.loads(payload)
    return func(*args)


async def _over(rt: Runtime, future: Future[Any]) -> None:
    """Wait until a call has ended. Cancelled meanwhile, take it out of the queue, or wait for it unless abandoned."""
    signal = rt.signal()
    future.add_done_callback(lambda _: signal.set())
    try:
        await signal.wait()
    except asyncio.CancelledError as cancelled:
        if future.cancel():
            raise
        calm = rt.within(Token()).signal()  # on threads, one that cancellation does not wake
        future.add_done_callback(lambda _: calm.set())
        while not future.done() and not rt.token.abandoned:
            with suppress(asyncio.CancelledError):  # asked again: the call still comes first
                await calm.wait()
        if future.done():
            raise cancelled from _error(future)
        _note_abandoned(future)
        raise


def _note_abandoned(future: Future[Any]) -> None:
    recorder, span = current_recorder.get(), current_span.get()
    if recorder is not None and span is not None:
        recorder.end(span, "abandoned")
        future.add_done_callback(lambda _: recorder.end(span, "ok"))


def _error(future: Future[Any]) -> BaseException | None:
    """What the call raised, if it has."""
    try:
        return future.exception()
    except concurrent.futures.CancelledError as error:
        return error

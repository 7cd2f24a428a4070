"""The two entrances to virtual time."""

import asyncio
import inspect
import random
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypedDict, TypeVar, Unpack, overload

from fanout.clock.backend import allocate_lock
from fanout.clock.clock import EPOCH, VirtualClock, current_clock, discard
from fanout.clock.errors import VirtualTimeError
from fanout.clock.patches import Patches, stand_in
from fanout.clock.strand import Event, holder

T = TypeVar("T")

_real_perf_counter = time.perf_counter
_one_at_a_time = allocate_lock()


class Options(TypedDict, total=False):
    """What `simulate` and `virtual_time` can be told.

    seed: seeds `random` for the time of the simulation (default 0); None leaves it as it is.
    epoch: what `time.time()` says at the start, in seconds (default: the beginning of 2026, UTC).
    drain: how many virtual seconds threads that were left behind get to finish (default 3600).
    spin_limit: so many readings of the clock without any other step, and each further one takes 1 ms (default
        100 000); a loop that polls the time cannot stop it.
    grace: how many real seconds to wait for a thread from outside before a deadlock is declared (default 0.05; one
        second once such a thread has taken part).
    patience: after so many real seconds without a step, say on stderr which line is busy (default 5; None never).
    record: keep the schedule in `events` (default off).
    """

    seed: int | None
    epoch: float
    drain: float
    spin_limit: int
    grace: float
    patience: float | None
    record: bool


@dataclass(frozen=True)
class Simulation(Generic[T]):
    """What a simulation gave.

    value: what the work returned.
    elapsed: virtual seconds until it returned.
    settled: virtual seconds until everything that it left behind had finished, too.
    real: the real seconds that all of it took.
    events: the schedule, step by step, if recorded; the same in every run.
    notes: sentences about threads that had to be stopped or came from outside.
    real_waits: sentences about threads that seem to have waited in real time (on a busy machine: for a core).
    """

    value: T
    elapsed: float
    settled: float
    real: float
    events: tuple[Event, ...]
    notes: tuple[str, ...]
    real_waits: tuple[str, ...]


@contextmanager
def virtual_time(**options: Unpack[Options]) -> Iterator[VirtualClock]:
    """Run a block in virtual time: `with virtual_time() as clock: …`.

    In the block the calling thread, every thread that it starts and every event loop in them share one clock, that
    of `clock.now`. Exactly one of them runs at a time, in an order that is the same in every run; when all wait, time
    jumps to the next timer. What computes takes no time. `time.*`, locks, queues, `Thread`, `ThreadPoolExecutor` and
    `asyncio` are replaced wherever they were imported, for simulated threads only, and put back at the end, when also
    the threads that are left have finished (see `VirtualClock.close`). Exceptions pass through unchanged. A block
    inside a block is on the same clock; its options are ignored.

    Run coroutines by `clock.run(…)`. `await` in the block would suspend it and let real time pass: it is refused.

    Limits. Only global names of modules are replaced: a `sleep`, `monotonic` or `Lock` kept elsewhere before the
    block (a default argument, a class attribute, a dataclass's `default_factory`) stays real. So do processes, sockets,
    `_thread.start_new_thread`, and `datetime.now` outside `__main__` and LangChain's tracers. A thread that waits in
    real time holds all others up. That goes for a lock made before the block if its holder waits (those that are global
    names of `__main__` are taken in), for a `SimpleQueue` made before it, and for a loop that waits for a variable to
    change without sleeping, reading the time or trying a lock. Whatever holds the others up for `patience` seconds is
    named on stderr. Run ids made from the system's randomness differ from run to run.

    Raises `Deadlock` where the main thread of the simulation waits when nothing can happen any more, and
    `VirtualTimeError` for a second simulation at the same time, an `await` in the block, a thread pool made outside,
    a process pool, and a socket of the virtual event loop.
    """
    strand = holder()
    if strand is not None:
        clock = current_clock()
        assert clock is not None
        yield clock
        return
    if not _one_at_a_time.acquire(False):
        raise VirtualTimeError("another thread is running a simulation: there can be one at a time")
    with ExitStack() as stack:
        stack.callback(_one_at_a_time.release)
        stack.callback(random.setstate, random.getstate())
        clock = VirtualClock(
            epoch=options.get("epoch", EPOCH),
            drain=options.get("drain", 3600.0),
            spin_limit=options.get("spin_limit", 100_000),
            grace=options.get("grace", 0.05),
            patience=options.get("patience", 5.0),
            record=options.get("record", False),
        )
        patches = Patches()
        stack.callback(patches.undo)
        patches.install()
        stack.enter_context(_interrupts(clock))
        stack.enter_context(_no_await(clock))
        if (seed := options.get("seed", 0)) is not None:
            random.seed(seed)
        clock.open()
        try:
            yield clock
        finally:
            clock.close()


@overload
def simulate(work: Awaitable[T], /, **options: Unpack[Options]) -> Simulation[T]: ...
@overload
def simulate(
    work: Callable[..., Awaitable[T]], /, *args: Any, **options: Unpack[Options]
) -> Simulation[T]: ...
@overload
def simulate(work: Callable[..., T], /, *args: Any, **options: Unpack[Options]) -> Simulation[T]: ...
def simulate(work: Any, /, *args: Any, **options: Unpack[Options]) -> Simulation[Any]:
    """Run a coroutine, or call a function with `args`, in virtual time, here and now: `simulate(chain.invoke, 1)`.

    A function that returns an awaitable has it run as well, so `simulate(chain.ainvoke, 1)` does what it says. No
    `await`: it works the same at the top level, below a running event loop and in a test. All that is said of
    `virtual_time` holds. Inside a simulation it runs on the clock that is there.
    """
    started = _real_perf_counter()
    try:
        with virtual_time(**options) as clock:
            began = clock.ns
            # `simulate(time.sleep, 3)` has looked the function up before it could be replaced.
            value = work if inspect.isawaitable(work) else stand_in(work)(*map(stand_in, args))
            if inspect.isawaitable(value):
                value, answered = clock.run_timed(value)
            else:
                answered = clock.ns
    except BaseException:
        discard(work)
        raise
    return Simulation(
        value=value,
        elapsed=(answered - began) / 1e9,
        settled=(clock.ns - began) / 1e9,
        real=_real_perf_counter() - started,
        events=tuple(clock.events or ()),
        notes=tuple(clock.notes),
        real_waits=tuple(clock.real_waits.notes),
    )


@contextmanager
def _interrupts(clock: VirtualClock) -> Iterator[None]:
    """Ctrl-C belongs to the clock, if nobody else has claimed it."""
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    signal.signal(signal.SIGINT, clock.interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def _no_await(clock: VirtualClock) -> Iterator[None]:
    """Below a running loop: refuse an `await` in the block, at the `await`.

    The loop can only get to run if the block has given up its turn. Then the simulation is given up and the block's
    task cancelled; the cancellation is turned into the error on its way out. The loop of a web page (Pyodide's, not a
    `BaseEventLoop`) also runs while a thread's stack is set aside, so there it says nothing.
    """
    outer = asyncio._get_running_loop()
    if not isinstance(outer, asyncio.BaseEventLoop) or outer.is_closed():
        yield
        return
    task = asyncio.current_task(outer)
    suspended = False

    def on_turn_of_outer_loop() -> None:
        nonlocal suspended
        if not clock.closed:
            suspended = True
            clock.abandon()
            if task is not None:
                task.cancel()

    handle = outer.call_soon(on_turn_of_outer_loop)
    cause: BaseException | None = None
    try:
        yield
    except BaseException as error:
        if not suspended:
            raise
        cause = None if isinstance(error, asyncio.CancelledError) else error
    finally:
        handle.cancel()
    if suspended:
        if task is not None:
            task.uncancel()
        raise VirtualTimeError(
            "`await` inside `with virtual_time()` would wait in real time: use clock.run(…) or simulate(…)"
        ) from cause

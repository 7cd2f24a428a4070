"""The clock as its users see it: what time it is, how to run a coroutine on it, how it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from fanout.clock.baton import ENDING_JUMPS, Baton
from fanout.clock.errors import Stopped, VirtualTimeError
from fanout.clock.loop import VirtualLoop, hidden_loop
from fanout.clock.report import Watchdog, idle_pool_worker, where_waits
from fanout.clock.strand import DRAIN, Ticket, holder

T = TypeVar("T")

#: `time.time()` starts at 2026-01-01T00:00:00Z.
EPOCH = 1_767_225_600.0


class VirtualClock(Baton):
    """The clock of one simulation; made by `virtual_time` and `simulate`, found by `current_clock`.

    Attributes: `notes` (sentences about threads that had to be stopped or came from outside), `events` (the schedule,
    if recorded), `switches` (how often the baton changed hands).
    """

    def __init__(
        self,
        *,
        epoch: float,
        drain: float,
        spin_limit: int,
        grace: float,
        patience: float | None,
        record: bool,
    ) -> None:
        super().__init__(spin_limit=spin_limit, grace=grace, record=record)
        self.epoch_ns = round(epoch * 1e9)
        self._drain_ns = round(drain * 1e9)
        self._closers: list[Callable[[], object]] = []
        self._ended_ns: int | None = None
        self._patience = patience
        self._watchdog: Watchdog | None = None

    @property
    def now(self) -> float:
        """Virtual seconds since the start; after the end, the moment at which the block was left."""
        return (self.ns if self._ended_ns is None else self._ended_ns) / 1e9

    @property
    def settled(self) -> float:
        """Virtual seconds until the last straggler had finished (see `close`)."""
        return self.ns / 1e9

    def run(self, awaitable: Awaitable[T]) -> T:
        """Run a coroutine to its end on a new virtual event loop, as `asyncio.run` does, and return its result.

        Works below a running event loop (in a notebook), which waits meanwhile. The coroutine runs in a copy of the
        caller's context. Tasks that it leaves behind are cancelled, its default executor is shut down.

        Raises `RuntimeError` inside a coroutine that already runs on a virtual loop (there: `await` it), and
        `VirtualTimeError` where no simulated thread calls.
        """
        return self.run_timed(awaitable)[0]

    def run_timed(self, awaitable: Awaitable[T], debug: bool | None = None) -> tuple[T, int]:
        """`run`, and the time of the answer in ns: what has been left behind may take longer to end."""
        strand = holder()
        running = asyncio._get_running_loop()
        problem: Exception | None = None
        if strand is None or strand.clock is not self:
            problem = VirtualTimeError(
                "this clock belongs to a simulation of another thread, or one that has ended"
            )
        elif isinstance(running, VirtualLoop):
            problem = RuntimeError(
                "asyncio.run() cannot be called from a running event loop: await the coroutine"
            )
        if problem is not None:
            discard(awaitable)
            raise problem
        with hidden_loop(), asyncio.Runner(debug=debug, loop_factory=lambda: VirtualLoop(self)) as runner:
            coroutine = awaitable if asyncio.iscoroutine(awaitable) else _await(awaitable)
            value = runner.run(coroutine)
            return value, self.ns

    def on_close(self, callback: Callable[[], object]) -> None:
        """Call `callback()` when the simulated work has returned, while time is still virtual.

        For caches of idle threads: they belong to one clock, and this is the moment to let the threads go.
        """
        self._closers.append(callback)

    def open(self) -> None:
        """Begin: the calling thread is the main thread of the simulation."""
        self.root.enter()
        self.real_waits.start()
        if self._patience is not None:
            self._watchdog = Watchdog(self, self._patience)

    def close(self) -> None:
        """End the simulation.

        Threads that the work has left behind get up to `drain` virtual seconds to finish. Those that would go on, or
        wait, for ever are ended by a `SystemExit` where they wait, and noted. Idle threads of a pool that is not shut
        down become ordinary threads.
        """
        if self._watchdog is not None:
            self._watchdog.stop()
        if self.closed:
            return
        self._ended_ns = self.ns
        try:
            self.real_waits.stop(self.root.name, self.ns)
            for callback in reversed(self._closers):
                callback()
            self._let_others_run(until=self.ns + self._drain_ns)
            if self._stop_stragglers():
                self._let_others_run(until=self.ns)
        finally:
            self.abandon()

    def _let_others_run(self, until: int) -> None:
        if len(self.strands) > 1:
            self._horizon, self._jumps_left = until, ENDING_JUMPS
            self.park(Ticket(self.root, DRAIN))

    def _stop_stragglers(self) -> bool:
        stragglers = [
            (strand, strand.ticket)
            for strand in self.strands
            if strand.ticket is not None and not idle_pool_worker(strand)
        ]
        for strand, ticket in stragglers:
            self.notes.append(f"did not end by itself and was stopped: {where_waits(strand)}")
            strand.error = Stopped()
            self.wake(ticket)
        return bool(stragglers)


def current_clock() -> VirtualClock | None:
    """The clock of the simulation that the calling thread takes part in, or None in real time.

    Whatever caches threads, locks or times must keep them apart by this clock.
    """
    strand = holder()
    return strand.clock if strand is not None else None  # type: ignore[return-value]


def discard(work: object) -> None:
    """Close a coroutine that will not run, so that nobody is warned that it was never awaited."""
    if asyncio.iscoroutine(work):
        work.close()


async def _await(awaitable: Awaitable[T]) -> T:
    return await awaitable


def run(main: Coroutine[Any, Any, T], *, debug: bool | None = None, loop_factory: object = None) -> T:
    """Stands for `asyncio.run` in a simulation. A `loop_factory` is ignored: its loop would wait in real time."""
    clock = current_clock()
    assert clock is not None
    return clock.run_timed(main, debug)[0]

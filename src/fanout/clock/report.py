"""What the clock can tell about its threads: where each waits, and which one waits in real time."""

import _thread
import linecache
import sys
import time
import traceback
from collections.abc import Iterable
from pathlib import PurePath
from types import CoroutineType, FrameType
from typing import TYPE_CHECKING, Any, TextIO

from fanout.clock.backend import allocate_lock

if TYPE_CHECKING:
    from fanout.clock.baton import Baton
    from fanout.clock.strand import Strand

_perf_counter = time.perf_counter
_cpu_time = getattr(time, "thread_time", time.perf_counter)

#: A real wait of a thread that keeps the baton is worth a note from this many seconds on.
NOTEWORTHY = 0.1

#: Waiting is done in here on behalf of a caller; the caller's line is the one to show.
_MACHINERY = ("threading", "queue", "concurrent.futures._base", "concurrent.futures.thread", "fanout.clock")


def is_machinery(module: str) -> bool:
    """Whether that module only waits on behalf of others."""
    return module in _MACHINERY or module.startswith("fanout.clock.")


def line_of(filename: str, line: int) -> str:
    return f"{PurePath(filename).name}:{line} {linecache.getline(filename, line).strip()}"


def where_waits(strand: "Strand") -> str:
    """The strand, what it waits for, and the line of its own code at which it does."""
    if strand.ticket is None or strand.frame is None:
        return f"{strand.name} runs"
    if idle_pool_worker(strand):
        return f"{strand.name} is an idle thread of a pool"
    frame = _callers_frame(strand.frame)
    return (
        f"{strand.name} waits ({strand.ticket.kind}) at {line_of(frame.f_code.co_filename, frame.f_lineno)}"
    )


def report(strands: "Iterable[Strand]") -> list[str]:
    """One line for each strand, and one for each asyncio task of a loop that is idle in it."""
    lines = []
    for strand in strands:
        lines.append(f"  {where_waits(strand)}")
        if strand.loop is not None:
            lines += [f"    {line}" for line in strand.loop.waiting_tasks()]
    return lines


def _callers_frame(frame: FrameType) -> FrameType:
    found: FrameType | None = frame
    while found is not None and (
        is_machinery(found.f_globals.get("__name__", "")) or found.f_globals.get("__package__") == "asyncio"
    ):
        found = found.f_back
    return found or frame


def idle_pool_worker(strand: "Strand") -> bool:
    """Whether the strand is a thread of a pool that waits for work (and not inside a piece of work)."""
    frame = strand.frame
    while frame is not None and frame.f_globals.get("__name__") != "concurrent.futures.thread":
        if not is_machinery(frame.f_globals.get("__name__", "")):
            return False
        frame = frame.f_back
    return frame is not None and frame.f_code.co_name == "_worker"


def where_awaits(coroutine: object) -> str:
    """The name of a suspended coroutine and the innermost line, outside asyncio, at which it waits."""
    name, found = getattr(coroutine, "__qualname__", repr(coroutine)), ""
    while isinstance(coroutine, CoroutineType) and coroutine.cr_frame is not None:
        frame = coroutine.cr_frame
        if frame.f_globals.get("__package__") != "asyncio" or not found:
            found = line_of(frame.f_code.co_filename, frame.f_lineno)
        coroutine = coroutine.cr_await
    return f"task {name} awaits at {found}"


class RealWaits:
    """Notes each time that a thread seems to have waited in real time with the baton in its hand.

    It compares real time with processor time, so on a busy machine it also notes threads that had to wait for a core.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.start()

    def start(self) -> None:
        self._since = _perf_counter(), _cpu_time()

    def stop(self, name: str, ns: int) -> None:
        real, cpu = self._since
        waited = (_perf_counter() - real) - (_cpu_time() - cpu)
        if waited > NOTEWORTHY:
            self.notes.append(
                f"{name} waited {waited:.2f} s of real time at {ns / 1e9:g} s: network, a lock from before the "
                "simulation, or a time function that was bound before it?"
            )


class Watchdog:
    """Says on `stderr`, once, which line keeps the baton for longer than `patience` seconds of real time.

    It only tells. A lock from before the simulation can block for ever, a slow download will end: from outside the
    two look alike.
    """

    def __init__(self, clock: "Baton", patience: float) -> None:
        self._clock = clock
        self._patience = patience
        self._over = allocate_lock()
        self._over.acquire()
        self._stderr: TextIO | Any = sys.stderr
        _thread.start_new_thread(self._watch, ())

    def stop(self) -> None:
        if self._over.locked():
            self._over.release()

    def _watch(self) -> None:
        seen = None
        while not self._over.acquire(True, self._patience):
            strand = self._clock.current
            state = (self._clock.switches, self._clock.ns, strand)
            frame = sys._current_frames().get(strand.ident) if strand.ident is not None else None
            if state == seen and frame is not None:
                stack = "".join(traceback.format_stack(frame)[-4:])
                now = self._clock.ns / 1e9
                self._stderr.write(
                    f"virtual time stands still at {now:g} s: {strand.name} is busy for real\n{stack}"
                )
                return
            seen = state

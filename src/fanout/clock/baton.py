"""The baton: exactly one thread of a simulation runs at a time.

Every blocking call ends up in `Baton.park`, which hands the baton to the thread that has been ready the longest.
Only when nobody is ready does virtual time move, in one jump, to the earliest timer. A thread that computes, reads a
file or talks to the network keeps the baton, so the clock stands still meanwhile: an event may come late, never early.

Everything but `post` and `interrupt` is called by the thread that holds the baton; that is why nothing here locks.
"""

import heapq
import sys
from collections import deque
from collections.abc import Callable
from itertools import count
from types import FrameType

from fanout.clock.backend import backend
from fanout.clock.errors import Deadlock, Stopped
from fanout.clock.report import RealWaits, idle_pool_worker, report
from fanout.clock.strand import CREEP, LOOP, SLEEP, Event, Strand, Ticket, holder, is_simulated

#: Waits at which an interrupted simulation ends its other threads: they are where endless loops pass.
ENDLESS = frozenset({SLEEP, LOOP, CREEP})

#: A signal that strikes just before the main thread waits does not end the wait; so it looks again, in real seconds.
SIGNAL_LATENCY = 0.5

#: How much a pass through `sleep(0)` or an idle turn of an event loop weighs against one reading of the clock.
YIELD_WEIGHT = 5

#: One poll of a thread that only polls takes this long.
CREEP_NS = 1_000_000

#: No more jumps than this while the simulation ends, whatever the horizon.
ENDING_JUMPS = 100_000


class Baton:
    """The scheduler. `ns` is the virtual time in nanoseconds since the start."""

    def __init__(self, *, spin_limit: int, grace: float, record: bool) -> None:
        self.ns = 0
        self.closed = False
        self.switches = 0
        self.notes: list[str] = []
        self.events: list[Event] | None = [] if record else None
        self.numbers = count(1)
        self.real_waits = RealWaits()
        self.strands: dict[Strand, None] = {}  # those not finished, in the order of their start
        self._names = count(1)
        self._spin_limit = spin_limit
        self._grace = grace
        self._ready: deque[Strand] = deque()
        self._timers: list[tuple[int, int, Ticket]] = []
        self._timer_order = count()
        self._mail: deque[Callable[[], object]] = deque()
        self._bell = backend.gate()
        self._listening = False
        self._outsiders = 0
        self._horizon: int | None = None  # set while the simulation ends: time does not go beyond
        self._jumps_left = ENDING_JUMPS
        self._root_inside = False  # the main thread is in the scheduler: no exception may strike there
        self._interrupted = False
        self._stopping = False
        self.root = self.current = Strand(self, "main")
        self.strands[self.root] = None

    # -- waiting ------------------------------------------------------------------------------------------------

    def park(self, ticket: Ticket, deadline: int | None = None) -> bool:
        """Give the baton away until `ticket` is woken (True) or the virtual time `deadline` has come (False)."""
        strand = self.current
        if strand is self.root:
            self._root_inside = True
        elif self._stopping and ticket.kind in ENDLESS:
            raise Stopped
        if ticket.kind != CREEP:
            strand.polls = 0
        strand.ticket = ticket
        strand.frame = sys._getframe(1)
        if deadline is not None:
            self._set_timer(deadline, ticket)
        self.log(strand, ticket.kind)
        self._hand_over(strand)
        strand.ticket = strand.frame = None
        self._resume(strand)
        return not ticket.timed_out

    def sleep(self, ns: int | None) -> None:
        """Let `ns` nanoseconds of virtual time pass; None is for ever, 0 only lets the others run."""
        if ns == 0:
            self.give_way()
        else:
            self.park(Ticket(self.current, SLEEP), None if ns is None else self.ns + ns)

    def give_way(self) -> None:
        """Let every thread that is ready run before this one goes on."""
        self.poll(YIELD_WEIGHT)
        if self._ready or self._mail:
            strand = self.current
            if strand is self.root:
                self._root_inside = True
            self._ready.append(strand)
            self._hand_over(strand)
            self._resume(strand)

    def read(self) -> int:
        """The time in nanoseconds, as asked for by the simulated program."""
        self.poll()
        return self.ns

    def progress(self) -> None:
        """Say that the running thread has done more than poll."""
        self.current.polls = 0

    def poll(self, weight: int = 1) -> None:
        """Count a step that may be one of a loop which only waits for something to change."""
        # `while time.monotonic() < end: pass` would wait for ever if a reading were always free: a thread that does
        # nothing but poll pays for each further poll with a millisecond. Once found out, it pays sooner.
        strand = self.current
        strand.polls += weight
        if strand.polls > (self._spin_limit // 100 if strand.crept else self._spin_limit):
            strand.crept = True
            self.park(Ticket(strand, CREEP), self.ns + CREEP_NS)

    def _resume(self, strand: Strand) -> None:
        if strand is self.root:
            self._root_inside = False
            if self._interrupted:
                self._interrupted, self._stopping = False, True
                raise KeyboardInterrupt
        if strand.error is not None:
            error, strand.error = strand.error, None
            raise error

    # -- waking -------------------------------------------------------------------------------------------------

    def wake(self, ticket: Ticket) -> None:
        """End that wait, if it still lasts."""
        if ticket.strand.ticket is ticket:
            ticket.strand.ticket = None
            self._ready.append(ticket.strand)

    def post(self, action: Callable[[], object]) -> None:
        """Do `action` with the baton in hand: now if the caller holds it, else by mail.

        The one entrance for threads from outside the simulation, and for finalizers.
        """
        if holder() is not None:
            action()
            return
        self._mail.append(action)
        if not is_simulated():
            self._outsiders += 1
            if self._outsiders == 1:
                self.notes.append("a thread from outside the simulation took part: its work ran in real time")
        if self._listening:
            self._bell.open()

    # -- strands ------------------------------------------------------------------------------------------------

    def add(self) -> Strand:
        """A new strand, ready to run; starting a thread does not yet switch to it, as with `asyncio.create_task`."""
        strand = Strand(self, f"T{next(self._names)}")
        self.strands[strand] = None
        self._ready.append(strand)
        self.progress()
        return strand

    def discard(self, strand: Strand) -> None:
        """Forget a strand whose thread could not be started."""
        del self.strands[strand]
        self._ready.remove(strand)

    def finish(self, strand: Strand) -> None:
        """The strand's thread has done its work: wake who joins it and hand the baton on."""
        strand.done = True
        strand.leave()
        if self.closed:
            return
        self.log(strand, "end")
        del self.strands[strand]
        for ticket in strand.joiners:
            self.wake(ticket)
        self._hand_over(strand)

    def log(self, strand: Strand, what: str) -> None:
        if self.events is not None:
            self.events.append(Event(self.ns / 1e9, strand.name, what))

    # -- the choice of who runs next ----------------------------------------------------------------------------

    def _hand_over(self, strand: Strand) -> None:
        self.real_waits.stop(strand.name, self.ns)
        successor = self._next()
        if successor is not strand:
            self.current = successor
            self.switches += 1
            successor.gate.open()
            if strand.done:
                return
            latency = SIGNAL_LATENCY if strand is self.root else -1
            while not strand.gate.wait(latency):
                pass
        self.real_waits.start()

    def _next(self) -> Strand:
        while True:
            while self._mail:
                self._mail.popleft()()
            if self._ready:
                return self._ready.popleft()
            if self._jump():
                continue
            if self._horizon is not None:  # the simulation ends, and nobody else will move
                self.root.ticket = None
                return self.root
            if not self._listen():
                self._break_deadlock()

    def _set_timer(self, deadline: int, ticket: Ticket) -> None:
        # Each strand has at most one live timer: what is beyond that was woken before its time, and is swept out
        # now and then so that a million waits with a long time-out do not pile up.
        if len(self._timers) > 64 + 4 * len(self.strands):
            self._timers = [timer for timer in self._timers if timer[2].strand.ticket is timer[2]]
            heapq.heapify(self._timers)
        heapq.heappush(self._timers, (deadline, next(self._timer_order), ticket))

    def _jump(self) -> bool:
        """Move time to the earliest timer and wake all that are due, in the order in which they were set."""
        timers = self._timers
        while timers and timers[0][2].strand.ticket is not timers[0][2]:
            heapq.heappop(timers)
        if not timers:
            return False
        if self._horizon is not None:
            self._jumps_left -= 1
            if timers[0][0] > self._horizon or self._jumps_left < 0:
                return False
        self.ns = max(self.ns, timers[0][0])
        while timers and timers[0][0] <= self.ns:
            ticket = heapq.heappop(timers)[2]
            if ticket.strand.ticket is ticket:
                ticket.timed_out = True
                self.wake(ticket)
        return True

    def _listen(self) -> bool:
        """Wait a moment of real time for mail: perhaps a thread from outside will call."""
        self._bell.close()
        self._listening = True
        try:
            if not self._mail:
                self._bell.wait(max(self._grace, 1.0) if self._outsiders else self._grace)
        finally:
            self._listening = False
        return bool(self._mail)

    def _break_deadlock(self) -> None:
        """Raise `Deadlock` in the main thread and end the others, so that leaving its blocks cannot block again."""
        lines = ["every thread waits and no timer is left:", *report(self.strands), *self.notes]
        for strand in self.strands:
            if strand.ticket is not None and not idle_pool_worker(strand):
                strand.error = Deadlock("\n".join(lines)) if strand is self.root else Stopped()
                self.wake(strand.ticket)

    # -- Ctrl-C -------------------------------------------------------------------------------------------------

    def interrupt(self, signum: int, frame: FrameType | None) -> None:
        """The handler of SIGINT: `KeyboardInterrupt` in the main thread of the simulation, never in the scheduler.

        The other threads end at their next sleep. If the main thread cannot get the baton, because another one
        computes, a second Ctrl-C gives the simulation up.
        """
        if self.current is self.root and not self._root_inside:
            self._stopping = True
            raise KeyboardInterrupt
        if self._interrupted:
            self.abandon()
            raise KeyboardInterrupt
        self._interrupted = True
        self._mail.append(self._wake_root)
        self._bell.open()

    def _wake_root(self) -> None:
        if self.root.ticket is not None:
            self.wake(self.root.ticket)

    def abandon(self) -> None:
        """Give the simulation up: from here on every one of its threads is an ordinary one, in real time."""
        self.closed = True
        for strand in list(self.strands):
            strand.leave()
            if strand is not self.root:
                if strand.ticket is not None and not idle_pool_worker(strand):
                    strand.error = Stopped()
                strand.gate.open()

"""Threads of a simulation, what they wait for, and which of them is running."""

from __future__ import annotations

from types import FrameType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from fanout.clock.backend import backend

if TYPE_CHECKING:
    from fanout.clock.baton import Baton

#: What a thread can wait for. CREEP is the price of a poll, DRAIN the main thread's wait for the stragglers.
SLEEP, LOCK, JOIN, LOOP, CREEP, DRAIN = "sleep", "lock", "join", "loop", "creep", "drain"

#: A wait longer than this (31 years) has no timer at all.
FOR_EVER = 1e9


def to_ns(seconds: float | None) -> int | None:
    """Seconds as whole nanoseconds, the unit of all arithmetic here; None for "for ever"."""
    return None if seconds is None or seconds > FOR_EVER else round(seconds * 1e9)


class Event(NamedTuple):
    """One step of the schedule: at virtual second `at`, `thread` did `what`."""

    at: float
    thread: str
    what: str


class IdleLoop(Protocol):
    """An event loop, as far as a report needs to know it."""

    def waiting_tasks(self) -> list[str]: ...


class Strand:
    """One simulated thread."""

    def __init__(self, clock: Baton, name: str) -> None:
        self.clock = clock
        self.name = name
        self.gate = backend.gate()
        self.ident: int | None = None
        self.done = False
        self.ticket: Ticket | None = None  # what it waits for; None while it runs or is ready to
        self.frame: FrameType | None = None  # where it waits
        self.loop: IdleLoop | None = None  # the event loop that is idle in it
        self.error: BaseException | None = None  # to be raised where it waits
        self.joiners: list[Ticket] = []
        self.polls = 0  # readings of the clock and the like since it last did anything else
        self.crept = False  # it has been seen to do nothing but poll

    def enter(self) -> None:
        """Make the calling thread this strand."""
        self.ident = backend.ident()
        _strands[self.ident] = self

    def leave(self) -> None:
        """Make the strand's thread an ordinary one."""
        if self.ident is not None:
            _strands.pop(self.ident, None)


class Ticket:
    """One wait of one strand. Who ends the wait does so by ticket, so a late wake-up never ends a later wait."""

    __slots__ = ("kind", "strand", "timed_out")

    def __init__(self, strand: Strand, kind: str) -> None:
        self.strand = strand
        self.kind = kind
        self.timed_out = False


_strands: dict[int, Strand] = {}


def is_simulated() -> bool:
    """Whether the calling thread belongs to a simulation, with or without the baton."""
    return backend.ident() in _strands


def holder() -> Strand | None:
    """The calling thread's strand if it holds the baton, else None.

    None for threads outside any simulation, and for code that runs in a simulated thread out of turn (a signal
    handler or a finalizer while the thread waits).
    """
    strand = _strands.get(backend.ident())
    return strand if strand is not None and strand.clock.current is strand else None

"""An asyncio event loop whose idle time is virtual."""

import asyncio
import math
from asyncio import events
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from fanout.clock.baton import Baton
from fanout.clock.errors import VirtualTimeError
from fanout.clock.report import where_awaits
from fanout.clock.strand import LOOP, Ticket, holder, to_ns

T = TypeVar("T")


class NumberedTask(asyncio.Task[T]):
    """A task whose hash is its number: `asyncio.wait` and `TaskGroup` keep sets, ordered by address otherwise."""

    def __init__(self, number: int, coro: Coroutine[Any, Any, T], **options: Any) -> None:
        self._number = number
        super().__init__(coro, **options)

    def __hash__(self) -> int:
        return self._number


class NumberedFuture(asyncio.Future[T]):
    """The same for futures."""

    def __init__(self, number: int, **options: Any) -> None:
        self._number = number
        super().__init__(**options)

    def __hash__(self) -> int:
        return self._number


class VirtualLoop(asyncio.BaseEventLoop):
    """`asyncio`'s own loop without sockets, so an idle loop has nothing to wait for but timers and other threads.

    It is its own selector: `select` is where a loop waits, and here that means to park.
    """

    _scheduled: list[asyncio.TimerHandle]
    _check_closed: Callable[[], None]

    def __init__(self, clock: Baton) -> None:
        super().__init__()
        self._clock = clock
        self._idle: Ticket | None = None
        self._selector = self
        self._clock_resolution = 1e-9

    def time(self) -> float:
        clock = self._clock
        return (clock.ns if holder() is None else clock.read()) / 1e9

    def create_future(self) -> asyncio.Future[Any]:
        self._clock.progress()
        return NumberedFuture(next(self._clock.numbers), loop=self)

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:
        self._clock.progress()
        if self.get_task_factory() is not None:
            return super().create_task(coro, **options)
        self._check_closed()
        return NumberedTask(next(self._clock.numbers), coro, loop=self, **options)

    def select(self, timeout: float | None) -> tuple[()]:
        clock, strand = self._clock, holder()
        if strand is None or strand.clock is not clock:
            raise VirtualTimeError("this event loop belongs to a simulation that has ended")
        if timeout == 0:
            clock.give_way()
        else:
            deadline = None if timeout is None else to_ns(self._scheduled[0].when())
            self._idle = Ticket(strand, LOOP)
            strand.loop = self
            try:
                clock.park(self._idle, deadline)
            finally:
                self._idle = strand.loop = None
        # A timer is due if it lies within the resolution. Far from zero two neighbouring floats are further apart
        # than a nanosecond, and a timer could stay "not yet due" for ever.
        self._clock_resolution = max(1e-9, 4 * math.ulp(clock.ns / 1e9))
        return ()

    def waiting_tasks(self) -> list[str]:
        """Each task that is not done and the line at which it waits, in the order of their creation."""
        tasks = sorted(asyncio.all_tasks(self), key=hash)
        return [where_awaits(task.get_coro()) for task in tasks]

    def _process_events(self, event_list: object) -> None:
        """There are no events of sockets."""

    def _write_to_self(self) -> None:
        # Looked up when it is done, not now: the loop may just be on its way to its wait.
        self._clock.post(self._wake)

    def _wake(self) -> None:
        if self._idle is not None:
            self._clock.wake(self._idle)


def _refuse(name: str) -> Any:
    def refused(self: VirtualLoop, *args: object, **kwargs: object) -> None:
        raise VirtualTimeError(
            f"loop.{name}: sockets and processes live in real time, an asyncio simulation has none; "
            "simulate the remote side with asyncio.sleep()"
        )

    return refused


_OUTSIDE_WORLD = (
    "add_reader",
    "add_writer",
    "connect_read_pipe",
    "connect_write_pipe",
    "create_connection",
    "create_datagram_endpoint",
    "create_server",
    "create_unix_connection",
    "create_unix_server",
    "sock_accept",
    "sock_connect",
    "sock_recv",
    "sock_recv_into",
    "sock_sendall",
    "subprocess_exec",
    "subprocess_shell",
)
for _name in _OUTSIDE_WORLD:
    setattr(VirtualLoop, _name, _refuse(_name))


@contextmanager
def hidden_loop() -> Iterator[None]:
    """Leave a running loop of this thread (a notebook's) for the time of the block, and come back to its task.

    That loop simply waits meanwhile, as it does for any blocking call.
    """
    outer = events._get_running_loop()
    task = asyncio.current_task() if outer is not None else None
    if outer is not None and task is not None:
        asyncio.tasks._leave_task(outer, task)
    events._set_running_loop(None)
    try:
        yield
    finally:
        events._set_running_loop(outer)
        if outer is not None and task is not None:
            asyncio.tasks._enter_task(outer, task)

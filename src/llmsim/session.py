"""A request from the caller's side: attempts, time-outs and retries, without any waiting of its own.

`session` is a plain generator.  It yields events and, where time must pass, a `Wait`; `drive` and `adrive` are the
only places that sleep.  So there is one logic for sync and async callers, on real and on virtual clocks.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass

from llmsim.chat import (
    Completion,
    Event,
    Failure,
    Finish,
    FinishReason,
    Opened,
    Request,
    Step,
    Text,
    ToolCall,
    ToolCallDelta,
    Usage,
)
from llmsim.engine import Engine
from llmsim.errors import APITimeoutError, LLMError
from llmsim.seeds import generator

LONGEST_RETRY_AFTER = 120.0
FIRST_BACKOFF, LONGEST_BACKOFF = 0.5, 8.0
"""Seconds; these three as in the `openai` client (its `_constants.py`)."""


@dataclass(frozen=True)
class Wait:
    """Let so many seconds pass before asking for the next item."""

    seconds: float


Session = Generator[Wait | Event, None, None]


def session(sim: Engine, request: Request, *, timeout: float | None = None, max_retries: int = 0) -> Session:
    """One request as a client makes it.

    `timeout` limits the seconds between two signs of life, as the `openai` client's does: for a whole answer that is
    the time until it comes, for a stream the gap before each piece.  Retries follow that client too: on 408, 409,
    429, 5xx and lost connections, after Retry-After if given (up to 2 minutes), else after 0.5 s doubling up to 8 s
    minus up to a quarter; never once part of the answer has arrived.
    """
    for attempt in range(max_retries + 1):
        begun = False
        try:
            for item in _attempt(sim, request, timeout, attempt):
                begun = begun or isinstance(item, Text | ToolCallDelta)
                yield item
            return
        except LLMError as error:
            if begun or attempt == max_retries or not error.retryable:
                raise
            if error.retry_after is not None and error.retry_after > LONGEST_RETRY_AFTER:
                raise
            yield Wait(backoff(error, attempt, sim.seed, request))


def backoff(error: LLMError, attempt: int, seed: int, request: Request) -> float:
    """Seconds to wait before attempt `attempt + 1`, as the `openai` client does (its jitter comes from a seed here)."""
    if error.retry_after:
        return error.retry_after
    jitter = generator(seed, request.fingerprint(), attempt, "backoff").random()
    return float(min(FIRST_BACKOFF * 2.0**attempt, LONGEST_BACKOFF) * (1 - 0.25 * jitter))


def _attempt(sim: Engine, request: Request, timeout: float | None, attempt: int) -> Session:
    call = sim.open(request, attempt)
    start = call.entry.start
    try:
        yield Opened(call.entry.id, call.model.name, int(time.time()), call.headers)
        heard = 0.0
        for at, event in _as_delivered(call.steps, request.stream):
            if timeout is not None and at - heard > timeout:
                yield from _until(sim, start + heard + timeout)
                raise APITimeoutError("Request timed out.")
            yield from _until(sim, start + at)
            if isinstance(event, Failure):
                raise event.error
            call.delivered(event)
            yield event
            heard = at
    except LLMError as error:
        call.fail(error)
        raise
    finally:
        call.abandon()


def _as_delivered(steps: list[Step], stream: bool) -> list[Step]:
    """Without streaming everything arrives together, at the end, or not at all."""
    end, last = steps[-1]
    if stream:
        return steps
    return [(end, last)] if isinstance(last, Failure) else [(end, event) for _, event in steps]


def _until(sim: Engine, moment: float) -> Generator[Wait, None, None]:
    """Wait for a moment of the run; a late caller does not wait, so that lateness never adds up."""
    missing = moment - sim.clock.seconds()
    if missing > 0:
        yield Wait(missing)


def drive(session: Session) -> Iterator[Event]:
    """Run a session, sleeping in this thread."""
    try:
        for item in session:
            if isinstance(item, Wait):
                time.sleep(item.seconds)
            else:
                yield item
    finally:
        session.close()


async def adrive(session: Session) -> AsyncIterator[Event]:
    """Run a session on the event loop."""
    async for batch in abatches(session):
        for event in batch:
            yield event


async def abatches(session: Session) -> AsyncIterator[list[Event]]:
    """Run a session on the event loop, taking together what is due at the same moment.

    A loop that is behind gets longer batches instead of more of them, so that a busy server catches up.
    """
    due: list[Event] = []
    try:
        for item in session:
            if not isinstance(item, Wait):
                due.append(item)
                continue
            if due:
                yield due
                due = []
            await asyncio.sleep(item.seconds)
    except LLMError:
        if due:
            yield due
        raise
    else:
        if due:
            yield due
    finally:
        session.close()


class Collector:
    """Puts the events of one session together."""

    def __init__(self) -> None:
        self.id = self.model = ""
        self._text: list[str] = []
        self._calls: list[tuple[str, str, list[str]]] = []
        self._reason: FinishReason = "stop"
        self._usage = Usage(0, 0)

    def add(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case Opened():
                self.id, self.model = event.id, event.model
            case Text():
                self._text.append(event.text)
            case ToolCallDelta():
                if event.id is not None:
                    self._calls.append((event.id, event.name or "", []))
                self._calls[event.index][2].append(event.arguments)
            case Finish():
                self._reason, self._usage = event.reason, event.usage

    def result(self) -> Completion:
        """The whole answer."""
        calls = tuple(ToolCall(id, name, "".join(parts)) for id, name, parts in self._calls)
        return Completion(self.id, self.model, "".join(self._text), calls, self._reason, self._usage)

"""One call instead of many: `Batching` gathers calls that come at the same time."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast, overload

from fanout.leaf import to_step
from fanout.outcome import Err, Ok
from fanout.policy import copied, note
from fanout.runtime import Runtime, Signal
from fanout.spans import enter
from fanout.step import Step
from fanout.steplike import I, O, StepLike


class Batching(Step[I, O]):
    """A step on one value, made of a step on a list of them: calls that come together are made as one.

        embed = Batching(embed_many, size=64, window=0.01)
        Map(embed, limit=200).invoke(texts)             # 200 texts at once make four calls of embed_many

    The first call opens a batch and waits `window` seconds for others, or until there are `size`; then it calls the
    function with the list of all inputs, in the order in which they came, and hands the results out. Calls on any
    thread or event loop that use this very step are gathered. All of it happens within the calls themselves: there is
    no collector in the background, so there is nothing to close and nothing left when they have ended.

    The function returns as many results as it was given inputs, in their order (else: `ValueError`). A result that is
    an exception (or an `Err`) is raised by that call alone. An error of the whole function is raised by all, each time
    as a copy. A call that is cancelled before its batch has begun drops out of it; if the one that makes the call for
    all is cancelled, another one makes it in its stead.

    Limits and the executor are those of the call that opened the batch. Used as a branch, it gathers that branch's
    calls of all runs that are under way. A call waits `window` at most, and 0 gathers only what is already there.
    """

    kind = "batching"

    @overload
    def __init__(
        self, step: Callable[[list[I]], Awaitable[Sequence[O]]], *, size: int = 32, window: float = 0.01
    ) -> None: ...
    @overload
    def __init__(
        self, step: StepLike[list[I], Sequence[O]], *, size: int = 32, window: float = 0.01
    ) -> None: ...
    def __init__(self, step: Any, *, size: int = 32, window: float = 0.01) -> None:
        self.step: Step[list[I], Sequence[O]] = to_step(step)
        if size < 1 or window < 0:
            raise ValueError("size must be at least 1, and window not negative")
        self.size, self.window = size, window
        self._lock = threading.Lock()
        self._open: _Batch | None = None

    @property
    def name(self) -> str:
        return self.step.name

    @property
    def code(self) -> object:
        return self.step.code

    def __repr__(self) -> str:
        return f"Batching({self.step!r}, size={self.size}, window={self.window:g})"

    async def run(self, rt: Runtime, value: I) -> O:
        place = _Place(value, rt.signal())
        batch = self._join(place, rt.now())
        try:
            while place.outcome is None:
                if self._leads(place, batch):
                    await self._lead(rt, batch)
                else:
                    await place.signal.wait()  # until there is an outcome, or the lead has come here
        finally:
            self._leave(place, batch)
        if isinstance(place.outcome, Err):
            place.outcome.throw()
        return cast(O, place.outcome.value)

    def _join(self, place: _Place, now: float) -> _Batch:
        with self._lock:
            if self._open is None:
                self._open = _Batch(now + self.window)
            batch = self._open
            batch.places.append(place)
            if len(batch.places) == self.size:
                self._open = None
                if batch.full is not None:
                    batch.full.set()
            return batch

    def _leads(self, place: _Place, batch: _Batch) -> bool:
        with self._lock:
            return place.outcome is None and batch.places[0] is place

    async def _lead(self, rt: Runtime, batch: _Batch) -> None:
        """Wait until the batch is complete, make the call, and hand the results out."""
        with self._lock:
            full = batch.full = rt.signal()
            is_open = self._open is batch
        if is_open:
            await full.wait(max(0.0, batch.due - rt.now()))
        with self._lock:
            if self._open is batch:
                self._open = None
            places = list(batch.places)
        outcomes = await self._call(rt, [place.value for place in places])
        with self._lock:
            batch.places.clear()
        for place, outcome in zip(places, outcomes, strict=True):
            place.outcome = outcome
            place.signal.set()

    async def _call(self, rt: Runtime, values: list[I]) -> list[Ok[O] | Err]:
        note("batch", size=len(values))
        try:
            results = await enter(rt, self.step, values)
            if len(results) != len(values):
                raise ValueError(
                    f"{self.name} was given {len(values)} inputs and returned {len(results)} results"
                )
        except Exception as error:
            return [Err(error), *(Err(copied(error)) for _ in values[1:])]
        return [_as_outcome(result) for result in results]

    def _leave(self, place: _Place, batch: _Batch) -> None:
        """If the call was cancelled: drop out, and give the lead to the next."""
        with self._lock:
            if place not in batch.places:
                return
            led = batch.places[0] is place
            batch.places.remove(place)
            if led and batch.places:
                batch.places[0].signal.set()
            elif not batch.places and self._open is batch:
                self._open = None


class _Batch:
    """Calls that will be made as one. The first of `places` leads; `due` is when it stops waiting for more."""

    def __init__(self, due: float) -> None:
        self.due = due
        self.places: list[_Place] = []
        self.full: Signal | None = None


class _Place:
    """One of the calls in a batch."""

    def __init__(self, value: Any, signal: Signal) -> None:
        self.value, self.signal = value, signal
        self.outcome: Ok[Any] | Err | None = None


def _as_outcome(result: Any) -> Ok[Any] | Err:
    if isinstance(result, Err):
        return result
    return Err(result) if isinstance(result, Exception) else Ok(result)

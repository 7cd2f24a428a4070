"""Not calling twice: `Cache`, least recently used, with an age limit and a single flight for each key."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Hashable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any, cast

from fanout.outcome import Err, Ok
from fanout.parts import join
from fanout.policy import Policy, copied, note, positive
from fanout.runtime import Runtime, Signal
from fanout.spans import enter, enter_chunks
from fanout.steplike import I, O, StepLike


class Cache(Policy[I, O]):
    """Remembers results; usually written `step.with_cache(ttl=60)`.

    * `size`: how many results are kept; the one that was not used for longest goes first.
    * `ttl`: seconds after which a result is no longer used; None: never too old.
    * `key`: what of the input decides. By default the whole input, also if it is made of dicts, lists and sets; what
      cannot be a key is a `TypeError`. 1, 1.0 and True are one key, as in a dict.

    **Single flight**: of identical calls at the same time one is made, and the others wait for it, on whatever thread
    or event loop they are. Its error is raised by all of them, each time as a copy (which can carry the name of
    its branch), and is not kept. If it is cancelled, one of the others makes the call in its stead. After
    B. Fitzpatrick's groupcache (package `singleflight`).

    The cache belongs to this step: use the same object in all the branches that shall share it. Everybody gets the same
    result object. On a branch the key is the branch's input; on the whole the input of all, and one entry holds all
    results.

    Of a stream, whoever makes the call gets the parts as they come; a cached result comes as one part, and those who
    wait, wait for the whole. A stream that is closed early keeps nothing.
    """

    kind = "cache"

    def __init__(
        self,
        step: StepLike[I, O],
        size: int = 1024,
        *,
        ttl: float | None = None,
        key: Callable[[I], Hashable] | None = None,
    ) -> None:
        super().__init__(step)
        if size < 1:
            raise ValueError(f"size must be at least 1, not {size}")
        self.size, self.ttl = size, None if ttl is None else positive("ttl", ttl)
        self._key: Callable[[Any], Hashable] = key or freeze
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, O]] = OrderedDict()
        self._flights: dict[Hashable, _Flight] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        """Forget all results. Calls under way are not stopped, and their results are kept."""
        with self._lock:
            self._kept.clear()

    async def run(self, rt: Runtime, value: I) -> O:
        key = self._key(value)
        found = await self._claim(rt, key)
        if isinstance(found, Ok):
            return found.value
        with self._leading(rt, key, found) as flight:
            flight.outcome = Ok(await enter(rt, self.step, value))
            return cast(O, flight.outcome.value)

    async def chunks(self, rt: Runtime, value: I) -> AsyncGenerator[Any]:
        key = self._key(value)
        found = await self._claim(rt, key)
        if isinstance(found, Ok):
            yield found.value
            return
        parts = []
        with self._leading(rt, key, found) as flight:
            async with aclosing(enter_chunks(rt, self.step, value)) as stream:
                async for chunk in stream:
                    parts.append(chunk)
                    yield chunk
            flight.outcome = Ok(join(parts))

    async def _claim(self, rt: Runtime, key: Hashable) -> Ok[O] | _Flight:
        """The result, or the flight that the caller has to lead. Raises the error of the one who led it."""
        while True:
            with self._lock:
                hit = self._hit(rt, key)
                if hit is None:
                    flight = self._flights.get(key)
                    if flight is None:
                        flight = self._flights[key] = _Flight()
                        note("miss")
                        return flight
                    signal = rt.signal()
                    flight.waiting.append(signal)
            if hit is not None:
                note("hit")
                return hit
            assert flight is not None
            await signal.wait()
            if isinstance(flight.outcome, Err):
                raise copied(cast(Exception, flight.outcome.error))
            if flight.outcome is not None:
                note("shared")
                return flight.outcome
            # the one who made the call was cancelled: whoever comes first makes it again

    def _hit(self, rt: Runtime, key: Hashable) -> Ok[O] | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        since, value = kept
        if self.ttl is not None and rt.now() - since >= self.ttl:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return Ok(value)

    @contextmanager
    def _leading(self, rt: Runtime, key: Hashable, flight: _Flight) -> Iterator[_Flight]:
        try:
            yield flight
        except Exception as error:
            flight.outcome = Err(error)
            raise
        finally:
            with self._lock:
                del self._flights[key]
                if isinstance(flight.outcome, Ok):
                    self._kept[key] = rt.now(), flight.outcome.value
                    self._kept.move_to_end(key)
                    if len(self._kept) > self.size:
                        self._kept.popitem(last=False)
                waiting = flight.waiting
            for signal in waiting:
                signal.set()
            if not waiting:
                flight.outcome = None  # nobody asks, and an error would hold this frame


class _Flight:
    """One call that several wait for. `outcome` stays None if it was cancelled."""

    def __init__(self) -> None:
        self.outcome: Ok[Any] | Err | None = None
        self.waiting: list[Signal] = []


def freeze(value: Any) -> Hashable:
    """A key that is equal for equal values. Raises `TypeError` for what is neither hashable nor made of such things."""
    if isinstance(value, Mapping):
        return "mapping", frozenset((key, freeze(each)) for key, each in value.items())
    if isinstance(value, list):
        return "list", tuple(map(freeze, value))
    if isinstance(value, tuple):
        return "tuple", tuple(map(freeze, value))
    if isinstance(value, set | frozenset):
        return "set", frozenset(value)
    try:
        hash(value)
    except TypeError:
        raise TypeError(
            f"a {type(value).__name__} cannot be the key of a cache: say what decides, with_cache(key=…)"
        ) from None
    return cast(Hashable, value)

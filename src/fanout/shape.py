"""Small steps that only rearrange a value: `passthrough`, `assign`, `pick`. None of them needs a thread."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, Generic, TypeVar

from fanout.parallel import Parallel
from fanout.parts import Part, join
from fanout.runtime import Runtime
from fanout.spans import enter, enter_chunks
from fanout.step import Step

T = TypeVar("T")


class Passthrough(Step[T, T], Generic[T]):
    """Returns what it is given."""

    kind = "passthrough"
    transforms = True

    def __repr__(self) -> str:
        return "passthrough"

    async def run(self, rt: Runtime, value: T) -> T:
        return value

    async def transform(self, rt: Runtime, source: AsyncIterator[Any]) -> AsyncGenerator[Any]:
        async for chunk in source:
            yield chunk


passthrough: Step[Any, Any] = Passthrough()
"""Returns what it is given: `Parallel(context=retriever, question=passthrough)`."""


class Assign(Step[Mapping[str, Any], dict[str, Any]]):
    """Takes a mapping and returns it with the results of the branches added, each of which is given the mapping."""

    kind = "assign"
    transforms = True

    def __init__(self, branches: Mapping[str, Any]) -> None:
        self.parallel = Parallel(branches)

    def __repr__(self) -> str:
        return f"assign({', '.join(self.parallel.branches)})"

    async def run(self, rt: Runtime, value: Mapping[str, Any]) -> dict[str, Any]:
        added: dict[str, Any] = await enter(rt, self.parallel, value)
        return {**_mapping(value), **added}

    async def chunks(self, rt: Runtime, value: Mapping[str, Any]) -> AsyncGenerator[Any]:
        yield Part({key: part for key, part in _mapping(value).items() if key not in self.parallel.branches})
        async with aclosing(enter_chunks(rt, self.parallel, value)) as stream:
            async for chunk in stream:
                yield chunk

    async def transform(self, rt: Runtime, source: AsyncIterator[Any]) -> AsyncGenerator[Any]:
        """Passes the parts of the mapping on as they come; the branches begin when it is complete."""
        seen = []
        async for chunk in source:
            seen.append(chunk)
            kept = {key: part for key, part in _mapping(chunk).items() if key not in self.parallel.branches}
            if kept:
                yield Part(kept)
        async with aclosing(enter_chunks(rt, self.parallel, join(seen))) as stream:
            async for chunk in stream:
                yield chunk


def assign(**branches: Any) -> Assign:
    """Add computed keys to a mapping: `passthrough | assign(length=lambda d: len(d["text"]))`."""
    return Assign(branches)


class Pick(Step[Mapping[str, Any], Any]):
    """Takes a mapping and returns the value of one key, or a mapping of several keys."""

    kind = "pick"
    transforms = True

    def __init__(self, keys: str | list[str]) -> None:
        self.keys = keys

    def __repr__(self) -> str:
        return f"pick({self.keys!r})"

    async def run(self, rt: Runtime, value: Mapping[str, Any]) -> Any:
        """Raises `KeyError` if a key is missing."""
        value = _mapping(value)
        return value[self.keys] if isinstance(self.keys, str) else {key: value[key] for key in self.keys}

    async def transform(self, rt: Runtime, source: AsyncIterator[Any]) -> AsyncGenerator[Any]:
        wanted = [self.keys] if isinstance(self.keys, str) else self.keys
        missing = set(wanted)
        async for chunk in source:
            found = {key: part for key, part in _mapping(chunk).items() if key in wanted}
            missing -= found.keys()
            if found:
                yield found[self.keys] if isinstance(self.keys, str) else Part(found)
        if missing:
            raise KeyError(min(missing))


def pick(keys: str | list[str]) -> Pick:
    """Take one value (`pick("answer")`) or several (`pick(["answer", "sources"])`) out of a mapping."""
    return Pick(keys)


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"assign and pick need a mapping, not {type(value).__name__}: {value!r:.80}")
    return value

"""Parts of a result that is still being made, and putting them together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self


class Part(dict[str, Any]):
    """A part of a mapping, `{key: part}`. Parts add up key by key, as LangChain's `AddableDict` does."""

    def __add__(self, other: dict[str, Any]) -> Self:
        total = type(self)(self)
        for key, value in other.items():
            total[key] = add(total[key], value) if total.get(key) is not None else value
        return total

    def __radd__(self, other: dict[str, Any]) -> Self:
        return type(self)(other) + self


def add(total: Any, part: Any) -> Any:
    """`total + part`; if the two do not add up, the later one counts (LangChain's rule)."""
    try:
        return total + part
    except TypeError:
        return part


def join(parts: Sequence[Any]) -> Any:
    """The whole that the parts make; None if there is none. Linear for text."""
    if not parts:
        return None
    if all(type(part) is str for part in parts):
        return "".join(parts)
    if all(isinstance(part, dict) for part in parts):
        keys = dict.fromkeys(key for part in parts for key in part)
        return {key: join([part[key] for part in parts if key in part]) for key in keys}
    total = parts[0]
    for part in parts[1:]:
        total = add(total, part)
    return total

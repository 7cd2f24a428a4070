"""The words of a graph: `START`, `END`, `Send`, `ALL_OF`, `ANY_OF`, events, errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, NamedTuple

START: Final = "__START__"
END: Final = "__END__"


class Join(Enum):
    """When a node at which branches meet may run."""

    ALL_OF = "ALL_OF"
    """When everybody who can still come has come."""
    ANY_OF = "ANY_OF"
    """After the first branch that comes. The others are cancelled, as in a `Race`, and what they wrote is dropped."""


ALL_OF: Final = Join.ALL_OF
ANY_OF: Final = Join.ANY_OF


@dataclass(frozen=True, slots=True)
class Send:
    """What a router returns to run `node` once on an input of its own, `arg`, instead of the state.

    Each `Send` is a branch, also if several name the same node; they meet at whatever comes after it, merged in the
    order in which the router listed them.
    """

    node: str
    arg: Any


class Event(NamedTuple):
    """A node has run: its name, the state after it on its branch, and what it wrote."""

    node: str
    state: dict[Any, Any]
    writes: Mapping[Any, Any]


class GraphError(ValueError):
    """A graph that cannot be built or, by its router, not be followed."""


class LoopLimit(RecursionError):
    """A loop went round more often than the graph allows."""

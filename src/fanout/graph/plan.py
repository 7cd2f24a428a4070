"""What a compiled graph consists of."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from fanout.graph.parts import Event, GraphError, Send
from fanout.graph.paths import Paths
from fanout.merge import Strategy
from fanout.runtime import Limit
from fanout.step import Step


@dataclass(frozen=True)
class Route:
    """Who decides, and where each of its answers leads."""

    router: Step[Any, Any]
    targets: Mapping[Hashable, str]
    named: bool
    """Whether the answers are names of their own, to be shown on the edges."""

    def follow(self, node: str, answer: Any) -> list[str | Send]:
        """The targets of an answer. Raises `GraphError` for one that is unknown."""
        if answer is None:
            return []
        listed = list(answer) if isinstance(answer, list | tuple) else [answer]
        result: dict[Any, str | Send] = {}
        for index, item in enumerate(listed):
            if isinstance(item, Send):
                if item.node not in self.targets.values():
                    raise GraphError(self._unknown(node, f"Send({item.node!r}, …)"))
                result[index] = item
            else:
                try:
                    target = self.targets[item]
                except (KeyError, TypeError):
                    raise GraphError(self._unknown(node, repr(item))) from None
                result.setdefault((target,), target)
        return list(result.values())

    def _unknown(self, node: str, answer: str) -> str:
        known = ", ".join(repr(target) for target in self.targets)
        return f"the router of {node!r} returned {answer}, which is not among its targets: {known}"


@dataclass(frozen=True)
class Plan:
    """A checked graph, ready to be walked."""

    keys: Mapping[Any, Strategy]
    nodes: Mapping[str, Step[Any, Any]]
    edges: Mapping[str, tuple[str, ...]]
    routes: Mapping[str, Route]
    paths: Paths
    any_of: Mapping[str, frozenset[str]]
    """Of each node with `ANY_OF`, the nodes from which every way to the end leads through it."""
    limit: int | Limit | None
    loop_limit: int
    strict: bool
    fork_join_only: bool
    listeners: tuple[Callable[[Event], object], ...]

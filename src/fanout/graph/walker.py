"""Walkers, and where they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fanout.graph.parts import Send
from fanout.graph.paths import Passes, Paths
from fanout.graph.state import Commit, Lineage
from fanout.runtime import Signal


class Walker:
    """One branch under way. As the key of a child of a scope it is called by the name of its node."""

    __slots__ = (
        "branch_of",
        "executor",
        "head",
        "input",
        "left",
        "lineage",
        "lost",
        "node",
        "passes",
        "routing",
        "stop",
    )

    def __init__(
        self, node: str, passes: Passes, lineage: Lineage, head: Commit, executor: Any, branch_of: str | None
    ) -> None:
        self.node, self.passes, self.lineage, self.head = node, passes, lineage, head
        self.executor = executor
        self.branch_of = branch_of
        """The fork of which it is about to run a branch, and, in `left`, of which it has run one."""
        self.left: str | None = None
        self.input: Send | None = None
        self.routing = self.lost = False
        self.stop: Signal | None = None

    def __str__(self) -> str:
        return self.node

    def __repr__(self) -> str:
        return repr(self.node)


class Crowd:
    """How many walkers are at each place: a node, in its passes. `moved`: somebody came, or a place is empty."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self.places: dict[str, dict[Passes, int]] = {}
        self.bits = 0
        """The nodes at which there is anybody."""
        self.moved = False

    def enter(self, walker: Walker) -> None:
        there = self.places.get(walker.node)
        if there is None:
            there = self.places[walker.node] = {}
            self.bits |= self._paths.bit[walker.node]
        there[walker.passes] = there.get(walker.passes, 0) + 1

    def leave(self, walker: Walker, count: int = 1) -> None:
        there = self.places[walker.node]
        there[walker.passes] -= count
        if not there[walker.passes]:
            self.moved = True
            del there[walker.passes]
            if not there:
                del self.places[walker.node]
                self.bits &= ~self._paths.bit[walker.node]

    def held_up(self, node: str, passes: Passes) -> Iterator[tuple[str, Passes]]:
        """The places of those who can still come to this node in these passes."""
        for other in self._paths.nodes(self.bits & self._paths.before[node]):
            for others in self.places[other]:
                if (other, others) != (node, passes) and self._paths.holds_up(node, passes, other, others):
                    yield other, others

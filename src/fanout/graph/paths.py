"""Where a graph's paths lead: its loops, and which node can still be reached from where.

A walker waits at a node while another one can still come to it. In a graph with loops everybody could come to
everything, some time. So loops are found first, one inside the other, and each has a *header*, where its next pass
begins: the edges back to the header lead into the next pass, all others stay in this one. The *passes* of a walker say,
for each loop around its node from the outermost in, how often it has gone round. After the loop contexts of timely
dataflow: D. Murray et al., "Naiad: a timely dataflow system" (SOSP 2013).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeAlias

Passes: TypeAlias = tuple[int, ...]
Edge: TypeAlias = tuple[str, str]


class Paths:
    """Of a graph given as `{node: successors}`, the first node being the entrance.

    `plain` are the edges that are always taken: of two places where a loop could begin, it begins where only routes
    lead back to.
    """

    def __init__(self, after: Mapping[str, Iterable[str]], plain: Iterable[Edge] = ()) -> None:
        self.after = {node: tuple(dict.fromkeys(targets)) for node, targets in after.items()}
        self.bit = {node: 1 << index for index, node in enumerate(self.after)}
        self.names = list(self.after)
        self.loops: dict[str, tuple[int, ...]] = dict.fromkeys(self.after, ())
        """The loops around a node, from the outermost in."""
        self.headers: list[str] = []
        """The header of each loop."""
        self.back: dict[Edge, int] = {}
        """Of the edges that begin a new pass, how many loops are around that one."""
        self._find_loops(frozenset(plain))
        self.before = self._reached(self._backwards())
        """Of each node, the others (as bits) from which it can be reached; itself too if it is in a loop."""
        self._inner: dict[tuple[int, ...], dict[str, int]] = {}

    def move(self, passes: Passes, edge: Edge) -> Passes:
        """The passes of a walker when it has gone along this edge."""
        left, entered = self.loops[edge[0]], self.loops[edge[1]]
        if not left and not entered:
            return ()
        depth = self.back.get(edge)
        if depth is not None:
            return (*passes[:depth], passes[depth] + 1)
        kept = _common(left, entered)
        return passes[:kept] + (0,) * (len(entered) - kept)

    def holds_up(self, node: str, passes: Passes, other: str, others: Passes) -> bool:
        """Whether who is at `other` can still come to `node` in these passes, or in earlier ones."""
        around = self.loops[node]
        kept = _common(around, self.loops[other])
        if others[:kept] != passes[:kept]:
            return others[:kept] < passes[:kept]
        return bool(self._within(around[:kept])[other] & self.bit[node])

    def without(self, removed: str, end: str) -> frozenset[str]:
        """The nodes from which every way to `end` leads through `removed`."""
        bits = self._reached(self._backwards(removed))[end]
        return frozenset(
            node for node, bit in self.bit.items() if not bits & bit and node not in (removed, end)
        )

    @cached_property
    def rank(self) -> dict[str, int]:
        """Along every edge that does not lead back, the rank rises: the longest way from the entrance."""
        rank = dict.fromkeys(self.after, 0)
        forward = {
            node: [target for target in targets if (node, target) not in self.back]
            for node, targets in self.after.items()
        }
        for [node] in _components(forward):
            for target in forward[node]:
                rank[target] = max(rank[target], rank[node] + 1)
        return rank

    def _within(self, loops: tuple[int, ...]) -> dict[str, int]:
        """What can be reached without a new pass of one of these loops."""
        if loops not in self._inner:
            self._inner[loops] = self._closure(loops)
        return self._inner[loops]

    def _closure(self, loops: tuple[int, ...]) -> dict[str, int]:
        closed = {self.headers[loop] for loop in loops}
        return self._reached(
            {
                node: [t for t in targets if not (t in closed and (node, t) in self.back)]
                for node, targets in self.after.items()
            }
        )

    def _reached(self, edges: Mapping[str, list[str]]) -> dict[str, int]:
        """What can be reached from each node, as bits."""
        reach = dict.fromkeys(edges, 0)
        for component in reversed(_components(edges)):
            bits = 0
            for node in component:
                for target in edges[node]:
                    bits |= self.bit[target] | reach[target]
            for node in component:
                reach[node] = bits
        return reach

    def _backwards(self, removed: str | None = None) -> dict[str, list[str]]:
        edges: dict[str, list[str]] = {node: [] for node in self.after}
        for node, targets in self.after.items():
            for target in targets:
                if removed not in (node, target):
                    edges[target].append(node)
        return edges

    def nodes(self, bits: int) -> Iterable[str]:
        """The nodes that these bits stand for."""
        while bits:
            low = bits & -bits
            yield self.names[low.bit_length() - 1]
            bits ^= low

    # ---- loops

    def _find_loops(self, plain: frozenset[Edge]) -> None:
        level = _levels(self.after)
        regions: list[list[str]] = [self.names]
        for region in regions:
            members = set(region)
            edges = {
                node: [t for t in self.after[node] if t in members and (node, t) not in self.back]
                for node in region
            }
            for component in _components(edges):
                if len(component) > 1 or component[0] in edges[component[0]]:
                    self._add_loop(component, edges, level, plain)
                    regions.append(component)

    def _add_loop(
        self,
        component: list[str],
        edges: Mapping[str, list[str]],
        level: Mapping[str, int],
        plain: frozenset[Edge],
    ) -> None:
        inside = set(component)
        entered = {t for node, targets in edges.items() if node not in inside for t in targets} & inside
        forced = {t for node in component for t in edges[node] if (node, t) in plain}
        header = min(entered or inside, key=lambda node: (node in forced, level.get(node, 0), self.bit[node]))
        depth, number = len(self.loops[header]), len(self.headers)
        self.headers.append(header)
        for node in component:
            self.loops[node] += (number,)
            if header in edges[node]:
                self.back[node, header] = depth


def _common(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    kept = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        kept += 1
    return kept


def _levels(after: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """How many edges each node is from the entrance."""
    start = next(iter(after))
    level, queue = {start: 0}, [start]
    for node in queue:
        for target in after[node]:
            if target not in level:
                level[target] = level[node] + 1
                queue.append(target)
    return level


def _components(edges: Mapping[str, list[str]]) -> list[list[str]]:
    """The strongly connected components in topological order (S. Kosaraju), without recursion."""
    finished = _finished(edges)
    backwards: dict[str, list[str]] = {node: [] for node in edges}
    for node, targets in edges.items():
        for target in targets:
            backwards[target].append(node)
    components, seen = [], set[str]()
    for node in reversed(finished):
        if node not in seen:
            seen.add(node)
            component = [node]
            for member in component:
                fresh = [other for other in backwards[member] if other not in seen]
                component += dict.fromkeys(fresh)
                seen.update(fresh)
            components.append(component)
    return components


def _finished(edges: Mapping[str, list[str]]) -> list[str]:
    """The nodes in the order in which a depth-first search leaves them."""
    order, seen = [], set[str]()
    for root in edges:
        stack = [(root, iter(edges[root]))] if root not in seen else []
        seen.add(root)
        while stack:
            node, targets = stack[-1]
            fresh = next((target for target in targets if target not in seen), None)
            if fresh is None:
                order.append(node)
                stack.pop()
            else:
                seen.add(fresh)
                stack.append((fresh, iter(edges[fresh])))
    return order

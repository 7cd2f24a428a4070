"""Where the nodes of a small acyclic graph go: in layers for a wide picture, along a rail for a narrow one.

Nodes are names; an edge is a pair (before, after). Nothing here knows what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count

Edge = tuple[str, str]


def layers(nodes: Sequence[str], edges: Iterable[Edge]) -> dict[str, int]:
    """The column of each node: one more than the last of its predecessors. Raises ValueError for a cycle."""
    before = _before(nodes, edges)
    layer: dict[str, int] = {}
    while len(layer) < len(nodes):
        ready = [node for node in nodes if node not in layer and all(one in layer for one in before[node])]
        if not ready:
            raise ValueError(f"a cycle among {', '.join(node for node in nodes if node not in layer)}")
        for node in ready:
            layer[node] = 1 + max((layer[one] for one in before[node]), default=-1)
    return layer


def rows(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The row of each node, counted from 0. A node's longest continuation stays on its row; what else follows it goes
    to the nearest free rows above and below in turn. So the picture stays balanced, and lines from a node to those
    placed below it in the tree run between two neighbouring columns only, where nothing else is.
    """
    after, layer = _tree(nodes, edges), layers(nodes, edges)

    def block(node: str) -> dict[str, int]:
        heavy, *others = sorted(map(block, after[node]), key=len, reverse=True) or [{}]
        return together({node: 0} | heavy, others)

    def together(placed: dict[str, int], blocks: Iterable[dict[str, int]]) -> dict[str, int]:
        for turn, one in enumerate(blocks):
            taken = {(row, layer[node]) for node, row in placed.items()}
            step = 1 if turn % 2 else -1
            shift = next(
                shift
                for shift in count(step, step)
                if not any((row + shift, layer[node]) in taken for node, row in one.items())
            )
            placed |= {node: row + shift for node, row in one.items()}
        return placed

    first, *others = sorted(map(block, after[""]), key=len, reverse=True)
    placed = together(first, others)
    top = min(placed.values())
    return {node: placed[node] - top for node in nodes}


def order(nodes: Sequence[str], edges: Sequence[Edge]) -> list[str]:
    """The nodes one under another: each chain is kept together, and everything stands below what it builds on."""
    after, found = _tree(nodes, edges), list[str]()

    def visit(node: str) -> None:
        found.append(node)
        for one in after[node]:
            visit(one)

    for root in after[""]:
        visit(root)
    return found


def lanes(places: Sequence[str], edges: Iterable[Edge]) -> dict[str, int]:
    """For each node with an edge to a node that is not the next one: the lane, counted from 1, in which its edges run
    past the nodes between. Lanes that are used at the same height differ.
    """
    at = {node: place for place, node in enumerate(places)}
    reach: dict[str, int] = {}
    for source, target in edges:
        if at[target] != at[source] + 1:
            reach[source] = max(reach.get(source, 0), at[target])
    lane: dict[str, int] = {}
    for source in sorted(reach, key=at.__getitem__):
        taken = {lane[one] for one in lane if reach[one] > at[source]}
        lane[source] = next(number for number in count(1) if number not in taken)
    return lane


def _before(nodes: Sequence[str], edges: Iterable[Edge]) -> dict[str, list[str]]:
    before: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        before[target].append(source)
    return before


def _tree(nodes: Sequence[str], edges: Sequence[Edge]) -> Mapping[str, list[str]]:
    """Each node below the latest of its predecessors; those without any below ""."""
    before, layer = _before(nodes, edges), layers(nodes, edges)
    after: dict[str, list[str]] = {node: [] for node in ("", *nodes)}
    for node in nodes:
        after[max(before[node], key=layer.__getitem__, default="")].append(node)
    return after

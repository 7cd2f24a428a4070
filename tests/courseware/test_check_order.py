"""Random graphs and paths: a topological order passes, a broken one is named with the documents that break it."""

from __future__ import annotations

import random
from graphlib import TopologicalSorter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from courseware.check.order import broken, circles

Graph = dict[str, list[str]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A random acyclic graph: each node requires only nodes of lower number."""
    size = draw(st.integers(1, 12))
    return {
        f"{node:02}": [
            f"{other:02}"
            for other in sorted(draw(st.sets(st.integers(0, node - 1), max_size=4)) if node else ())
        ]
        for node in range(size)
    }


def some_order(graph: Graph, seed: int) -> list[str]:
    """A topological order, chosen at random among the valid ones."""
    chance, sorter, order = random.Random(seed), TopologicalSorter(graph), []
    sorter.prepare()
    waiting = list(sorter.get_ready())
    while waiting:
        node = waiting.pop(chance.randrange(len(waiting)))
        order.append(node)
        sorter.done(node)
        waiting += sorter.get_ready()
    return order


@given(graphs(), st.integers())
def test_every_valid_order_passes(graph: Graph, seed: int) -> None:
    order = some_order(graph, seed)
    assert list(broken(order, graph)) == []
    assert list(circles(graph)) == []


@given(graphs(), st.integers(), st.randoms(use_true_random=False))
def test_a_shuffled_path_is_broken_exactly_where_it_is(
    graph: Graph, seed: int, chance: random.Random
) -> None:
    path = some_order(graph, seed)
    chance.shuffle(path)
    path = path[: max(1, len(path) - chance.randrange(3))]
    expected = {
        (node, other) for place, node in enumerate(path) for other in graph[node] if other not in path[:place]
    }
    found = list(broken(path, graph))
    assert len(found) == len(expected)
    for place, words in found:
        assert any(node == path[place] and node in words and other in words for node, other in expected)


@given(graphs(), st.data())
def test_an_edge_back_closes_a_circle_that_is_named(graph: Graph, data: st.DataObject) -> None:
    edges = [(node, other) for node, others in graph.items() for other in others]
    if not edges:
        return
    node, other = data.draw(st.sampled_from(edges))
    looped = {**graph, other: [*graph[other], node]}
    found = list(circles(looped))
    assert found
    for circle in found:
        assert circle[0] == circle[-1]
        assert len(circle) > 2
        assert all(after in looped[before] for before, after in pairwise(circle))

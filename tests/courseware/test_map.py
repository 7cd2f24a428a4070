"""The document map: where its nodes go, and what it says."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.visual.graph import Edge, lanes, layers, order, rows
from courseware.visual.svg import width, wrap


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], list[Edge]]:
    """An acyclic graph: edges lead from earlier to later nodes."""
    nodes = [f"n{number}" for number in range(draw(st.integers(1, 14)))]
    pairs = [(a, b) for place, b in enumerate(nodes) for a in nodes[:place]]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=24)) if pairs else []
    return nodes, edges


@given(graphs())
def test_every_edge_leads_to_a_later_layer_and_layers_have_no_gaps(
    graph: tuple[list[str], list[Edge]],
) -> None:
    layer = layers(*graph)
    assert all(layer[a] < layer[b] for a, b in graph[1])
    assert {*layer.values()} == {*range(max(layer.values()) + 1)}


@given(graphs())
def test_no_two_nodes_share_a_place(graph: tuple[list[str], list[Edge]]) -> None:
    layer, row = layers(*graph), rows(*graph)
    assert len({(layer[node], row[node]) for node in graph[0]}) == len(graph[0])
    assert min(row.values()) == 0


@given(graphs())
def test_along_the_rail_everything_stands_once_and_edges_that_pass_each_other_have_their_own_lanes(
    graph: tuple[list[str], list[Edge]],
) -> None:
    nodes, edges = graph
    places = order(nodes, edges)
    assert sorted(places) == sorted(nodes)
    at = {node: place for place, node in enumerate(places)}
    lane = lanes(places, edges)
    spans = {a: (at[a], max(at[b] for c, b in edges if c == a)) for a in lane}
    for a in lane:
        for b in lane:
            if a != b and lane[a] == lane[b]:
                assert spans[a][1] <= spans[b][0] or spans[b][1] <= spans[a][0]


def test_a_chain_stays_on_its_row_and_keeps_together() -> None:
    nodes, edges = list("abcdx"), [("a", "b"), ("b", "c"), ("c", "d"), ("a", "x")]
    row = rows(nodes, edges)
    assert len({row[node] for node in "abcd"}) == 1
    assert row["x"] != row["a"]
    assert order(nodes, edges) == list("abcdx")
    assert lanes(list("abcdx"), edges) == {"a": 1}


def test_a_cycle_is_refused() -> None:
    with pytest.raises(ValueError, match="a cycle among a, b"):
        layers(["a", "b"], [("a", "b"), ("b", "a")])


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("最小可用", ["最小可用"]),
        ("核心概念 01：并行执行机制", ["核心概念 01：", "并行执行机制"]),
        ("Core concept 2: merging results", ["Core concept 2:", "merging results"]),
        ("一二三四五六七八九十，十一", ["一二三四五六七八九十，", "十一"]),
    ],
)
def test_titles_break_at_the_colon_and_never_before_punctuation(text: str, lines: list[str]) -> None:
    assert wrap(text, 135, 13) == lines


@given(st.lists(st.text("ab的，", min_size=1, max_size=6), min_size=1, max_size=8))
def test_wrapping_loses_nothing_and_keeps_to_the_width_where_words_allow(words: list[str]) -> None:
    text = " ".join(words)
    lines = wrap(text, 80, 10)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    for line, following in pairwise(lines):
        first = re.match(r"[的，]|[ab]+", following)
        assert first is None or first[0] == "，" or width(f"{line}{first[0]}", 10) > 80 - 10

"""The same graphs in LangGraph 1.2: where the answers differ, and where a warning of the course comes from."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.errors import GraphRecursionError, InvalidUpdateError
from langgraph.graph import END as LG_END
from langgraph.graph import START as LG_START
from langgraph.graph import StateGraph
from langgraph.types import Send as LgSend

from fanout.graph import END, START, Graph, LoopLimit, MergeConflict, Send, append

from .graph_cases import CASES, Case


class Messages(TypedDict, total=False):
    messages: Annotated[list[str], operator.add]


class Plain(TypedDict, total=False):
    v: str


def says(name: str) -> Callable[[Any], dict[str, list[str]]]:
    return lambda _: {"messages": [name]}


def in_langgraph(graph: Graph, schema: Any = Messages) -> Any:
    """The same nodes, edges and routes in LangGraph; a subgraph as it is compiled there."""
    other: Any = StateGraph(schema)
    place = {START: LG_START, END: LG_END}
    for name, step in graph.nodes.items():
        plan = getattr(step, "plan", None)
        if plan is None:
            other.add_node(name, step.func)
        else:
            inner = Graph()
            inner.nodes, inner.routes = dict(plan.nodes), dict(plan.routes)
            inner.edges = {source: list(targets) for source, targets in plan.edges.items()}
            other.add_node(name, in_langgraph(inner, schema))
    for source, targets in graph.edges.items():
        for target in targets:
            other.add_edge(place.get(source, source), place.get(target, target))
    for source, route in graph.routes.items():
        targets_ = {answer: place.get(target, target) for answer, target in route.targets.items()}
        other.add_conditional_edges(place.get(source, source), route.router.func, targets_)
    return other.compile()


def both(graph: Graph, given: Any, schema: Any = Messages) -> tuple[Any, Any]:
    return graph.compile().invoke(given), dict(in_langgraph(graph, schema).invoke(given))


LANGGRAPH_SAYS = {
    "one subgraph": "A A1 A2 A A3.1 A3.2 B",
    "two subgraphs": "A A A1.1 A1.2 A2 A A3.1 A3.2 B",
    "three subgraphs": "A A A1.1 A1.2 A A2.1 A2.2 A A3.1 A3.2 B",
}
"""A subgraph hands back the state it holds, so what it was given comes back once more."""


@pytest.mark.parametrize("case", [case for case in CASES if case.messages], ids=lambda case: case.name)
def test_the_cases_of_java(case: Case) -> None:
    ours, theirs = both(case.build(says), {"messages": []})
    assert case.messages is not None
    assert ours["messages"] == list(case.messages)
    assert theirs["messages"] == LANGGRAPH_SAYS.get(case.name, " ".join(case.messages)).split()


def test_a_loop_that_never_ends() -> None:
    [case] = [case for case in CASES if case.messages is None]
    graph = case.build(says)
    with pytest.raises(LoopLimit):
        graph.compile().invoke({})
    with pytest.raises(GraphRecursionError):
        in_langgraph(graph).invoke({"messages": []}, {"recursion_limit": 25})


def fan(names: Iterable[str], node: Callable[[str], Any] = says) -> Graph:
    graph = Graph({"messages": append})
    for name in names:
        graph.node(name, node(name)).edge(START, name).edge(name, END)
    return graph


def test_langgraph_merges_static_branches_by_name() -> None:
    ours, theirs = both(fan(["zeta", "alpha", "mid"]), {"messages": []})
    assert ours["messages"] == ["zeta", "alpha", "mid"]
    assert theirs["messages"] == ["alpha", "mid", "zeta"]


def test_and_sends_in_the_order_of_the_list() -> None:
    def work(arg: Any) -> dict[str, list[str]]:
        return {"messages": [arg]}

    ours = Graph({"messages": append}).node("work", work).edge("work", END)
    ours.route(START, lambda s: [Send("work", word) for word in ("zeta", "alpha", "mid")], ["work"])
    theirs: Any = StateGraph(Messages)
    theirs.add_node("work", work)
    theirs.add_conditional_edges(
        LG_START, lambda s: [LgSend("work", word) for word in ("zeta", "alpha", "mid")], ["work"]
    )
    assert ours.compile().invoke({})["messages"] == ["zeta", "alpha", "mid"]
    assert theirs.compile().invoke({"messages": []})["messages"] == ["zeta", "alpha", "mid"]


def test_langgraph_runs_a_join_of_unequal_branches_twice() -> None:
    graph = Graph({"messages": append})
    for name in ("A", "A1", "A1b", "A2", "B"):
        graph.node(name, says(name))
    graph.edge(START, "A").edge("A", ["A1", "A2"]).edge("A1", "A1b").edge(["A1b", "A2"], "B").edge("B", END)
    ours, theirs = both(graph, {"messages": []})
    assert ours["messages"] == ["A", "A1", "A1b", "A2", "B"]
    assert theirs["messages"] == ["A", "A1", "A2", "A1b", "B", "B"]


def test_two_writers_and_nothing_that_says_how_to_merge() -> None:
    graph = fan(["a", "b"], lambda name: lambda _: {"v": name})
    with pytest.raises(MergeConflict, match="'a' and 'b', which meet at '__END__', both write 'v'"):
        graph.compile().invoke({})
    with pytest.raises(InvalidUpdateError, match="At key 'v': Can receive only one value per step"):
        in_langgraph(graph, Plain).invoke({})
    assert graph.compile(strict=False).invoke({})["v"] == "b"


def test_an_undeclared_key_is_kept_and_in_langgraph_lost() -> None:
    graph = fan(["a"], lambda name: lambda _: {"v": name, "extra": 1})
    assert graph.compile().invoke({}) == {"messages": [], "v": "a", "extra": 1}
    assert in_langgraph(graph, Plain).invoke({}) == {"v": "a"}

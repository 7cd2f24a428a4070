"""The graphs that langgraph4j, Spring AI Alibaba Graph and LangGraph are known by, each with the right answer.

A node appends its name to `messages`. `wait(name)` makes such a node for the mode that is tested; how long each takes
is left to the test, as the answer must not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fanout.graph import END, START, Graph, append

State = dict[str, Any]
MakeNode = Callable[[str], Any]
Built = Callable[[MakeNode], Graph]


def names(graph: Graph, node: MakeNode, *listed: str) -> Graph:
    for name in listed:
        graph.node(name, node(name))
    return graph


def fork_join(node: MakeNode, **subgraphs: Graph) -> Graph:
    """START → A → {A1, A2, A3} → B, without what comes after B."""
    graph = names(Graph({"messages": append}), node, "A")
    for name in ("A1", "A2", "A3"):
        graph.node(name, subgraphs.get(name) or node(name))
    graph.node("B", node("B"))
    return graph.edge(START, "A").edge("A", ["A1", "A2", "A3"]).edge(["A1", "A2", "A3"], "B")


def chain(node: MakeNode, *listed: str) -> Graph:
    graph = names(Graph({"messages": append}), node, *listed)
    for source, target in zip((START, *listed), (*listed, END), strict=True):
        graph.edge(source, target)
    return graph


def straight(node: MakeNode) -> Graph:
    return names(fork_join(node), node, "C").edge("B", "C").edge("C", END)


def at_start(node: MakeNode) -> Graph:
    graph = names(Graph({"messages": append}), node, "A1", "A2", "A3", "B", "C")
    return graph.edge(START, ["A1", "A2", "A3"]).edge(["A1", "A2", "A3"], "B").edge("B", "C").edge("C", END)


def back_unless(place: int, name: str, back: str = "A1") -> Built:
    """At B: if the message at this place is `name` go on to C, else back."""

    def build(node: MakeNode) -> Graph:
        def decide(state: State) -> str:
            return "continue" if state["messages"][place] == name else "back"

        graph = names(fork_join(node), node, "C")
        return graph.route("B", decide, {"back": back, "continue": "C"}).edge("C", END)

    return build


def subgraphs(*which: str) -> Built:
    def build(node: MakeNode) -> Graph:
        inner = {name: chain(node, f"{name}.1", f"{name}.2") for name in which}
        return fork_join(node, **inner).edge("B", END)

    return build


def back_to_fork_once(node: MakeNode) -> Graph:
    def decide(state: State) -> str:
        return "back" if state["messages"].count("B") == 1 else "continue"

    return names(fork_join(node), node, "C").route("B", decide, {"back": "A", "continue": "C"}).edge("C", END)


@dataclass(frozen=True)
class Case:
    """`messages` None: it never ends. `events`: those of `fork_join_only`."""

    name: str
    build: Built
    messages: tuple[str, ...] | None
    events: tuple[str, ...] = ()


def _events(*nodes: str) -> tuple[str, ...]:
    return (START, *nodes, END)


FORKED = ("A", "__PARALLEL__(A)")
CASES = [
    Case("fork-join", straight, ("A", "A1", "A2", "A3", "B", "C"), _events(*FORKED, "B", "C")),
    Case(
        "fork at START",
        at_start,
        ("A1", "A2", "A3", "B", "C"),
        _events("__PARALLEL__(__START__)", "B", "C"),
    ),
    Case(
        "back unless A3 came before B",
        back_unless(-2, "A3"),
        ("A", "A1", "A2", "A3", "B", "C"),
        _events(*FORKED, "B", "C"),
    ),
    Case("back unless A3 came last", back_unless(-1, "A3"), None),
    Case(
        "back to a branch",
        back_unless(-2, "A1"),
        ("A", "A1", "A2", "A3", "B", "A1", "B", "C"),
        _events(*FORKED, "B", "A1", "B", "C"),
    ),
    Case(
        "back to the fork",
        back_to_fork_once,
        ("A", "A1", "A2", "A3", "B", "A", "A1", "A2", "A3", "B", "C"),
        _events(*FORKED, "B", *FORKED, "B", "C"),
    ),
    Case("one subgraph", subgraphs("A3"), ("A", "A1", "A2", "A3.1", "A3.2", "B"), _events(*FORKED, "B")),
    Case("two subgraphs", subgraphs("A1", "A3"), ("A", "A1.1", "A1.2", "A2", "A3.1", "A3.2", "B")),
    Case(
        "three subgraphs",
        subgraphs("A1", "A2", "A3"),
        ("A", "A1.1", "A1.2", "A2.1", "A2.2", "A3.1", "A3.2", "B"),
    ),
]

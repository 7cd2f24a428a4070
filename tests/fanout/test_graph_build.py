"""What a graph may be made of, and every way in which it can be wrong, said with the name of the node."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Literal

import pytest
from langchain_core.runnables import RunnableLambda

from fanout import Parallel, passthrough
from fanout.graph import ANY_OF, END, START, Graph, GraphError, LoopLimit, Send, append, fold, unique

from .modes import Mode, each_mode


def one(name: str = "A", step: Any = lambda _: {}) -> Graph:
    return Graph().node(name, step).edge(START, name).edge(name, END)


MISTAKES: dict[str, tuple[Callable[[], Any], str]] = {
    "unknown target": (
        lambda: one("search").edge("search", "serch"),
        r"edge 'search' → 'serch': there is no node 'serch'; did you mean 'search'\?",
    ),
    "unknown source": (lambda: one().edge("Z", "A"), "edge 'Z' → 'A': there is no node 'Z'"),
    "unknown target of a route": (
        lambda: one().route("A", passthrough, ["Q"]),
        "route from 'A' to 'Q': there is no node 'Q'",
    ),
    "LangGraph's START": (
        lambda: one().edge("__start__", "A"),
        "START and END are to be imported from fanout.graph",
    ),
    "unreachable": (
        lambda: one().node("B", passthrough).edge("B", END),
        "node 'B' cannot be reached from START",
    ),
    "no way to END": (
        lambda: one().node("B", passthrough).edge("A", "B"),
        "no path leads from node 'B' to END",
    ),
    "nothing at all": (lambda: Graph(), "no edge leaves START"),
    "into START": (lambda: one().edge("A", START), "nothing comes before START"),
    "out of END": (lambda: one().edge(END, "A"), "nothing comes after END"),
    "duplicate edge": (lambda: one().edge("A", END), r"edge \[A\] has duplicate targets \[__END__\]!"),
    "two routes": (
        lambda: one().route("A", passthrough, [END]).route("A", passthrough, [END]),
        "conditional edge from 'A' already exist!",
    ),
    "a name twice": (lambda: one().node("A", passthrough), "node 'A' is given twice"),
    "a reserved name": (lambda: one(START), "a node cannot be called '__START__'"),
    "a route to nowhere": (
        lambda: one().route("A", passthrough),
        "the route from 'A' must say where it may go",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_graph_that_cannot_be_built(mistake: str) -> None:
    build, message = MISTAKES[mistake]
    with pytest.raises(GraphError, match=message):
        build().compile()


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="loop_limit must be at least 1"):
        one().compile(loop_limit=0)
    with pytest.raises(ValueError, match="limit must be at least 1"):
        one().compile(limit=0)
    with pytest.raises(GraphError, match="joins: there is no node 'B'"):
        one().compile(joins={"B": ANY_OF})
    with pytest.raises(TypeError, match=r"key 'k' must take the old value.*fold\(add\)"):
        Graph({"k": operator.add})
    with pytest.raises(TypeError, match="must be a function such as append, not 3"):
        Graph({"k": 3})  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="3 cannot be a step"):
        one(step=3)


@each_mode
def test_a_node_that_returns_no_mapping(mode: Mode) -> None:
    run = mode.run(one(step=mode.leaf(lambda _: [1])).compile(), {})
    with pytest.raises(TypeError, match=r"node 'A' must return a mapping of what it writes.*not \[1\]"):
        run.result()


@each_mode
def test_a_router_that_names_an_unknown_target(mode: Mode) -> None:
    for answer, said in (("Q", "'Q'"), (Send("Q", 1), r"Send\('Q', …\)"), ([["B"]], r"\['B'\]")):
        graph = one().node("B", mode.leaf(lambda _: {})).edge("B", END)
        run = mode.run(graph.route("A", mode.leaf(lambda _, a=answer: a), ["B"]).compile(), {})
        with pytest.raises(
            GraphError, match=f"router of 'A' returned {said}, which is not among its targets: 'B'"
        ):
            run.result()


@each_mode
def test_a_state_that_is_no_mapping(mode: Mode) -> None:
    with pytest.raises(TypeError, match="takes its state as a mapping, not 3"):
        mode.run(one().compile(), 3).result()


@each_mode
def test_an_error_is_raised_as_it_is_with_the_way_to_its_node(mode: Mode) -> None:
    error = ValueError("no")
    inner = Graph().node("A.1", mode.wait(1, error=error)).edge(START, "A.1").edge("A.1", END)
    graph = one(step=inner).node("slow", mode.wait(5)).edge(START, "slow").edge("slow", END)
    run = mode.run(graph.compile(), {})
    assert run.error is error
    assert error.__notes__ == ["in node 'A' / 'A.1'"]
    assert run.answered == (1 if mode.coroutines else 5)  # a thread is waited for


@each_mode
def test_the_loop_limit_raises_and_says_where(mode: Mode) -> None:
    graph = one(step=mode.leaf(lambda s: {"n": s.get("n", 0) + 1})).route(
        "A", mode.leaf(lambda _: "A"), ["A", END]
    )
    graph.edges.pop("A")
    run = mode.run(graph.compile(loop_limit=7), {})
    with pytest.raises(LoopLimit, match="loop through 'A' back to 'A' went round more than 7 times"):
        run.result()


@each_mode
def test_nodes_are_whatever_can_be_a_step(mode: Mode) -> None:
    graph = (
        Graph({"log": append})
        .node("function", mode.leaf(lambda s: {"log": "function"}))
        .node("runnable", RunnableLambda(lambda s: {"log": f"runnable after {s['log']}"}))
        .node("step", mode.leaf(lambda s: {"x": 1}) | mode.leaf(lambda d: {"log": d["x"]}))
        .node("mapping", {"log": mode.leaf(lambda s: "branch"), "y": Parallel(z=mode.leaf(len))})
        .node("nothing", mode.leaf(lambda s: None))
    )
    nodes = list(graph.nodes)
    for source, target in zip((START, *nodes), (*nodes, END), strict=True):
        graph.edge(source, target)
    assert mode.run(graph.compile(), {}).result() == {
        "log": ["function", "runnable after ['function']", 1, "branch"],
        "y": {"z": 1},
    }


def test_a_graph_is_a_step() -> None:
    graph = one(step=lambda s: {"n": s["n"] + 1}).compile()
    chain = graph | (lambda s: s["n"]) | {"twice": lambda n: n * 2}
    assert chain.invoke({"n": 1}) == {"twice": 4}
    assert list((graph | (lambda s: s["n"])).stream({"n": 1})) == [2]
    assert graph.batch([{"n": 1}, {"n": 2}]) == [{"n": 2}, {"n": 3}]
    assert (RunnableLambda(lambda n: {"n": n}) | graph).invoke(4) == {"n": 5}


def test_targets_from_the_type_of_a_router() -> None:
    def choose(state: Any) -> Literal["A", "B"] | list[Literal["B"]]:
        return state["to"]  # type: ignore[no-any-return]

    graph = one(step=lambda _: {"at": "A"}).node("B", lambda _: {"at": "B"}).edge("B", END)
    graph.edges.pop(START)
    assert graph.route(START, choose).compile().invoke({"to": "B"}) == {"to": "B", "at": "B"}


class TestKeys:
    def test_what_is_given_counts_as_the_first_write(self) -> None:
        graph = Graph({"log": append, "sum": fold(operator.add), "ids": unique})
        graph.node("A", lambda s: {"log": "A", "sum": 2, "ids": [1, 2]}).edge(START, "A").edge("A", END)
        assert graph.compile().invoke({"log": "in", "sum": 1}) == {
            "log": ["in", "A"],
            "sum": 3,
            "ids": [1, 2],
        }

    def test_a_list_is_there_before_anybody_writes(self) -> None:
        graph = Graph({"log": append}).node("A", lambda s: {"seen": len(s["log"])})
        assert graph.edge(START, "A").edge("A", END).compile().invoke({}) == {"log": [], "seen": 0}

    def test_a_branch_may_write_a_key_as_often_as_it_likes(self) -> None:
        graph = Graph()
        for name in "ABC":
            graph.node(name, lambda s, name=name: {"v": s.get("v", "") + name})
        graph.node("D", lambda s: {"d": s.get("v")})
        graph.edge(START, ["A", "D"]).edge("A", "B").edge(["B", "D"], "C").edge("C", END)
        assert graph.compile().invoke({}) == {"v": "ABC", "d": None}

    def test_a_node_cannot_change_the_state_behind_its_back(self) -> None:
        def change(state: Any) -> None:
            state["x"] = 2

        assert one(step=change).compile().invoke({"x": 1}) == {"x": 1}

"""The cases of the Java systems, in every mode and every order in which the branches can end."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fanout.graph import ALL_OF, ANY_OF, END, START, Graph, GraphError, LoopLimit, append, fold

from .graph_cases import CASES, Case, at_start, fork_join, names, straight
from .modes import Log, Mode, each_mode

SECONDS = list(itertools.permutations((1, 2, 3)))[::2]


def timed(mode: Mode, seconds: tuple[float, ...], log: Log | None = None) -> Any:
    """Nodes that append their name; A1, A2 and A3 (or what is in them) take this long."""

    def node(name: str) -> Any:
        branch = int(name[1]) if name[1:2].isdigit() else 0
        return mode.wait(seconds[branch - 1] if branch else 1, {"messages": name}, log=log)

    return node


@pytest.mark.parametrize("fork_join_only", [False, True])
@pytest.mark.parametrize("seconds", SECONDS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@each_mode
def test_case(mode: Mode, case: Case, seconds: tuple[float, ...], fork_join_only: bool) -> None:
    graph = case.build(timed(mode, seconds)).compile(fork_join_only=fork_join_only)
    run = mode.run(graph, {})
    if case.messages is None:
        with pytest.raises(LoopLimit, match="loop through 'B' back to 'A1' went round more than 25 times"):
            run.result()
        return
    assert run.result()["messages"] == list(case.messages)
    if case.events and fork_join_only:
        assert [event.node for event, _ in mode.stream(graph, {}).result()] == list(case.events)


@each_mode
def test_the_default_mode_tells_of_each_branch_when_it_ends(mode: Mode) -> None:
    events = mode.stream(straight(timed(mode, (3, 1, 2))).compile(), {}).result()
    assert [(event.node, at) for event, at in events] == [
        (START, 0), ("A", 1), ("A2", 2), ("A3", 3), ("A1", 4), ("B", 5), ("C", 6), (END, 6),
    ]  # fmt: skip
    assert events[2][0].state == {"messages": ["A", "A2"]}
    assert events[-1][0].state == {"messages": ["A", "A1", "A2", "A3", "B", "C"]}


@each_mode
def test_process_and_aggregate(mode: Mode) -> None:
    def process(kind: str) -> Any:
        return mode.leaf(lambda state: {"results": f"Type {kind} processed: {state['data']}"})

    graph = Graph({"results": append}).node(
        "aggregate", mode.leaf(lambda s: {"final": ", ".join(s["results"])})
    )
    for kind in "abc":
        graph.node(f"process_{kind}", process(kind.upper()))
        graph.edge(START, f"process_{kind}").edge(f"process_{kind}", "aggregate")
    run = mode.run(graph.edge("aggregate", END).compile(fork_join_only=True), {"data": "Sample Data"})
    assert run.result()["final"] == (
        "Type A processed: Sample Data, Type B processed: Sample Data, Type C processed: Sample Data"
    )


class TestExecutors:
    @each_mode
    def test_the_executor_of_a_fork_runs_its_branches_and_nothing_else(self, mode: Mode) -> None:
        """With one thread they run one after another; what comes after the join is not on it."""

        lanes: dict[str, str] = {}

        def node(name: str) -> Any:
            def work(_: Any) -> dict[str, str]:
                time.sleep(1)  # an executor has no event loop, so this is blocking in every mode
                lanes[name] = threading.current_thread().name.partition("_")[0]
                return {"messages": name}

            return work

        graph = at_start(node).compile()

        def run() -> Any:
            with ThreadPoolExecutor(1, "mine") as pool:
                return graph.invoke({}, executors={START: pool})

        async def arun() -> Any:
            with ThreadPoolExecutor(1, "mine") as pool:
                return await graph.ainvoke({}, executors={START: pool})

        run_ = mode.simulate(arun if mode.asynchronous else run)
        assert run_.result() == {"messages": ["A1", "A2", "A3", "B", "C"]}
        assert run_.answered == 5
        assert {name for name, lane in lanes.items() if lane == "mine"} == {"A1", "A2", "A3"}

    def test_on_a_branch_it_is_refused(self) -> None:
        graph = straight(lambda name: lambda _: {}).compile()
        with ThreadPoolExecutor(1) as pool:
            with pytest.raises(GraphError, match="'A1' is no fork; an executor belongs to the fork"):
                graph.invoke({}, executors={"A1": pool})
            with pytest.raises(GraphError, match="there is no node 'Z'"):
                graph.invoke({}, executors={"Z": pool})
        with pytest.raises(TypeError, match="no executor"):
            graph.invoke({}, executors={"A": 3})


class TestAnyOf:
    def graph(self, mode: Mode, log: Log | None = None, **errors: BaseException) -> Graph:
        graph = Graph({"messages": append}).node("join", mode.wait(1, {"messages": "join"}, log=log))
        for name, seconds in (("slow", 5), ("fast", 1)):
            graph.node(name, mode.wait(seconds, {"messages": name}, error=errors.get(name), log=log))
            graph.edge(START, name).edge(name, "join")
        return graph.edge("join", END)

    @pytest.mark.parametrize("fork_join_only", [False, True])
    @each_mode
    def test_the_first_branch_and_the_join_only(self, mode: Mode, fork_join_only: bool) -> None:
        graph = self.graph(mode).compile(joins={"join": ANY_OF}, fork_join_only=fork_join_only)
        run = mode.run(graph, {})
        assert run.result() == {"messages": ["fast", "join"]}
        assert run.answered == 2
        assert run.settled == (2 if mode.coroutines else 5)

    @each_mode
    def test_all_of_takes_both(self, mode: Mode) -> None:
        run = mode.run(self.graph(mode).compile(joins={"join": ALL_OF}), {})
        assert run.result() == {"messages": ["slow", "fast", "join"]}
        assert run.answered == 6

    @each_mode
    def test_a_failure_is_no_winner(self, mode: Mode) -> None:
        run = mode.run(self.graph(mode, fast=ValueError("no")).compile(joins={"join": ANY_OF}), {})
        assert run.result() == {"messages": ["slow", "join"]}

    @each_mode
    def test_if_all_fail_all_are_raised_in_the_words_of_java(self, mode: Mode) -> None:
        fast, slow = ValueError("fast"), KeyError("slow")
        run = mode.run(self.graph(mode, fast=fast, slow=slow).compile(joins={"join": ANY_OF}), {})
        with pytest.raises(ExceptionGroup, match="ALL 2 parallel branches failed in ANY_OF strategy") as got:
            run.result()
        assert got.value.exceptions == (fast, slow)


class TestForkJoinOnly:
    """What the Java systems refuse, in their words; each of these graphs runs without `fork_join_only`."""

    def test_different_next_nodes(self) -> None:
        graph = names(Graph({"messages": append}), self.node, "A", "A1", "A2", "B", "C")
        graph.edge(START, "A").edge("A", ["A1", "A2"]).edge("A1", "B").edge("A2", "C").edge(["B", "C"], END)
        self.refused(
            graph,
            r"parallel node \[A\] must have only one target, but \[B, C\] have been found!",
            "A A1 B A2 C",
        )

    def test_a_second_step_on_a_branch(self) -> None:
        graph = names(Graph({"messages": append}), self.node, "A", "A1", "A1b", "A2", "B")
        graph.edge(START, "A").edge("A", ["A1", "A2"]).edge("A1", "A1b").edge(["A1b", "A2"], "B").edge(
            "B", END
        )
        self.refused(
            graph, r"parallel node \[A\] must have only one target, but \[A1b, B\] have been", "A A1 A1b A2 B"
        )

    def test_a_route_on_a_branch(self) -> None:
        graph = names(Graph({"messages": append}), self.node, "A", "A1", "A3", "B")
        graph.edge(START, "A").edge("A", ["A1", "A3"]).edge("A1", "B").route("A3", lambda s: "B", ["B", END])
        self.refused(
            graph.edge("B", END),
            r"parallel node doesn't support conditional branch, but on \[A\] a conditional branch on \[A3\] have",
            "A A1 A3 B",
        )

    def test_a_route_on_the_fork(self) -> None:
        graph = fork_join(self.node).edge("B", END).route("A", lambda s: [], ["B"])
        self.refused(graph, "conditional edge from 'A' already exist!", "A A1 A2 A3 B")

    def test_a_fork_on_a_branch(self) -> None:
        graph = names(Graph({"messages": append}), self.node, "A", "A1", "B", "B1", "B2", "C")
        graph.edge(START, "A").edge("A", ["A1", "B"]).edge("B", ["B1", "B2"]).edge(["A1", "B1", "B2"], "C")
        self.refused(graph.edge("C", END), "Edge 'B' is parallel", "A A1 B B1 B2 C")

    def test_the_same_edge_twice(self) -> None:
        with pytest.raises(GraphError, match=r"edge \[A\] has duplicate targets \[A2\]!"):
            fork_join(self.node).edge("A", "A2")

    def test_a_router_that_picks_branches_which_do_not_meet(self) -> None:
        graph = names(Graph({"messages": append}), self.node, "A1", "A2", "B", "C")
        graph.route(START, lambda s: ["A1", "A2"], ["A1", "A2"]).edge("A1", "B").edge("A2", "C")
        graph.edge(["B", "C"], END)
        with pytest.raises(
            GraphError, match=r"parallel node \[__START__\] must have only one target, but \[B, C\]"
        ):
            graph.compile(fork_join_only=True).invoke({})

    @pytest.mark.parametrize("fork_join_only", [False, True])
    def test_a_router_that_picks_a_subset(self, fork_join_only: bool) -> None:
        graph = names(Graph({"messages": append}), self.node, "A1", "A2", "A3", "B")
        graph.route(START, lambda s: ["A3", "A1"], ["A1", "A2", "A3"]).edge(["A1", "A2", "A3"], "B").edge(
            "B", END
        )
        assert graph.compile(fork_join_only=fork_join_only).invoke({}) == {"messages": ["A3", "A1", "B"]}

    def test_the_last_declared_branch_wins_a_key_without_strategy(self) -> None:
        graph = Graph({"log": fold(lambda a, b: a + b)})
        for name in ("zeta", "alpha"):
            graph.node(name, lambda _, name=name: {"v": name, "log": name}).edge(START, name).edge(name, END)
        assert graph.compile(fork_join_only=True).invoke({}) == {"v": "alpha", "log": "zetaalpha"}

    @staticmethod
    def node(name: str) -> Any:
        return lambda _: {"messages": name}

    @staticmethod
    def refused(graph: Graph, message: str, runs: str) -> None:
        with pytest.raises(GraphError, match=message):
            graph.compile(fork_join_only=True)
        assert graph.compile().invoke({}) == {"messages": runs.split()}

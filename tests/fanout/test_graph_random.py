"""Random graphs with random times: the answer depends on the graph alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanout.graph import END, START, Graph, LoopLimit, append

from .modes import MODES, Mode, Run

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
some = settings(max_examples=100, deadline=None, suppress_health_check=SLOW, derandomize=True, database=None)
many = settings(max_examples=2_000, deadline=None, suppress_health_check=SLOW, database=None)
seconds = st.lists(st.integers(0, 4), min_size=9, max_size=9)


@dataclass(frozen=True)
class Dag:
    """`after` of START (0) and of each node (1, 2, …), towards higher numbers; `taken`: where its router will go."""

    after: dict[int, tuple[int, ...]]
    routed: frozenset[int]
    taken: dict[int, tuple[int, ...]]

    def build(self, mode: Mode, times: list[int]) -> Graph:
        graph = Graph({"messages": append, "seen": append})
        for node in range(1, len(self.after)):
            graph.node(name(node), timed(mode, node, times[node % len(times)]))
        for node, targets in self.after.items():
            names = [name(target) for target in targets] or [END]
            if node in self.routed:
                chosen = [name(target) for target in self.taken[node]]
                graph.route(name(node), lambda _, chosen=chosen: chosen, [*names, END])
            else:
                graph.edge(name(node), names)
        return graph

    def ran(self) -> dict[int, set[int]]:
        """The nodes that must run, each with all that must run before it."""
        before: dict[int, set[int]] = {0: set()}
        for node in self.after:
            if node in before:
                for target in self.taken[node]:
                    before.setdefault(target, set()).update(before[node] | ({node} - {0}))
        return {node: before[node] for node in before if node}


def name(node: int) -> str:
    return f"n{node}" if node else START


def timed(mode: Mode, node: int, seconds: float) -> Any:
    me = name(node)
    return mode.wait(seconds, lambda state: {"messages": me, "seen": [(me, tuple(state["messages"]))]})


@st.composite
def dags(draw: Any, routes: bool = True) -> Dag:
    count = draw(st.integers(1, 8))
    after: dict[int, list[int]] = {node: [] for node in range(count + 1)}
    for node in range(1, count + 1):
        for source in sorted(draw(st.sets(st.integers(0, node - 1), min_size=1, max_size=3))):
            after[source].append(node)
    declared = {node: tuple(draw(st.permutations(targets))) for node, targets in after.items()}
    routed = draw(st.frozensets(st.integers(0, count))) if routes else frozenset()
    taken = {
        node: tuple(draw(st.permutations(sorted(draw(st.sets(st.sampled_from(targets)))))))
        if node in routed and targets
        else targets
        for node, targets in declared.items()
    }
    return Dag(declared, routed, taken)


def every_run(graph: Dag, times: list[list[int]], limit: int | None = None) -> list[Run]:
    return [mode.run(graph.build(mode, each).compile(limit=limit), {}) for each in times for mode in MODES]


def check_dag(graph: Dag, times: list[list[int]], limit: int | None) -> None:
    first, *others = (run.result() for run in every_run(graph, times, limit))
    ran = graph.ran()
    assert sorted(first["messages"]) == sorted(name(node) for node in ran)
    assert {me: set(seen) for me, seen in first["seen"]} == {
        name(node): {name(other) for other in before} for node, before in ran.items()
    }
    place = {me: index for index, me in enumerate(first["messages"])}
    for node, before in ran.items():
        assert all(place[name(other)] < place[name(node)] for other in before)
    assert all(other == first for other in others)


def check_times(graph: Dag, times: list[int]) -> None:
    """Nobody is ever held up by a branch it does not depend on: the run takes as long as its longest path."""
    ended = {0: 0}
    for node, before in sorted(graph.ran().items()):
        ended[node] = max(ended[other] for other in (0, *before)) + times[node % len(times)]
    for mode in MODES:
        events = mode.stream(graph.build(mode, times).compile(), {}).result()
        told = {event.node: at for event, at in events if event.node != END}
        assert told == {name(node): at for node, at in ended.items()}


class TestAcyclic:
    @some
    @given(dags(), st.lists(seconds, min_size=2, max_size=2), st.none() | st.integers(1, 2))
    def test_every_node_once_after_its_ancestors_and_always_the_same(
        self, graph: Dag, times: list[list[int]], limit: int | None
    ) -> None:
        check_dag(graph, times, limit)

    @some
    @given(dags(routes=False), seconds)
    def test_no_barrier(self, graph: Dag, times: list[int]) -> None:
        check_times(graph, times)

    @pytest.mark.soak
    @many
    @given(dags(), st.lists(seconds, min_size=2, max_size=2), st.none() | st.integers(1, 2))
    def test_thousands(self, graph: Dag, times: list[list[int]], limit: int | None) -> None:
        check_dag(graph, times, limit)

    @pytest.mark.soak
    @many
    @given(dags(routes=False), seconds)
    def test_thousands_without_barrier(self, graph: Dag, times: list[int]) -> None:
        check_times(graph, times)


@dataclass(frozen=True)
class Web:
    """Any graph at all. On its first and second visit a node goes where `taken` says, then to END."""

    taken: dict[int, tuple[tuple[int, ...], ...]]

    def build(self, mode: Mode, times: list[int]) -> Graph:
        graph = Graph({"messages": append, "seen": append})
        for node in self.taken:
            if node:
                graph.node(name(node), timed(mode, node, times[node % len(times)]))
        for node, visits in self.taken.items():
            targets = dict.fromkeys(name(target) for visit in visits for target in visit)
            graph.route(name(node), self.router(node), [*targets, END])
        return graph

    def router(self, node: int) -> Any:
        def decide(state: Any) -> list[str]:
            visit = state["messages"].count(name(node)) - bool(node)
            return [name(target) for target in self.taken[node][visit]] if visit < 2 else [END]

        return decide


@st.composite
def webs(draw: Any) -> Web:
    count = draw(st.integers(1, 5))
    nodes = st.integers(1, count)
    after: dict[int, list[list[int]]] = {}
    for node in range(count + 1):
        after[node] = [draw(st.lists(nodes, max_size=2, unique=True)) for _ in range(2)]
    for node in range(1, count + 1):  # everything can be reached
        if not any(node in visit for other in range(node) for visit in after[other]):
            after[draw(st.integers(0, node - 1))][0].append(node)
    return Web({node: tuple(map(tuple, visits)) for node, visits in after.items()})


def check_web(graph: Web, times: list[list[int]]) -> None:
    answers = []
    for each in times:
        for mode in MODES:
            run = mode.run(graph.build(mode, each).compile(loop_limit=6), {})
            assert run.error is None or isinstance(run.error, LoopLimit)
            answers.append("loop limit" if run.error else run.value)
    assert all(answer == answers[0] for answer in answers)


class TestCyclic:
    @some
    @given(webs(), st.lists(seconds, min_size=2, max_size=2))
    def test_always_the_same_and_always_an_end(self, graph: Web, times: list[list[int]]) -> None:
        check_web(graph, times)

    @pytest.mark.soak
    @many
    @given(webs(), st.lists(seconds, min_size=2, max_size=2))
    def test_thousands(self, graph: Web, times: list[list[int]]) -> None:
        check_web(graph, times)

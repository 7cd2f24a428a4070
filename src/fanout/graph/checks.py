"""What can be wrong with a graph before it runs, and the restrictions of the Java systems in their own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from fanout.graph.parts import END, START, GraphError, Send
from fanout.graph.plan import Route

Edges = Mapping[str, list[str]]
Routes = Mapping[str, Route]


def check(nodes: Mapping[str, Any], edges: Edges, routes: Routes, joins: Iterable[str]) -> None:
    """Raise `GraphError` unless every edge has two ends and every node is on a way from `START` to `END`."""
    after: dict[str, list[str]] = {node: [] for node in [START, *nodes, END]}
    for source, target, what in _ways(edges, routes):
        if source == END:
            raise GraphError(f"{what}: nothing comes after END")
        if target == START:
            raise GraphError(f"{what}: nothing comes before START")
        for name in (source, target):
            if name not in after:
                raise GraphError(f"{what}: there is no node {name!r}{_hint(name, nodes)}")
        after[source].append(target)
    for name in joins:
        if name not in nodes:
            raise GraphError(f"joins: there is no node {name!r}{_hint(name, nodes)}")
    if not after[START]:
        raise GraphError('no edge leaves START: say where to begin with edge(START, "…")')
    reached = _reached(START, after)
    if lost := [node for node in nodes if node not in reached]:
        raise GraphError(f"node {lost[0]!r} cannot be reached from START")
    before: dict[str, list[str]] = {node: [] for node in after}
    for source, targets in after.items():
        for target in targets:
            before[target].append(source)
    leads = _reached(END, before)
    if stuck := [node for node in nodes if node not in leads]:
        raise GraphError(f"no path leads from node {stuck[0]!r} to END")


def check_fork_join(edges: Edges, routes: Routes) -> None:
    """Raise `GraphError` for what langgraph4j and Spring AI Alibaba refuse, with their messages."""
    for fork, branches in edges.items():
        if fork in routes:
            raise GraphError(f"conditional edge from '{fork}' already exist!")
        if len(branches) < 2:
            continue
        for branch in branches:
            if branch in routes:
                raise GraphError(
                    f"parallel node doesn't support conditional branch, but on [{fork}] a conditional branch on "
                    f"[{branch}] have been found!"
                )
            if len(edges.get(branch, ())) > 1:
                raise GraphError(f"Edge '{branch}' is parallel")
        check_one_target(fork, branches, edges)


def check_one_target(fork: str, branches: Iterable[str | Send], edges: Mapping[str, Iterable[str]]) -> None:
    """Raise `GraphError` unless all branches of a fork lead to the same node."""
    names = [branch.node if isinstance(branch, Send) else branch for branch in branches]
    targets = list(dict.fromkeys(target for name in names for target in edges.get(name, ())))
    if len(targets) > 1:
        raise GraphError(
            f"parallel node [{fork}] must have only one target, but [{', '.join(targets)}] have been found!"
        )


def _ways(edges: Edges, routes: Routes) -> Iterable[tuple[str, str, str]]:
    for source, targets in edges.items():
        for target in targets:
            yield source, target, f"edge {source!r} → {target!r}"
    for source, route in routes.items():
        for target in route.targets.values():
            yield source, target, f"route from {source!r} to {target!r}"


def _reached(start: str, after: Mapping[str, Iterable[str]]) -> set[str]:
    found, stack = {start}, [start]
    while stack:
        fresh = [node for node in after[stack.pop()] if node not in found]
        found.update(fresh)
        stack += fresh
    return found


def _hint(name: object, nodes: Iterable[str]) -> str:
    if name in ("__start__", "__end__", "start", "end", "START", "END"):
        return "; START and END are to be imported from fanout.graph"
    close = get_close_matches(str(name), nodes, 1)
    return f"; did you mean {close[0]!r}?" if close else ""

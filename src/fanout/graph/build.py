"""`Graph`: nodes and edges are put together here, checked, and compiled."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Self

from fanout.graph.checks import check, check_fork_join
from fanout.graph.compiled import CompiledGraph
from fanout.graph.parts import ALL_OF, END, START, Event, GraphError, Join
from fanout.graph.paths import Paths
from fanout.graph.plan import Plan, Route
from fanout.leaf import to_step
from fanout.merge import Strategy
from fanout.parallel import checked_limit
from fanout.runtime import Limit
from fanout.step import Step


class Graph:
    """Nodes that read a state and return what they write to it.

        graph = (
            Graph({"messages": append})
            .node("A", a).node("A1", a1).node("A2", subgraph).node("B", b)
            .edge(START, "A").edge("A", "A1").edge("A", "A2").edge("A1", "B").edge("A2", "B")
            .route("B", decide, {"back": "A1", "done": END})
        )
        graph.compile().invoke({"question": "…"})

    `keys` says how the values that branches write to a key become one: the strategies of `fanout.merge`, as in
    `Parallel(merge=…)`. A key without one is replaced; two branches that both write it are an error.
    """

    def __init__(self, keys: Mapping[Any, Strategy] | None = None) -> None:
        self.keys = dict(keys or {})
        self.nodes: dict[str, Step[Any, Any]] = {}
        self.edges: dict[str, list[str]] = {}
        self.routes: dict[str, Route] = {}
        for key, how in self.keys.items():
            _check_strategy(key, how)

    def node(self, name: str, step: Any) -> Self:
        """Add a node: a function, a step, a LangChain Runnable, or a graph, of which each run is a branch of its own.

        It is given a copy of the state (not a deep one) and returns a mapping of what it writes, or None for nothing.
        """
        if not isinstance(name, str) or name in (START, END, ""):
            raise GraphError(f"a node cannot be called {name!r}")
        if name in self.nodes:
            raise GraphError(f"node {name!r} is given twice")
        self.nodes[name] = step.compile(name=name) if isinstance(step, Graph) else to_step(step)
        return self

    def edge(self, sources: str | Iterable[str], targets: str | Iterable[str]) -> Self:
        """After each of `sources`, go to each of `targets`: several are run side by side, in the order given here."""
        for source in _listed(sources):
            for target in _listed(targets):
                if target in self.edges.setdefault(source, []):
                    raise GraphError(f"edge [{source}] has duplicate targets [{target}]!")
                self.edges[source].append(target)
        return self

    def route(
        self,
        source: str,
        router: Any,
        targets: Mapping[Any, str] | Iterable[str] | None = None,
    ) -> Self:
        """After `source`, ask `router` (a function of the state, or any step) where to go.

        It returns a target, a `Send`, or a list of them; nothing at all ends the branch. `targets` is what it may
        return: names, or a mapping from what it returns to names. Without it the function must say so by its type,
        `-> Literal["A1", "A2"]`. A node with edges, too, goes along those first.
        """
        if source in self.routes:
            raise GraphError(f"conditional edge from '{source}' already exist!")
        names: dict[Hashable, str]
        if isinstance(targets, Mapping):
            names = dict(targets)
        else:
            listed = _literals(router) if targets is None else _listed(targets)
            names = {name: name for name in listed}
        if not names:
            raise GraphError(
                f"the route from {source!r} must say where it may go: give a mapping, a list of nodes, "
                "or a router that returns Literal[…]"
            )
        self.routes[source] = Route(to_step(router), names, isinstance(targets, Mapping))
        return self

    def compile(
        self,
        *,
        fork_join_only: bool = False,
        joins: Mapping[str, Join] | None = None,
        limit: int | Limit | None = None,
        loop_limit: int = 25,
        strict: bool | None = None,
        listeners: Iterable[Callable[[Event], object]] = (),
        name: str = "Graph",
    ) -> CompiledGraph:
        """Check the graph and make a step of it. Raises `GraphError`.

        * `fork_join_only`: accept only what langgraph4j and Spring AI Alibaba Graph accept, refuse the rest in their
          words, give their events (`__PARALLEL__(A)` for the branches of A), and, as they do, let the last declared
          branch win a key without a strategy (`strict=False`).
        * `joins`: `{"B": ANY_OF}` runs B after the first branch that comes to it.
        * `limit`: how many nodes run at once; or a shared `Limiter` around their leaf calls.
        * `loop_limit`: how often a loop may go round, for each time it is entered.
        * `listeners`: called with each `Event`.
        """
        if loop_limit < 1:
            raise ValueError(f"loop_limit must be at least 1, not {loop_limit}")
        joins = dict(joins or {})
        check(self.nodes, self.edges, self.routes, joins)
        if fork_join_only:
            check_fork_join(self.edges, self.routes)
        after = {node: [*self._after(node)] for node in [START, *self.nodes, END]}
        plain = {(node, target) for node, targets in self.edges.items() for target in targets}
        paths = Paths(after, plain)
        plan = Plan(
            keys=dict(self.keys),
            nodes=dict(self.nodes),
            edges={node: tuple(targets) for node, targets in self.edges.items()},
            routes=dict(self.routes),
            paths=paths,
            any_of={
                node: paths.without(node, END) for node, join in joins.items() if Join(join) is not ALL_OF
            },
            limit=checked_limit(limit),
            loop_limit=loop_limit,
            strict=(not fork_join_only) if strict is None else strict,
            fork_join_only=fork_join_only,
            listeners=tuple(listeners),
        )
        return CompiledGraph(plan, name)

    def _after(self, node: str) -> Iterable[str]:
        yield from self.edges.get(node, ())
        if node in self.routes:
            yield from self.routes[node].targets.values()


def _listed(names: str | Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _literals(router: Any) -> list[str]:
    """What a function says it returns: `Literal["a", "b"]`, or a list or union of that."""
    try:
        hint = typing.get_type_hints(router).get("return")
    except Exception:  # an annotation that cannot be resolved says nothing
        return []
    found, hints = list[str](), [hint]
    for hint in hints:
        args = typing.get_args(hint)
        if typing.get_origin(hint) is typing.Literal:
            found += [arg for arg in args if isinstance(arg, str)]
        else:
            hints += args
    return list(dict.fromkeys(found))


def _check_strategy(key: Any, how: Any) -> None:
    """A strategy takes what there was and any number of values."""
    if not callable(how):
        raise TypeError(f"the strategy of key {key!r} must be a function such as append, not {how!r}")
    try:
        inspect.signature(how).bind(None, 1, 2, 3)
    except TypeError as error:
        raise TypeError(
            f"the strategy of key {key!r} must take the old value and any number of new ones; "
            f"make one of a function of two values with fold({getattr(how, '__name__', how)})"
        ) from error
    except ValueError:
        return  # it does not tell

"""`CompiledGraph`: a checked graph, as a step."""

from __future__ import annotations

import copy
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import aclosing
from typing import Any, Self

from fanout.graph.parts import START, Event, GraphError
from fanout.graph.plan import Plan
from fanout.graph.state import Final
from fanout.graph.walk import Walk
from fanout.runtime import Runtime
from fanout.step import Step

Executors = Mapping[str, Any]
State = Mapping[Any, Any]


class CompiledGraph(Step[State, dict[Any, Any]]):
    """Runs a graph on a state and returns the state in which it ends. Made by `Graph.compile()`.

    Each node runs once in each pass, as soon as nobody can come to it any more, and never waits for a branch that it
    does not depend on. `executors={"A": pool}` runs the branches of the fork A on an executor, until they meet; the
    fork at the beginning is START.
    """

    kind = "graph"

    def __init__(self, plan: Plan, name: str) -> None:
        self.plan = plan
        self._name = name
        self._executors: Executors = {}

    @property
    def name(self) -> str:
        return self._name

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(self.plan.nodes)})"

    def invoke(self, value: State, *, executors: Executors | None = None) -> dict[Any, Any]:
        """Run on threads. Raises what a node raises, with a note that names the node; `LoopLimit`, `MergeConflict`."""
        return Step.invoke(self._on_executors(executors), value)

    async def ainvoke(self, value: State, *, executors: Executors | None = None) -> dict[Any, Any]:
        """Run on the running event loop."""
        return await Step.ainvoke(self._on_executors(executors), value)

    def stream(self, value: State, *, executors: Executors | None = None) -> Generator[Event]:
        """Each `Event` as it happens: START, the nodes in the order in which they end, END with the final state."""
        yield from Step.stream(_Events(self._on_executors(executors)), value)

    async def astream(self, value: State, *, executors: Executors | None = None) -> AsyncGenerator[Event]:
        """`stream` on the running event loop. Close it (`contextlib.aclosing`) when you leave early."""
        async with aclosing(Step.astream(_Events(self._on_executors(executors)), value)) as events:
            async for event in events:
                yield event

    async def run(self, rt: Runtime, value: State) -> Final:
        walk = self._walk(value, watched=False)
        async with walk.scope(rt) as scope:
            walk.begin()
            async for walker, outcome in scope:
                walk.step(walker, outcome)
        return walk.result()

    async def events(self, rt: Runtime, value: State) -> AsyncGenerator[Event]:
        walk = self._walk(value, watched=True)
        async with walk.scope(rt) as scope:
            walk.begin()
            for event in walk.told.taken():
                yield event
            async for walker, outcome in scope:
                walk.step(walker, outcome)
                for event in walk.told.taken():
                    yield event
        walk.result()
        for event in walk.told.taken():
            yield event

    def draw(self) -> str:
        """The graph in Mermaid's language."""
        from fanout.graph.mermaid import mermaid

        return mermaid(self.plan, self.name)

    def svg(self, labels: Mapping[str, str] | None = None) -> str:
        """The graph as an accessible SVG in the colours of its branches; `labels` as in `fanout.graph.svg.LABELS`."""
        from fanout.graph.svg import svg

        return svg(self.plan, self.name, labels)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {"image/svg+xml": self.svg(), "text/plain": repr(self)}

    def _walk(self, value: State, watched: bool) -> Walk:
        if not isinstance(value, Mapping):
            raise TypeError(f"a graph takes its state as a mapping, not {value!r:.80}")
        return Walk(self.plan, value, self._executors, watched)

    def _on_executors(self, executors: Executors | None) -> Self:
        for fork, executor in (executors or {}).items():
            if fork != START and fork not in self.plan.nodes:
                raise GraphError(f"executors: there is no node {fork!r}")
            if len(self.plan.edges.get(fork, ())) < 2 and fork not in self.plan.routes:
                raise GraphError(
                    f"executors: {fork!r} is no fork; an executor belongs to the fork, not to a branch"
                )
            if not callable(getattr(executor, "submit", None)):
                raise TypeError(f"{executor!r} is no executor: it has no submit()")
        if not executors:
            return self
        graph = copy.copy(self)
        graph._executors = executors
        return graph


class _Events(Step[State, Event]):
    """A graph whose parts are its events. (As a part of another step, a graph has one part: the state it ends in.)"""

    kind = "graph"

    def __init__(self, graph: CompiledGraph) -> None:
        self.graph = graph

    @property
    def name(self) -> str:
        return self.graph.name

    async def run(self, rt: Runtime, value: State) -> Event:
        raise NotImplementedError

    async def chunks(self, rt: Runtime, value: State) -> AsyncGenerator[Event]:
        async with aclosing(self.graph.events(rt, value)) as events:
            async for event in events:
                yield event

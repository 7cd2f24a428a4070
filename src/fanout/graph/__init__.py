"""Graphs of steps that share a state: forks, joins, routes, loops, dynamic fan-out.

    from fanout.graph import END, START, Graph, Send, append

    graph = (
        Graph({"messages": append})
        .node("A", a).node("A1", a1).node("A2", a2).node("B", b)
        .edge(START, "A").edge("A", ["A1", "A2"]).edge(["A1", "A2"], "B").edge("B", END)
    ).compile()
    graph.invoke({"messages": ["hello"]})

`plan` is what is compiled, `paths` knows which node can still be reached from where, `walk` runs it, `state` keeps what
the branches write apart until they meet.
"""

from fanout.graph.build import Graph
from fanout.graph.compiled import CompiledGraph
from fanout.graph.parts import ALL_OF, ANY_OF, END, START, Event, GraphError, LoopLimit, Send
from fanout.merge import (
    MergeConflict,
    append,
    by_key,
    concat,
    fold,
    merge,
    reciprocal_rank,
    replace,
    unique,
    vote,
)

__all__ = [
    "ALL_OF",
    "ANY_OF",
    "END",
    "START",
    "CompiledGraph",
    "Event",
    "Graph",
    "GraphError",
    "LoopLimit",
    "MergeConflict",
    "Send",
    "append",
    "by_key",
    "concat",
    "fold",
    "merge",
    "reciprocal_rank",
    "replace",
    "unique",
    "vote",
]

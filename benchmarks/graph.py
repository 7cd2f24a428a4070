"""`Send` to n nodes that do nothing, and their join: beside LangGraph, and beside `asyncio.gather`."""

from __future__ import annotations

import asyncio
import operator
from typing import Annotated, Any, TypedDict

from langgraph.graph import END as LG_END
from langgraph.graph import START as LG_START
from langgraph.graph import StateGraph
from langgraph.types import Send as LgSend

from fanout import Lambda
from fanout.graph import END, START, Graph, Send, append


class State(TypedDict, total=False):
    n: int
    done: Annotated[list[int], operator.add]


async def work(arg: int) -> dict[str, list[int]]:
    return {"done": [arg]}


async def nothing(_: Any) -> dict[str, int]:
    return {}


def on_loop(n: int, langgraph: bool = False) -> dict[str, Any]:
    """Contenders on an event loop; `asyncio.gather` into the same list is the baseline."""

    async def gather() -> dict[str, list[int]]:
        done: list[int] = []
        for writes in await asyncio.gather(*(work(index) for index in range(n))):
            done += writes["done"]
        return {"done": done}

    send = Lambda(lambda state: [Send("work", index) for index in range(state["n"])], inline=True)
    ours = (
        Graph({"done": append})
        .node("work", work)
        .node("join", nothing)
        .route(START, send, ["work"])
        .edge("work", "join")
        .edge("join", END)
        .compile()
    )
    contenders: dict[str, Any] = {"asyncio.gather": gather, "fanout.graph": lambda: ours.ainvoke({"n": n})}
    if langgraph:
        builder: Any = StateGraph(State)
        builder.add_node("work", work)
        builder.add_node("join", nothing)
        builder.add_conditional_edges(
            LG_START, lambda state: [LgSend("work", index) for index in range(state["n"])], ["work"]
        )
        builder.add_edge("work", "join")
        builder.add_edge("join", LG_END)
        theirs = builder.compile()
        contenders["LangGraph"] = lambda: theirs.ainvoke({"n": n, "done": []})
    return contenders

"""Where walkers meet, and what they take along."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fanout import Limiter
from fanout.graph import ANY_OF, END, START, Graph, Send, append, concat
from fanout.graph.paths import Paths

from .graph_cases import chain, names
from .modes import Log, Mode, each_mode


def says(mode: Mode, log: Log | None = None, **seconds: float) -> Any:
    return lambda name: mode.wait(seconds.get(name, 1), {"messages": name}, log=log)


@each_mode
def test_a_fast_branch_is_not_held_up(mode: Mode) -> None:
    log = Log()
    graph = names(
        Graph({"messages": append}), says(mode, log, slow=9), "A", "slow", "fast", "next", "last", "B"
    )
    graph.edge(START, "A").edge("A", ["slow", "fast"]).edge("fast", "next").edge("next", "last")
    graph.edge(["slow", "last"], "B").edge("B", END)
    run = mode.run(graph.compile(), {})
    assert run.result()["messages"] == ["A", "slow", "fast", "next", "last", "B"]
    assert run.answered == 11
    first = next(at for what, who, at in log.entries if (what, who) == ("start", {"messages": "last"}))
    assert first == 3


@pytest.mark.parametrize("slow", ["a1", "b1", "a2", "b2"])
@each_mode
def test_branches_that_cross(mode: Mode, slow: str) -> None:
    """a2 and b2 both join a1 and b1: their last common commits are two, and neither holds what the other does."""
    graph = names(Graph({"messages": append}), says(mode, **{slow: 5}), "A", "a1", "b1", "a2", "b2", "B")
    graph.edge(START, "A").edge("A", ["a1", "b1"]).edge(["a1", "b1"], "a2").edge(["a1", "b1"], "b2")
    graph.edge(["a2", "b2"], "B").edge("B", END)
    assert mode.run(graph.compile(), {}).result()["messages"] == ["A", "a1", "b1", "a2", "b2", "B"]


@pytest.mark.parametrize("slow", ["a", "b", "c", "ab"])
@each_mode
def test_the_order_of_three_does_not_depend_on_which_two_met_first(mode: Mode, slow: str) -> None:
    graph = names(Graph({"messages": append}), says(mode, **{slow: 5}), "c", "a", "b", "ab", "end")
    graph.edge(START, ["c", "a", "b"]).edge(["a", "b"], "ab").edge(["ab", "c"], "end").edge("end", END)
    assert mode.run(graph.compile(), {}).result()["messages"] == ["c", "a", "b", "ab", "end"]


@each_mode
def test_a_ladder_of_crossings(mode: Mode) -> None:
    graph, before = Graph({"messages": append}), [START]
    for level in range(40):
        layer = [f"{side}{level}" for side in "ab"]
        names(graph, says(mode), *layer).edge(before, layer)
        before = layer
    run = mode.run(graph.edge(before, END).compile(), {})
    assert run.result()["messages"] == [f"{side}{level}" for level in range(40) for side in "ab"]


class TestLoops:
    @each_mode
    def test_two_walkers_in_one_cycle_do_not_wait_for_each_other(self, mode: Mode) -> None:
        graph = (
            names(Graph({"messages": append}), says(mode), "A", "X", "Y")
            .edge(START, "A")
            .edge("A", ["X", "Y"])
        )

        def on(other: str) -> Any:
            return mode.leaf(lambda state: other if len(state["messages"]) < 6 else END)

        graph.route("X", on("Y"), ["Y", END]).route("Y", on("X"), ["X", END])
        run = mode.run(graph.compile(), {})
        assert run.result()["messages"] == ["A", "X", "Y", "X", "Y", "X"]

    @each_mode
    def test_loops_within_a_loop_beside_another(self, mode: Mode) -> None:
        def again(name: str, times: int) -> Any:
            return mode.leaf(lambda s: s["messages"].count(name) % times != 0)

        graph = names(Graph({"messages": append}), says(mode, other=9), "A", "in", "other", "B")
        graph.edge(START, "A").edge("A", ["in", "other"]).edge("other", "B")
        graph.route("in", again("in", 3), {True: "in", False: "B"})
        graph.route("B", again("B", 2), {True: "A", False: END})
        once = ["A", "in", "in", "in", "other", "B"]
        run = mode.run(graph.compile(), {})
        assert run.result()["messages"] == [*once, *once]
        assert run.answered == 22

    def test_very_many_passes_recurse_nowhere_and_keep_little(self) -> None:
        count = 20_000

        async def noop(_: Any) -> None:
            pass

        async def add(state: Any) -> dict[str, int]:
            return {"n": state.get("n", 0) + 1}

        async def more(state: Any) -> str:
            return "A" if state["n"] < count else END

        graph = Graph().node("A", add).node("a", noop).node("b", noop).node("B", noop).edge(START, "A")
        graph.edge("A", ["a", "b"]).edge(["a", "b"], "B").route("B", more, ["A", END])
        compiled = graph.compile(loop_limit=count)
        assert asyncio.run(compiled.ainvoke({})) == {"n": count}

    def test_a_deep_lineage_beside_somebody_else(self) -> None:
        """Splits pile up while another walker is under way, as then nothing can be forgotten."""

        async def noop(_: Any) -> None:
            pass

        async def add(state: Any) -> dict[str, int]:
            return {"n": state.get("n", 0) + 1}

        async def more(state: Any) -> str:
            return "A" if state["n"] < 3_000 else "C"

        graph = Graph().node("A", add).node("C", noop).edge("C", END)
        for name in ("a", "b", "B"):
            graph.node(name, noop)
        done = asyncio.Event()

        async def wait(_: Any) -> dict[str, str]:
            await done.wait()
            return {"waited": "yes"}

        async def finish(_: Any) -> None:
            done.set()

        graph.node("wait", wait).node("finish", finish).edge(START, ["wait", "A"]).edge("A", ["a", "b"])
        graph.edge(["a", "b"], "B").route("B", more, {"A": "A", "C": "finish"})
        graph.edge(["finish", "wait"], "C")
        assert asyncio.run(graph.compile(loop_limit=5_000).ainvoke({})) == {"n": 3_000, "waited": "yes"}

    def test_where_loops_begin(self) -> None:
        paths = Paths(
            {"S": ["A"], "A": ["x", "y"], "x": ["B"], "y": ["B"], "B": ["x", "E"], "E": []}, [("x", "B")]
        )
        assert paths.headers == ["x"]
        assert paths.back == {("B", "x"): 0}
        assert paths.move((0,), ("B", "x")) == (1,)
        assert paths.move((1,), ("x", "B")) == (1,)
        assert paths.move((1,), ("B", "E")) == ()
        assert paths.holds_up("B", (1,), "x", (1,))
        assert not paths.holds_up("x", (1,), "B", (1,))
        assert paths.holds_up("x", (1,), "B", (0,))


class TestSend:
    def fan(self, mode: Mode, **options: Any) -> Any:
        def send(state: Any) -> list[Send]:
            return [Send("work", n) for n in state["given"]]

        graph = Graph({"messages": append}).node("work", mode.wait(1, lambda n: {"messages": n * n}))
        graph.node("J", mode.wait(1, lambda s: {"sum": sum(s["messages"])}))
        graph.route(START, mode.leaf(send), ["work", "J"]).edge("work", "J").edge("J", END)
        return graph.compile(**options)

    @each_mode
    def test_each_is_a_branch_with_an_input_of_its_own(self, mode: Mode) -> None:
        run = mode.run(self.fan(mode), {"given": [3, 1, 2, 1]})
        assert run.result() == {"given": [3, 1, 2, 1], "messages": [9, 1, 4, 1], "sum": 15}
        assert run.answered == 2

    @each_mode
    def test_none_at_all_ends_the_branch(self, mode: Mode) -> None:
        assert mode.run(self.fan(mode), {"given": []}).result() == {"given": [], "messages": []}

    @each_mode
    def test_limited(self, mode: Mode) -> None:
        for limit in (2, Limiter(2)):
            assert mode.run(self.fan(mode, limit=limit), {"given": range(5)}).answered == 4

    @each_mode
    def test_beside_a_name(self, mode: Mode) -> None:
        graph = Graph({"log": append}).node(
            "A", mode.leaf(lambda s: {"log": s if isinstance(s, str) else "state"})
        )
        graph.route(START, mode.leaf(lambda s: ["A", Send("A", "sent"), Send("A", "sent")]), ["A"]).edge(
            "A", END
        )
        assert mode.run(graph.compile(), {}).result() == {"log": ["state", "sent", "sent"]}


class TestSubgraphs:
    @each_mode
    def test_it_hands_back_what_it_wrote_also_from_inside_a_policy(self, mode: Mode) -> None:
        inner = chain(says(mode), "x", "y").compile()
        for step in (inner, inner.with_timeout(9), inner.with_retry(2)):
            graph = Graph({"messages": append}).node("A", step).edge(START, "A").edge("A", END)
            run = mode.run(graph.compile(), {"messages": ["given"], "other": 1})
            assert run.result() == {"messages": ["given", "x", "y"], "other": 1}

    @each_mode
    def test_also_after_a_loop_in_which_it_forgot(self, mode: Mode) -> None:
        inner = names(Graph({"messages": append}), says(mode), "x").edge(START, "x")
        inner.route("x", mode.leaf(lambda s: len(s["messages"]) < 4), {True: "x", False: END})
        graph = Graph({"messages": concat}).node("A", inner).edge(START, "A").edge("A", END)
        run = mode.run(graph.compile(), {"messages": ["given"]})
        assert run.result() == {"messages": ["given", "x", "x", "x"]}


class TestAnyOf:
    @each_mode
    def test_losers_on_their_way_are_dropped_wherever_they_are(self, mode: Mode) -> None:
        """One is in the middle of a longer branch, one waits at a join of its own; who may go elsewhere goes on."""
        graph = names(
            Graph({"messages": append}),
            says(mode, long=4, c=9, else_=3),
            "fast",
            "long",
            "d",
            "c",
            "e",
            "else_",
            "J",
        )
        graph.edge(START, ["long", "d", "c", "fast", "else_"]).edge("long", "J").edge(["d", "c"], "e").edge(
            "e", "J"
        )
        graph.edge("fast", "J").edge("else_", ["J", END]).edge("J", END)
        run = mode.run(graph.compile(joins={"J": ANY_OF}), {})
        assert run.result()["messages"] == ["fast", "J", "else_"]
        assert run.answered == 3

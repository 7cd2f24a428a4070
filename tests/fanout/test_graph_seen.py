"""What can be seen of a graph: traces, events, drawings."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from fanout.graph import ANY_OF, END, START, Event, Graph, append
from fanout.recorder import record

from .graph_cases import fork_join, straight
from .modes import Log, Mode, each_mode


def says(mode: Mode, log: Log | None = None, **seconds: float) -> Any:
    return lambda name: mode.wait(seconds.get(name, 1), {"messages": name}, log=log)


class TestSeen:
    @each_mode
    def test_a_trace_has_one_span_for_each_node_and_router(self, mode: Mode) -> None:
        graph = straight(says(mode)).compile(name="course")
        with record() as trace:
            mode.run(graph, {}).result()
        root, *spans = trace.spans
        assert (root.name, root.kind) == ("course", "graph")
        starts = {"A": 0, "A1": 1, "A2": 1, "A3": 1, "B": 2, "C": 3}
        assert [(span.key, span.parent, span.start) for span in spans] == [
            (node, root.id, start) for node, start in starts.items()
        ]

    @each_mode
    def test_a_trace_says_who_lost(self, mode: Mode) -> None:
        graph = Graph({"messages": append}).node("J", mode.leaf(lambda _: {}))
        for name, seconds in (("slow", 5), ("fast", 1)):
            graph.node(name, mode.wait(seconds, {"messages": name})).edge(START, name).edge(name, "J")
        with record() as trace:
            mode.run(graph.edge("J", END).compile(joins={"J": ANY_OF}), {}).result()
        assert trace.find("slow").outcome == ("cancelled" if mode.coroutines else "abandoned")
        assert trace.find("fast").outcome == "ok"

    @each_mode
    def test_listeners_hear_the_events_and_cannot_break_the_run(
        self, mode: Mode, caplog: pytest.LogCaptureFixture
    ) -> None:
        heard: list[Event] = []

        def broken(_: Event) -> None:
            raise RuntimeError("listener")

        graph = straight(says(mode)).compile(listeners=[broken, heard.append], fork_join_only=True)
        with caplog.at_level(logging.ERROR):
            mode.run(graph, {}).result()
        assert [event.node for event in heard] == [START, "A", "__PARALLEL__(A)", "B", "C", END]
        assert heard[2].state == {"messages": ["A", "A1", "A2", "A3"]}
        assert len(caplog.records) == 1

    @each_mode
    def test_leaving_a_stream_cancels_what_runs(self, mode: Mode) -> None:
        log = Log()
        run = mode.stream(straight(says(mode, log, A1=5, A3=5)).compile(), {}, take=3)
        assert [event.node for event, _ in run.result()] == [START, "A", "A2"]
        assert [who["messages"] for who in log.of("start")] == ["A", "A1", "A2", "A3"]
        assert len(log.of("cancelled")) == (2 if mode.coroutines else 0)
        assert run.answered == (2 if mode.coroutines else 6)  # a thread is waited for


class TestDrawing:
    def graph(self) -> Any:
        return (
            fork_join(lambda name: lambda _: {})
            .route("B", lambda _: "done", {"back": "A1", "done": END})
            .compile(joins={"B": ANY_OF}, name='A "graph"')
        )

    def test_mermaid(self) -> None:
        text = self.graph().draw()
        assert text.startswith('---\ntitle: "A \\"graph\\""\n---\nflowchart TD\n')
        assert 'n5["B<br/>ANY_OF"]' in text
        assert "n1 --> n2\n" in text
        assert 'n5 -. "back" .-> n2\n' in text

    def test_svg(self) -> None:
        graph = self.graph()
        svg = graph.svg()
        assert "<title" in svg
        assert "A to A1, A2, A3; A1 to B;" in svg
        assert "B to one or more of A1, END, as its router decides" in svg
        for colour, node in enumerate(("A1", "A2", "A3"), start=1):
            assert f'<g class="c{colour}" data-node="{node}">' in svg
        assert '<g class="c0" data-node="B">' in svg
        assert graph.svg({"start": "开始"}).count("开始") >= 2
        assert set(graph._repr_mimebundle_()) == {"image/svg+xml", "text/plain"}
        with pytest.raises(KeyError, match="no graph uses these labels: nonsense"):
            graph.svg({"nonsense": ""})

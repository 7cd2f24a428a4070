"""Drawings of a trace: what they say, that they line up, and that everybody can read them."""

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from fanout.timeline import COLUMNS, CSS, LABELS, timeline
from fanout.timeline.layout import Layout, seconds, shorten, width
from fanout.trace import Error, Event, Interval, Span, Trace

SVG = "{http://www.w3.org/2000/svg}"


def span(number: int, parent: int | None, key: str, start: float, end: float | None, **more: Any) -> Span:
    return Span(
        number,
        parent,
        key,
        more.pop("name", key or "Parallel"),
        more.pop("kind", "step"),
        "main",
        start,
        end,
        **more,
    )


def states(*parts: tuple[str, float, float]) -> tuple[Interval, ...]:
    return tuple(Interval(*part) for part in parts)


THREE = Trace(
    [
        span(1, None, "", 0, 0.3),
        span(2, 1, "search", 0, 0.1, states=states(("suspended", 0, 0.1))),
        span(3, 1, "向量检索", 0, 0.2, states=states(("busy", 0, 0.2))),
        span(4, 1, "wiki", 0, 0.3, states=states(("queued", 0, 0.1), ("busy", 0.1, 0.3))),
    ],
    "virtual",
)
FAILED = Trace(
    [
        span(1, None, "", 0, 1, outcome="error", error=Error("ValueError", "broken <b>")),
        span(
            2,
            1,
            "bad",
            0,
            1,
            outcome="error",
            error=Error("ValueError", "broken <b>"),
            events=(Event("429", 0.5),),
        ),
        span(3, 1, "stopped", 0, 1, outcome="cancelled"),
        span(4, 1, "orphan", 0, 4, states=states(("suspended", 0, 4))),
        span(
            5,
            1,
            "thread",
            0,
            3,
            outcome="abandoned",
            events=(Event("abandoned", 1),),
            states=states(("busy", 0, 3)),
        ),
    ]
)
RETRY = Trace(
    [
        span(1, None, "", 0, 4),
        span(2, 1, "flaky", 0, 4, kind="retry", states=states(("backoff", 1, 3))),
        span(3, 2, "", 0, 1, name="first", kind="attempt", outcome="error"),
        span(4, 2, "", 3, 4, name="second", kind="attempt"),
    ]
)


def tree(trace: Trace, **options: Any) -> ET.Element:
    return ET.fromstring(timeline(trace, **options).svg())


# ---- text


def test_text_shows_names_bars_ends_and_the_axis() -> None:
    assert timeline(THREE, columns=49).text().splitlines() == [
        "Parallel   │──────────────────────────────│ 0.3 s",
        "  search   │▒▒▒▒▒▒▒▒▒▒                    │ 0.1 s",
        "  向量检索 │████████████████████          │ 0.2 s",
        "  wiki     │··········████████████████████│ 0.3 s",
        "            0 s       0.1 s     0.2 s    0.3 s",
        "            at most 2 at once · Virtual time",
    ]


@pytest.mark.parametrize("trace", [THREE, FAILED, RETRY])
@pytest.mark.parametrize("columns", [40, 80, 132])
def test_bars_line_up_whatever_the_keys(trace: Trace, columns: int) -> None:
    lines = [line for line in timeline(trace, columns=columns).text().splitlines() if "│" in line]
    assert len({width(line[: line.index("│")]) for line in lines}) == 1
    assert len({width(line[: line.rindex("│")]) for line in lines}) == 1


def test_text_marks_errors_orphans_and_abandoned_threads() -> None:
    _, bad, stopped, orphan, thread, *_ = timeline(FAILED, columns=70).text().splitlines()
    assert "×" in bad
    assert bad.endswith("│ error at 1 s · ValueError")
    assert "○" in stopped
    assert "▒┄" in orphan
    assert orphan.endswith("runs on after its caller")
    assert "○┄" in thread
    assert thread.endswith("abandoned at 1 s")


def test_attempts_share_a_row_with_the_pause_between_them() -> None:
    flaky = timeline(RETRY, columns=50).text().splitlines()[1]
    bar = flaky[flaky.index("│") + 1 : flaky.rindex("│")]
    assert [sign for n, sign in enumerate(bar) if n == 0 or bar[n - 1] != sign] == ["▓", "×", ":", "▓"]


def test_an_empty_trace_says_so() -> None:
    assert timeline(Trace([])).text() == LABELS["empty"]
    assert LABELS["empty"] in "".join(tree(Trace([])).itertext())


# ---- svg


@pytest.mark.parametrize("trace", [THREE, FAILED, RETRY, Trace([])])
def test_svg_is_an_image_with_a_name_and_a_description(trace: Trace) -> None:
    svg = tree(trace)
    assert svg.get("role") == "img"
    title, desc = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert (svg.get("aria-labelledby") or "").split() == [title.get("id"), desc.get("id")]
    assert title.text
    assert desc.text


def test_the_description_tells_the_run_in_one_sentence() -> None:
    desc = tree(THREE).findtext(f"{SVG}desc")
    assert desc == "3 branches over 0.3 s; at most 2 at once; ok. Virtual time."
    assert tree(FAILED).findtext(f"{SVG}desc") == (
        "4 branches over 1 s; at most 4 at once; error at 1 s · ValueError. Measured time."
    )


def test_two_drawings_on_a_page_share_no_ids() -> None:
    ids = [{e.get("id") for e in tree(t).iter() if e.get("id")} for t in (THREE, FAILED)]
    assert not ids[0] & ids[1]


def test_every_span_is_drawn_and_branches_have_their_colours() -> None:
    groups = {g.get("data-span"): g.get("class") for g in tree(FAILED).iter(f"{SVG}g") if g.get("data-span")}
    assert groups == {"1": "c0", "2": "c1", "3": "c2", "4": "c3", "5": "c4"}


def test_states_and_ends_have_shapes_of_their_own() -> None:
    def shapes(trace: Trace) -> set[str]:
        return {name for e in tree(trace).iter() for name in (e.get("class") or "").split()}

    assert {"suspended", "ran", "queued", "spawn"} <= shapes(THREE)
    assert {"orphan", "cross", "stop", "abort", "badge"} <= shapes(FAILED)
    assert "backoff" in shapes(RETRY)


def test_only_the_shapes_that_occur_are_explained() -> None:
    words = "".join(tree(THREE).itertext())
    assert LABELS["queued"] in words
    assert LABELS["limited"] not in words
    assert LABELS["cancelled"] not in words


def test_the_style_can_be_left_to_the_page() -> None:
    assert "<style>" not in timeline(THREE).svg(css=False)
    assert "prefers-color-scheme:dark" in CSS
    assert all(f"var(--branch-{n}," in CSS for n in range(1, 9))


def test_names_are_escaped() -> None:
    evil = Trace([span(1, None, "<script>&\"'", 0, 1)])
    assert "<script>" not in timeline(evil).html()
    assert tree(evil) is not None


@pytest.mark.parametrize("count", [40, 100, 500])
def test_many_branches_stay_small(count: int) -> None:
    trace = Trace(
        [span(1, None, "", 0, 2), *(span(n, 1, f"k{n}", 0, n / count) for n in range(2, count + 2))]
    )
    svg = timeline(trace).svg()
    assert float(tree(trace).get("height") or 0) < 1600
    assert len(svg) < 120_000
    assert ("500 branches over time" in svg) == (count == 500)


# ---- words and tables


def test_labels_translate_everything_that_is_said() -> None:
    chinese = {key: f"词{n}" for n, key in enumerate(LABELS)} | {"at": "{time} {what}", "title": "{name} 图"}
    words = "".join(tree(FAILED, labels=chinese).itertext()).partition("}")[0]
    assert not any(text in words for text in ("cancelled", "error at", "runs on", "abandoned"))
    assert chinese["orphan"] in "".join(tree(FAILED, labels=chinese).itertext())


def test_an_unknown_label_is_refused() -> None:
    with pytest.raises(KeyError, match="no timeline uses these labels: colour"):
        timeline(THREE, labels={"colour": "red"})


def test_the_table_says_what_the_picture_shows() -> None:
    rows = timeline(FAILED).to_table()
    assert all(tuple(row) == COLUMNS for row in rows)
    assert rows[1] == {
        "branch": "bad",
        "lane": "main",
        "start": "0 s",
        "end": "1 s",
        "duration": "1 s",
        "states": "",
        "outcome": "error at 1 s · ValueError",
    }
    assert [row["outcome"] for row in rows[3:]] == ["4 s · runs on after its caller", "abandoned at 1 s"]
    assert timeline(THREE).to_table()[3]["states"] == "queued 0.1 s, busy 0.2 s"


def test_html_holds_picture_and_table_with_headers() -> None:
    html = timeline(FAILED).html()
    assert html.count('<th scope="row">') == 5
    assert html.count('<th scope="col">') == len(COLUMNS)
    assert "<details>" in html
    assert "<svg" in html


def test_a_notebook_gets_svg_html_and_text() -> None:
    assert set(timeline(THREE)._repr_mimebundle_()) == {"image/svg+xml", "text/html", "text/plain"}
    assert str(timeline(THREE)) == repr(timeline(THREE)) == timeline(THREE).text()


# ---- layout


def test_steps_in_a_row_share_one_and_branches_get_their_own() -> None:
    trace = Trace(
        [
            span(1, None, "", 0, 9, name="chain"),
            span(2, 1, "", 0, 1, name="prompt"),
            span(3, 1, "", 1, 5, name="fork"),
            span(4, 3, "a", 1, 5),
            span(5, 4, "", 1, 3, name="retrieve"),
            span(6, 4, "", 3, 5, name="rank"),
            span(7, 3, "b", 1, 4),
            span(8, 1, "", 5, 9, name="answer"),
        ]
    )
    rows = Layout(trace).rows
    assert [(r.label, r.depth, r.colour, [b.span.name for b in r.bars]) for r in rows] == [
        ("chain", 0, 0, ["chain", "prompt", "fork", "answer"]),
        ("a", 1, 1, ["a", "retrieve", "rank"]),
        ("b", 1, 2, ["b"]),
    ]
    assert rows[1].steps == "retrieve → rank"
    assert rows[0].gaps() == [(1, 5)]


@pytest.mark.parametrize("end", [3e-6, 0.05, 0.3, 1, 2.5, 7, 60, 3600])
def test_ticks_are_few_round_and_inside(end: float) -> None:
    ticks = Layout(Trace([span(1, None, "a", 0, end)])).ticks()
    assert 3 <= len(ticks) <= 6
    assert ticks[0] == 0
    assert ticks[-1] <= end * 1.0001


@pytest.mark.parametrize(
    ("value", "whole", "words"),
    [
        (0, 1, "0 s"),
        (1, 1, "1 s"),
        (1.25, 2, "1.25 s"),
        (0.3, 0.3, "0.3 s"),
        (0.1, 0.1, "0.1 s"),
        (0.25, 1.2, "0.25 s"),
        (0.012, 2, "0.012 s"),
        (0.125, 90, "0.125 s"),
        (90, 90, "90 s"),
        (0.05, 0.05, "50 ms"),
        (0.0015, 0.05, "1.5 ms"),
        (0.00002, 0.05, "0.02 ms"),
        (2e-5, 2e-5, "20 µs"),
        (0, 2e-5, "0 µs"),
    ],
)
def test_the_whole_run_decides_the_unit_of_a_time(value: float, whole: float, words: str) -> None:
    assert seconds(value, whole) == words


@pytest.mark.parametrize(
    ("whole", "unit"), [(3, "s"), (1.2, "s"), (0.1, "s"), (0.08, "ms"), (0.0015, "ms"), (3e-5, "µs")]
)
def test_one_picture_has_one_unit(whole: float, unit: str) -> None:
    """In the text, the SVG (ends, axis, description) and the table, also for what is far shorter than the run."""
    waited = states(("queued", 0, whole / 20), ("busy", whole / 20, whole / 4))
    drawn = timeline(
        Trace(
            [
                span(1, None, "", 0, whole),
                span(2, 1, "a", 0, whole / 4, states=waited),
                span(3, 1, "b", whole / 50, whole, outcome="error", error=Error("ValueError", "no")),
            ]
        )
    )
    for shown in (drawn.text(), drawn.svg(css=False), str(drawn.to_table())):
        assert set(re.findall(r"\d (s|ms|µs)\b", shown)) == {unit}


def test_width_and_shorten_count_columns() -> None:
    assert width("向量 a") == 6
    assert shorten("向量检索", 5) == "向量…"
    assert shorten("abc", 3) == "abc"


def test_what_was_only_seen_to_start_and_end_is_not_called_running() -> None:
    words = "".join(tree(Trace([span(1, None, "a", 0, 1)])).itertext())
    assert LABELS["active"] in words
    assert LABELS["running"] not in words.partition("}")[2]


def test_where_several_end_together_the_outermost_has_the_say() -> None:
    trace = Trace([span(1, None, "", 0, 1, outcome="timeout"), span(2, 1, "", 0, 1, outcome="cancelled")])
    shapes = [e.get("class") for e in tree(trace).iter() if e.get("class") in ("cross", "stop")]
    assert shapes == ["cross", "cross"]  # in the row and in the legend
    assert "×" in timeline(trace).text()


def test_the_crowd_counts_who_is_under_way_and_who_waits() -> None:
    """200 branches of 1 s in two waves: half begin at once, half wait for the others."""
    first = [span(n, 1, f"a{n}", 0, 1) for n in range(2, 102)]
    second = [
        span(n, 1, f"b{n}", 0, 2, states=states(("limited", 0, 1), ("busy", 1, 2))) for n in range(102, 202)
    ]
    svg = tree(Trace([span(1, None, "", 0, 2), *first, *second]))
    heights = {
        kind: [float(r.get("height") or 0) for r in svg.iter(f"{SVG}rect") if r.get("class") == f"{kind} c1"]
        for kind in ("ran", "suspended")
    }
    assert heights == {"ran": [55.0] * 160, "suspended": [55.0] * 80}

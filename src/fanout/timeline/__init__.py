"""Draw a trace: as text, as an accessible SVG, as a table, or as all of them in one piece of HTML."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from fanout.timeline.labels import LABELS, with_defaults
from fanout.timeline.layout import Layout, seconds, verdict
from fanout.timeline.style import CSS
from fanout.timeline.svg import Drawing
from fanout.timeline.text import text
from fanout.trace import Trace

__all__ = ["CSS", "LABELS", "Timeline", "timeline"]

COLUMNS = ("branch", "lane", "start", "end", "duration", "states", "outcome")


class Timeline:
    """A drawn trace. `labels` replaces words (see `LABELS`), `columns` is the width of the text form."""

    def __init__(self, trace: Trace, *, labels: Mapping[str, str] | None = None, columns: int = 80) -> None:
        self.trace, self.labels, self.columns = trace.snapshot(), with_defaults(labels), columns

    def text(self) -> str:
        """For a terminal or plain output: aligned in any monospace font, also with Chinese keys."""
        return text(self.trace, self.labels, self.columns)

    def svg(self, css: bool = True) -> str:
        """An SVG with title and description. `css=False` leaves its style out, for a page that has `CSS` already."""
        return Drawing(self.trace, self.labels, css).svg()

    def to_table(self) -> list[dict[str, str]]:
        """What the picture shows, one mapping of column to words for each row; the columns are `COLUMNS`."""
        layout = Layout(self.trace)
        rows = []
        for span in layout.spans:
            end = layout.settled if span.end is None else span.end
            states: dict[str, float] = {}
            for interval in span.states:
                states.setdefault(interval.state, 0.0)
                states[interval.state] += (end if interval.end is None else interval.end) - interval.start
            orphan = span.end is None or span.end > layout.gone[span.id]
            spoken = verdict(span, self.labels, orphan, layout.end)
            rows.append(
                {
                    "branch": span.label,
                    "lane": span.lane,
                    "start": seconds(span.start, layout.end),
                    "end": "–" if span.end is None else seconds(span.end, layout.end),
                    "duration": seconds(end - span.start, layout.end),
                    "states": ", ".join(
                        f"{self.labels.get(s, s)} {seconds(t, layout.end)}" for s, t in states.items()
                    ),
                    "outcome": self.labels["ok"] if span.outcome == "ok" and not orphan else spoken,
                }
            )
        return rows

    def html(self, css: bool = True) -> str:
        """The SVG, and under it, folded, the same as a table."""
        head = "".join(f'<th scope="col">{escape(self.labels[column])}</th>' for column in COLUMNS)
        body = "".join(
            f'<tr><th scope="row">{escape(row["branch"])}</th>'
            + "".join(f"<td>{escape(row[column])}</td>" for column in COLUMNS[1:])
            + "</tr>"
            for row in self.to_table()
        )
        return (
            f'<figure class="fanout-figure">{self.svg(css)}<details><summary>{escape(self.labels["table"])}</summary>'
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></details></figure>"
        )

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {"image/svg+xml": self.svg(), "text/html": self.html(), "text/plain": self.text()}


def timeline(trace: Trace, *, labels: Mapping[str, str] | None = None, columns: int = 80) -> Timeline:
    """Draw `trace`; the value shows itself in a notebook and prints as text."""
    return Timeline(trace, labels=labels, columns=columns)

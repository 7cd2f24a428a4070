"""What a timeline shows, before anybody draws it: rows, bars, pieces, ticks, and words for times."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from fanout.trace import WAITING, Span, Trace

COLOURS = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a bar. `state` is "" where only start and end were seen; `orphan`: its caller had gone."""

    state: str
    start: float
    end: float
    orphan: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One span in a row. A `frame` has spans below it and shows only its extent and its waits."""

    span: Span
    pieces: tuple[Piece, ...]
    frame: bool
    end: float

    @property
    def stopped(self) -> float:
        """When its caller had the outcome: the end, or for a thread that runs on the moment it was abandoned."""
        return next((e.time for e in self.span.events if e.name == "abandoned"), self.end)


@dataclass(slots=True)
class Row:
    """One line of the picture. `colour` is the number of the branch, 1 to 8, or 0 for what is in no branch."""

    span: Span
    depth: int
    colour: int
    bars: list[Bar] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The key, or the name without what LangChain puts in angle brackets: the keys stand below anyway."""
        return self.span.key or self.span.name.partition("<")[0] or self.span.kind

    def gaps(self) -> list[tuple[float, float]]:
        """Where nothing of this row is drawn though its span is open: what the frame has to bridge."""
        covered = sorted((p.start, p.end) for bar in self.bars for p in bar.pieces)
        found, reached = [], self.span.start
        for start, end in [*covered, (self.bars[0].end, self.bars[0].end)]:
            if start > reached:
                found.append((reached, start))
            reached = max(reached, end)
        return found

    @property
    def orphan(self) -> bool:
        return any(piece.orphan for bar in self.bars for piece in bar.pieces)

    @property
    def steps(self) -> str:
        """The steps that follow each other in this row, by name."""
        names = [bar.span.name.partition("<")[0] for bar in self.bars if bar.span is not self.span]
        return " → ".join(names) if len(names) > 1 and len(set(names)) == len(names) else ""


class Layout:
    """The rows of a trace, from top to bottom, and its time axis from 0 to `end`."""

    def __init__(self, trace: Trace) -> None:
        self.spans = trace.spans
        self.below: dict[int | None, list[Span]] = {}
        for span in self.spans:
            self.below.setdefault(span.parent, []).append(span)
        self.settled = trace.settled
        self.end = self.settled or 1.0
        self.gone = self._when_callers_left()
        self.rows: list[Row] = []
        self.colours: dict[str, int] = {}
        todo = [(root, 0, 0) for root in reversed(self.below.get(None, []))]
        while todo:
            span, depth, colour = todo.pop()
            row = Row(span, depth, colour)
            self.rows.append(row)
            below = self._fill(row, span)
            todo += reversed([(child, depth + 1, colour or self._colour(child)) for child in below])

    def _fill(self, row: Row, span: Span) -> list[Span]:
        """Put `span`, and the steps that follow each other in it, into `row`; return what needs rows of its own."""
        children = self.below.get(span.id, [])
        row.bars.append(self._bar(span, frame=bool(children)))
        if not children:
            return []
        if any(child.key for child in children) or self._overlap(children):
            return children
        below: list[Span] = []
        for child in children:
            below += self._fill(row, child)
        return below

    def _bar(self, span: Span, frame: bool) -> Bar:
        end = self.settled if span.end is None else span.end
        gone = self.gone[span.id]
        pieces = [(i.state, i.start, end if i.end is None else i.end) for i in span.states]
        if not frame and not pieces:
            pieces = [("", span.start, end)]
        cut: list[Piece] = []
        for state, a, b in pieces:
            if frame and state not in WAITING:
                continue
            if a < gone:
                cut.append(Piece(state, a, min(b, gone)))
            if b > gone:
                cut.append(Piece(state, max(a, gone), b, orphan=True))
        return Bar(span, tuple(cut), frame, end)

    def _colour(self, span: Span) -> int:
        return self.colours.setdefault(span.key, len(self.colours) % COLOURS + 1) if span.key else 0

    @staticmethod
    def _overlap(spans: list[Span]) -> bool:
        ordered = sorted(spans, key=lambda s: s.start)
        return any(a.end is None or a.end > b.start for a, b in pairwise(ordered))

    def _when_callers_left(self) -> dict[int, float]:
        """For each span the moment from which nobody above it was waiting any more."""
        left: dict[int | None, float] = {None: math.inf}
        own: dict[int, float] = {}
        for span in self.spans:
            own[span.id] = left[span.parent]
            abandoned = [e.time for e in span.events if e.name == "abandoned"]
            own[span.id] = min([own[span.id], *abandoned])
            left[span.id] = min(own[span.id], math.inf if span.end is None else span.end)
        return own

    def ticks(self, about: int = 5) -> list[float]:
        """Round moments from 0 to the end, about as many as asked for."""
        rough = self.end / about
        magnitude = 10.0 ** math.floor(math.log10(rough))
        step = next(m for m in (1, 2, 2.5, 5, 10) if m * magnitude >= rough * 0.999) * magnitude
        count = math.floor(self.end / step + 1e-9)
        return [round(n * step, 12) for n in range(count + 1)]


def seconds(value: float, whole: float) -> str:
    """A time in words: `0 s`, `0.25 s`, `50 ms`. The `whole` run decides the unit, so a picture has only one.

    From 0.1 s on that is the second, with up to three decimals; a shorter run has ms, and one below 1 ms has µs.
    """
    unit, factor = ("s", 1.0) if whole >= 0.09999 else ("ms", 1e3) if whole >= 0.0009999 else ("µs", 1e6)
    shown = value * factor
    digits = (3 if shown < 1 else 2 if shown < 60 else 1) if unit == "s" else 2 if shown < 1 else 1
    return f"{shown:.{digits}f}".rstrip("0").rstrip(".") + " " + unit


def width(text: str) -> int:
    """Columns in a monospace font: Chinese, Japanese and Korean characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def shorten(text: str, columns: int) -> str:
    if width(text) <= columns:
        return text
    while text and width(text) > columns - 1:
        text = text[:-1]
    return text + "…"


def verdict(span: Span, labels: Mapping[str, str], orphan: bool, whole: float) -> str:
    """How a span of a run that takes `whole` seconds ended, in a few words."""
    if span.end is None:
        return labels["abandoned"] if span.outcome == "abandoned" else labels["still"]
    time = seconds(span.end - span.start, whole)
    if span.outcome == "ok":
        return f"{time} · {labels['orphan']}" if orphan else time
    if span.outcome == "abandoned":
        when = next((e.time for e in span.events if e.name == "abandoned"), span.end)
        return labels["at"].format(what=labels["abandoned"], time=seconds(when, whole))
    if span.outcome == "running":
        return labels["still"]
    words = labels["at"].format(what=labels[span.outcome], time=seconds(span.end, whole))
    return f"{words} · {span.error.type}" if span.error else words

"""A timeline that the reader is to draw, as tables of squares: empty to copy, drawn as the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from courseware.curriculum import Curriculum
from courseware.curriculum.base import Lang
from courseware.curriculum.widgets import Bar, Bars
from courseware.render.plain import joined, number, table

SQUARES = 20
"""Squares of the time axis, whatever its length."""


def asked(bars: Bars, t: Callable[..., str]) -> str:
    """What to draw, and an empty axis for each branch."""
    rows = [(f"`{bar.branch}`", _squares(0, 0, bars.horizon)) for bar in bars.bars]
    return joined(
        t("widgets.bars-answer", horizon=number(bars.horizon), step=number(bars.horizon / SQUARES)),
        table((t("widgets.branch"), t("widgets.bars")), rows),
    )


def answer(bars: Bars, curriculum: Curriculum, lang: Lang, t: Callable[..., str]) -> str:
    """The right drawing, then the typical wrong ones, each with the misconception that it shows."""
    parts = [t("widgets.bars-right"), _drawing(bars.bars, bars.horizon, t)]
    for wrong in bars.wrong:
        name = curriculum.misconceptions[wrong.misconception].name.get(lang)
        parts += [f"✗ **{name}** {wrong.feedback.get(lang)}", _drawing(wrong.bars, bars.horizon, t)]
    return joined(*parts)


def _drawing(bars: Iterable[Bar], horizon: float, t: Callable[..., str]) -> str:
    head = (t("widgets.branch"), t("widgets.bars"), t("widgets.start"), t("widgets.end"))
    return table(
        head,
        (
            (f"`{bar.branch}`", _squares(bar.start, bar.end, horizon), number(bar.start), number(bar.end))
            for bar in bars
        ),
    )


def _squares(start: float, end: float, horizon: float) -> str:
    """A bar to the nearest square; in code, where all squares are equally wide."""
    first, last = (round(time / horizon * SQUARES) for time in (start, end))
    return f"`{'░' * first}{'█' * (last - first)}{'░' * (SQUARES - last)}`"

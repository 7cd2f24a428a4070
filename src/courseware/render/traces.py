"""A recorded trace as its timeline, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from courseware.curriculum.base import Lang
from courseware.curriculum.strings import Strings
from fanout.timeline import LABELS, timeline
from fanout.trace import MIME as TRACE_MIME
from fanout.trace import Trace

__all__ = ["TRACE_MIME", "draw", "labels"]


def labels(strings: Strings, lang: Lang) -> dict[str, str]:
    """The timeline's words in one language, with their gaps."""
    return {name: strings[f"timeline.label-{name}"].get(lang) for name in LABELS}


def draw(trace: Any, words: Mapping[str, str]) -> str:
    """SVG and table of a trace in its JSON form; the page brings the style."""
    return timeline(Trace.from_json(trace), labels=words).html(css=False)

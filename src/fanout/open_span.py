"""A span that is being recorded, and which one this code runs in."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Literal

Outcome = Literal["ok", "error", "cancelled", "abandoned", "timeout", "running"]
State = Literal["queued", "running", "suspended", "busy", "limited", "backoff"]

current_span: ContextVar[OpenSpan | None] = ContextVar("fanout_span", default=None)
"""The span this code runs in. Whoever starts a branch sets it in the branch's own context."""


def open_span() -> OpenSpan | None:
    """The span this code runs in: the current one, or if that has ended the nearest above it that has not."""
    span = current_span.get()
    while span is not None and span.end is not None:
        span = span.parent
    return span


class OpenSpan:
    """A span while it is being recorded. Times are raw clock readings; `end` is None as long as it runs.

    `Recorder.begin` fills it: there is no `__init__`, whose call would cost as much as all the rest. What few spans
    have is absent until it is set, and reads as in `_DEFAULTS`.
    """

    __slots__ = (
        "attrs",
        "code",
        "end",
        "error",
        "events",
        "key",
        "kind",
        "lane",
        "name",
        "now",
        "outcome",
        "parent",
        "start",
    )
    key: str
    kind: str
    parent: OpenSpan | None
    name: str | None
    code: object
    now: Callable[[], float]
    start: float
    end: float | None
    outcome: Outcome
    lane: str | None
    error: tuple[str, str] | None
    attrs: dict[str, Any] | None
    events: list[tuple[float, str, dict[str, Any]]] | None

    def __getattr__(self, name: str) -> Any:
        try:
            return _DEFAULTS[name]
        except KeyError:
            raise AttributeError(name) from None

    def __repr__(self) -> str:
        return f"<OpenSpan {self.kind} {self.key or self.name!r} {self.outcome}>"


_DEFAULTS: dict[str, Any] = dict.fromkeys(["lane", "error", "attrs", "events"])

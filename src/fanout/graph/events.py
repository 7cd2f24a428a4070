"""The events of a run: for those who stream, and for listeners."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from fanout.graph.parts import Event
from fanout.graph.state import Commit, History


class Told:
    """What has happened. Costs nothing unless somebody streams (`kept`) or listens."""

    def __init__(
        self, history: History, listeners: tuple[Callable[[Event], object], ...], kept: bool
    ) -> None:
        self._history, self._listeners, self._kept = history, listeners, kept
        self._events: list[Event] = []
        self._failed: set[int] = set()

    def tell(self, node: str, commit: Commit, writes: Mapping[Any, Any]) -> None:
        """A node has run. A listener that fails is logged, once in each run, and the run goes on."""
        if not self._kept and not self._listeners:
            return
        event = Event(node, dict(self._history.state(commit)), writes)
        if self._kept:
            self._events.append(event)
        for number, listener in enumerate(self._listeners):
            try:
                listener(event)
            except Exception:
                if number not in self._failed:
                    self._failed.add(number)
                    logging.getLogger("fanout.graph").exception(
                        "the listener %r failed; the run goes on", listener
                    )

    def taken(self) -> list[Event]:
        """The events since the last time."""
        events, self._events = self._events, []
        return events

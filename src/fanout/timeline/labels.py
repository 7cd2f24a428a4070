"""The words of a timeline. Pass your own as `labels=`; what you leave out stays English."""

from __future__ import annotations

from collections.abc import Mapping

LABELS: Mapping[str, str] = {
    "title": "Timeline of {name}",
    "desc": "{branches} branches over {time}; at most {peak} at once; {outcome}. {clock}.",
    "virtual": "Virtual time",
    "real": "Measured time",
    "empty": "Nothing was recorded.",
    "many": "{n} branches over time",
    "active": "under way",
    "waiting": "waiting",
    "peak": "at most {peak} at once",
    "table": "The same as a table",
    "branch": "Branch",
    "lane": "Thread",
    "start": "Start",
    "end": "End",
    "duration": "Time",
    "states": "States",
    "outcome": "Outcome",
    "queued": "queued",
    "running": "running",
    "suspended": "suspended",
    "busy": "busy",
    "limited": "waits for the limit",
    "backoff": "back-off",
    "orphan": "runs on after its caller",
    "ok": "ok",
    "error": "error",
    "cancelled": "cancelled",
    "abandoned": "abandoned",
    "timeout": "time-out",
    "still": "still running",
    "at": "{what} at {time}",
}
"""The texts in braces are filled in; each label may use those that the English one uses."""


def with_defaults(labels: Mapping[str, str] | None) -> dict[str, str]:
    """`labels` over the English ones. Raises `KeyError` for a label that no timeline uses."""
    unknown = sorted(set(labels or {}) - set(LABELS))
    if unknown:
        raise KeyError(f"no timeline uses these labels: {', '.join(unknown)}; it uses: {', '.join(LABELS)}")
    return {**LABELS, **(labels or {})}

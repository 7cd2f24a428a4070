"""A recorded trace as its timeline, in the reader's language."""

from __future__ import annotations

from html import escape
from typing import Any

from courseware.curriculum.base import Lang

TRACE_MIME = "application/vnd.fanout.trace+json"


def timeline(trace: Any, data: dict[str, Any], lang: Lang) -> str:
    """HTML of the timeline. `data` holds what else the run put out, used where the trace cannot be drawn."""
    if "image/svg+xml" in data:
        return str(data["image/svg+xml"])
    return f"<pre><code>{escape(data.get('text/plain', ''), quote=False)}</code></pre>"

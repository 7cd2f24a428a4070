"""Block marks: HTML comments in the staged Markdown that become sections of the finished page.

Sections are put around the blocks last, after Markdown and after the search index: inside a `<section>` Material's
index would take every heading for nested and file the text under the wrong one.
"""

from __future__ import annotations

import re
from html import escape

_OPEN = re.compile(
    r"<!-- block (?P<id>[a-z0-9-]+) (?P<kind>markdown|code)(?: (?P<local_only>[a-z0-9-]+))? -->"
)
_CLOSE = "<!-- /block -->"


def opening(block: str, kind: str, local_only: str | None = None) -> str:
    """The mark before a block's Markdown."""
    return f"<!-- block {block} {kind}{f' {local_only}' if local_only else ''} -->"


def closing() -> str:
    """The mark after it."""
    return _CLOSE


def into_sections(html: str) -> str:
    """Replace all marks of a page."""

    def section(match: re.Match[str]) -> str:
        local_only = f' data-local-only="{escape(match["local_only"])}"' if match["local_only"] else ""
        name = match["id"]
        return f'<section class="block" id="b-{name}" data-block="{name}" data-kind="{match["kind"]}"{local_only}>'

    return _OPEN.sub(section, html).replace(_CLOSE, "</section>")

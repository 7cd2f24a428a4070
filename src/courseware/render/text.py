"""A cell's Markdown with its references filled in: widgets, claims, task marks."""

from __future__ import annotations

import re

from courseware.curriculum import Curriculum
from courseware.curriculum.base import Lang
from courseware.lessons.marks import CLAIM, outside_code
from courseware.render.plain import number
from courseware.render.widgets import widget

_WIDGET = re.compile(
    r"^(?P<fence>`{3,}|~{3,}) *widget *\n(?P<kind>[a-z-]+) +(?P<id>\S+) *\n(?P=fence) *$", re.M
)
_TASK = re.compile(r"^(?P<mark>\s*[-*+] \[[ xX]\] )(?P<text>.*?)\s*\{#task:(?P<id>[a-z0-9-]+)\}[ \t]*$", re.M)
_ITEM = re.compile(
    r'<li class="task-list-item">(?P<before>(?:(?!</li>|<li).)*?)<span data-task="(?P<id>[^"]+)"></span>'
    r"(?P<text>[^<]*(?:<(?!/?li|ul|ol)[^>]*>[^<]*)*)",
    re.S,
)
_EMPTY_HEADER = re.compile(r"<th(?P<attributes>[^>]*)></th>")
CLAIMS_PAGE = "/claims.md"


def with_widgets(markdown: str, curriculum: Curriculum, lang: Lang) -> str:
    """Widget fences become the widgets' plain form."""
    return _WIDGET.sub(lambda found: widget(curriculum, found["kind"], found["id"], lang), markdown)


def with_claims(markdown: str, curriculum: Curriculum, lang: Lang, *, linked: bool) -> str:
    """`{claim:id}` becomes the claim's value, on the page linked to the ledger. Raises KeyError for an unknown id."""

    def value(found: re.Match[str]) -> str:
        shown = claim_value(curriculum, found["id"], lang)
        return f"[{shown}]({CLAIMS_PAGE}#claim-{found['id']}){{ .claim }}" if linked else shown

    return outside_code(markdown, lambda text: CLAIM.sub(value, text))


def claim_value(curriculum: Curriculum, id: str, lang: Lang) -> str:
    """How a claim's value is written: its own wording, or the value with its unit."""
    claim = curriculum.claims[id]
    if claim.display:
        return claim.display.get(lang)
    value = claim.value if isinstance(claim.value, str) else number(claim.value)
    if claim.unit is None:
        return value
    unit = claim.unit.get(lang)
    return f"{value} {unit}" if unit[0].isalpha() else f"{value}{unit}"  # 2.5 s, but 4× and 20%


def with_task_marks(markdown: str) -> str:
    """`- [ ] text {#task:id}` gets a mark that survives Markdown (attribute lists do not reach task items)."""

    def marked(text: str) -> str:
        return _TASK.sub(r'\g<mark><span data-task="\g<id>"></span>\g<text>', text)

    return outside_code(markdown, marked, inline=False)


def with_task_items(html: str) -> str:
    """The mark moves to the list item, and the item's text becomes the name of its box."""

    def item(found: re.Match[str]) -> str:
        name = re.sub(r"<[^>]+>", "", found["text"]).strip().replace('"', "&quot;")
        before = found["before"].replace("<input ", f'<input aria-label="{name}" ', 1)
        return f'<li class="task-list-item" data-task="{found["id"]}">{before}{found["text"]}'

    return _ITEM.sub(item, html)


def without_empty_headers(html: str) -> str:
    """The empty corner of a table is no header: screen readers would announce one without a name."""
    return _EMPTY_HEADER.sub(r"<td\g<attributes>></td>", html)

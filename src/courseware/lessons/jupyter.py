"""A lesson's Markdown as Jupyter shows it: heading ids, admonitions and attribute lists are the site's own dialect."""

from __future__ import annotations

import re

from courseware.lessons.marks import outside_code

_HEADING = re.compile(r"^(?P<heading>#{1,6} .*?)\s*\{[^{}]*#(?P<id>[a-z0-9-]+)[^{}]*\}[ \t]*$", re.M)
_TASK = re.compile(r"[ \t]*\{#task:[a-z0-9-]+\}[ \t]*$", re.M)
_ATTRIBUTES = re.compile(r"\{:?\s+[.#][^{}\n]*\}|\{:[^{}\n]*\}")
_ADMONITION = re.compile(
    r'^(?:!!!|\?\?\?\+?) +(?P<kind>[\w-]+)(?: +"(?P<title>[^"]*)")?[^\n]*\n'
    r"(?P<body>(?:(?: {4}[^\n]*|[ \t]*)(?:\n|\Z))+)",
    re.M,
)
_DOCS_LINK = re.compile(r"\]\(/(?P<page>[\w/-]+)\.md(?P<anchor>#[\w-]+)?\)")
_MARKDOWN_IN_HTML = re.compile(r'\s*markdown="1"')


def for_jupyter(markdown: str, home: str) -> str:
    """Markdown for a notebook. `home` is the address of the site in this language, for links that leave the lessons."""

    def lines(text: str) -> str:
        return _TASK.sub("", _HEADING.sub(r'<a id="\g<id>"></a>\n\n\g<heading>', text))

    def spans(text: str) -> str:
        text = _MARKDOWN_IN_HTML.sub("", _ATTRIBUTES.sub("", text))
        return _DOCS_LINK.sub(lambda link: f"]({home}{link['page']}/{link['anchor'] or ''})", text)

    return outside_code(outside_code(_ADMONITION.sub(_quoted, markdown), lines, inline=False), spans)


def _quoted(found: re.Match[str]) -> str:
    title = found["kind"].capitalize() if found["title"] is None else found["title"]
    lines = [
        line[4:] if line.startswith("    ") else line.strip() for line in found["body"].rstrip().split("\n")
    ]
    quoted = "\n".join(f"> {line}".rstrip() for line in ([f"**{title}**", "", *lines] if title else lines))
    return f"{quoted}\n\n"

"""What the search of a built site finds, and what it should find: its own engine, and the text of its pages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bs4 import BeautifulSoup

_SCRIPT = Path(__file__).with_name("searching.mjs")
_NODE = Path(sys.executable).with_name("node")


def found(site: Path, queries: list[str]) -> dict[str, set[str]]:
    """{query: pages} as Material's worker answers on the site's own index."""
    node = str(_NODE) if _NODE.exists() else "node"
    ran = subprocess.run(
        [node, str(_SCRIPT), str(site)], input=json.dumps(queries), capture_output=True, text=True, check=True
    )
    return {query: set(pages) for query, pages in json.loads(ran.stdout).items()}


def holding(pages: Mapping[str, str], query: str) -> set[str]:
    """Those of the `texts` that hold every word of the query; a Latin one where a word or a part of a name starts."""
    words = [_pattern(word) for word in query.split()]
    return {page for page, text in pages.items() if all(word.search(text) for word in words)}


def _pattern(word: str) -> re.Pattern[str]:
    if not word.isascii():
        return re.compile(re.escape(word))
    part = rf"|(?<=[a-z]){re.escape(word)}" if word[0].isupper() else ""
    return re.compile(rf"(?<![A-Za-z0-9])(?i:{re.escape(word)}){part}")


def texts(site: Path) -> dict[str, str]:
    """{page: its text}, without what is kept out of the index on purpose."""
    pages = {}
    for path in site.rglob("index.html"):
        article = BeautifulSoup(path.read_text("utf-8"), "html.parser").find("article")
        if article is None:
            continue
        for left_out in article.select("[data-search-exclude], .headerlink, style, script, template"):
            left_out.decompose()
        page = path.parent.relative_to(site).as_posix() + "/"
        pages["" if page == "./" else page] = re.sub(r"\s+", " ", article.get_text())
    return pages

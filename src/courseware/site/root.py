"""The files above both languages, and the sitemaps of each with the other's addresses in it."""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path

from courseware.curriculum import LANGS, Lang
from courseware.curriculum.faults import CurriculumError, Fault
from courseware.layout import Layout
from courseware.lessons.cache import write_whole
from courseware.site.alternates import absolute

_LOC = re.compile(r"<loc>(.*?)</loc>")


def finish(layout: Layout, root_url: str) -> None:
    """Write the sitemaps and robots.txt. Raises CurriculumError for a page that one language lacks."""
    pages = {lang: _pages(layout.site / lang, f"{root_url}{lang}/") for lang in LANGS}
    if faults := _lonely(pages):
        raise CurriculumError(faults)
    for lang in LANGS:
        write_whole(layout.site / lang / "sitemap.xml", _sitemap(pages[lang], lang, root_url))
        (layout.site / lang / "sitemap.xml.gz").unlink(
            missing_ok=True
        )  # MkDocs' own, without the other language
    write_whole(layout.site / "sitemap.xml", _index(root_url))
    write_whole(layout.site / "robots.txt", f"User-agent: *\nAllow: /\nSitemap: {root_url}sitemap.xml\n")


def _pages(site: Path, url: str) -> list[str]:
    """Addresses of a built site's pages, relative to its root, as its own sitemap lists them."""
    found = _LOC.findall((site / "sitemap.xml").read_text("utf-8"))
    return [unescape(loc).removeprefix(url) for loc in found]


def _lonely(pages: dict[Lang, list[str]]) -> list[Fault]:
    zh, en = (set(pages[lang]) for lang in LANGS)
    return [
        Fault(
            f"docs/{'en' if page in zh else 'zh'}",
            1,
            f"the page {page or 'index'!r} is missing in this language",
        )
        for page in sorted(zh ^ en)
    ]


def _sitemap(pages: list[str], lang: Lang, root_url: str) -> str:
    """Material's instant navigation reads this too: `loc` decides which links it may follow."""
    entries = []
    for page in sorted(pages):
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{hreflang}" href="{escape(address)}"/>'
            for hreflang, address in absolute(page, root_url).items()
        )
        entries.append(f"<url><loc>{escape(f'{root_url}{lang}/{page}')}</loc>{links}</url>")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
        + "\n".join(entries)
        + "\n</urlset>\n"
    )


def _index(root_url: str) -> str:
    maps = "".join(
        f"<sitemap><loc>{escape(f'{root_url}{lang}/sitemap.xml')}</loc></sitemap>" for lang in LANGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{maps}</sitemapindex>\n'
    )

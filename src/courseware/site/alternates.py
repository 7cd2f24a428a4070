"""The same page in the other language: for the switch in the page, for search engines, for the sitemaps."""

from __future__ import annotations

from typing import TypedDict

from courseware.curriculum.base import LANGS, Lang

HREFLANG: dict[Lang, str] = {"zh": "zh-Hans", "en": "en"}
NAMES: dict[Lang, str] = {"zh": "中文", "en": "English"}


class Alternate(TypedDict):
    """One entry of the language switch; `url` is relative to the page."""

    lang: Lang
    hreflang: str
    name: str
    url: str
    current: bool


def of_page(url: str, current: Lang) -> list[Alternate]:
    """The page at `url` (relative to its language's root, as MkDocs has it) in each language."""
    up = "../" * (url.count("/") + 1)
    return [
        Alternate(
            lang=lang,
            hreflang=HREFLANG[lang],
            name=NAMES[lang],
            url=f"{up}{lang}/{url}",
            current=lang == current,
        )
        for lang in LANGS
    ]


def absolute(url: str, root: str) -> dict[str, str]:
    """{hreflang: absolute address} of a page; `x-default` is the choosing root for the home page, else English."""
    found = {HREFLANG[lang]: f"{root}{lang}/{url}" for lang in LANGS}
    return found | {"x-default": root if not url else found["en"]}


def links(url: str, root: str) -> str:
    """`<link>` elements for a page's head.

    The space in `rel` is valid HTML. It keeps Material's script off, whose selector is `[rel=alternate]`: that script
    takes each address for the root of a language and asks for `<address>/sitemap.xml`, a 404 on every page.
    """
    return "".join(
        f'<link rel="alternate " hreflang="{hreflang}" href="{address}">'
        for hreflang, address in absolute(url, root).items()
    )

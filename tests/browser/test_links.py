"""Every internal link, image, script and anchor of the built site leads somewhere."""

from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.browser.serving import SITE

# The root's pages redirect by script; their links are plain and are checked like all others.
PAGES = sorted(SITE.rglob("*.html"))
LINKS = {"a": "href", "link": "href", "script": "src", "img": "src", "source": "srcset", "form": "action"}


@cache
def parsed(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def site_url() -> str:
    """The address that the site was built for, from its canonical link."""
    canonical = parsed(SITE / "zh" / "index.html").find("link", rel="canonical")
    return str(canonical["href"]).removesuffix("zh/")


def target(page: Path, link: str) -> tuple[Path | None, str]:
    """The file and anchor that a link on a page means; None for another site."""
    root = site_url()
    here = urljoin(root, page.relative_to(SITE).as_posix().removesuffix("index.html"))
    absolute, anchor = urldefrag(urljoin(here, link))
    if not absolute.startswith(root):
        return None, ""
    path = unquote(urlsplit(absolute.removeprefix(root)).path)
    return SITE / path / "index.html" if path == "" or path.endswith("/") else SITE / path, unquote(anchor)


def broken(page: Path) -> list[str]:
    faults = []
    for tag, attribute in LINKS.items():
        for element in parsed(page).find_all(tag, attrs={attribute: True}):
            link = str(element[attribute])
            if link.startswith(("data:", "mailto:", "javascript:")):
                continue
            file, anchor = target(page, link)
            if file is None:
                continue
            if not file.is_file():
                faults.append(f"<{tag}> {link}: no such file")
            elif anchor and file.suffix == ".html" and parsed(file).find(id=anchor) is None:
                faults.append(f"<{tag}> {link}: no such anchor")
    return faults


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(SITE).as_posix())
def test_links_lead_somewhere(page):
    assert broken(page) == []


def test_links_to_other_sites_are_only_offered_never_loaded():
    """A reader may follow a link to a source; the page itself asks nobody else for anything."""
    for page in PAGES:
        for tag in ("script", "img", "source", "iframe", "video", "audio"):
            for element in parsed(page).find_all(tag, src=True):
                assert target(page, str(element["src"]))[0] is not None, f"{page.name}: {element}"
        for element in parsed(page).find_all("link", href=True):
            if set(element["rel"]) & {
                "stylesheet",
                "preload",
                "modulepreload",
                "icon",
                "preconnect",
                "dns-prefetch",
            }:
                assert target(page, str(element["href"]))[0] is not None, f"{page.name}: {element}"

"""Every page in both languages: nothing foreign, no error, accessible, no sideways scrolling.

Every page is opened once, in a scheme and width that a seed chooses; `make soak` opens every page in every combination.
"""

import itertools
import random
import re

import pytest
from playwright.sync_api import Browser

from tests.browser.serving import SITE
from tests.browser.watch import Watch

LANGUAGES = ("zh", "en")
STATES = [*itertools.product(("light", "dark"), (390, 1440))]


def pages() -> list[str]:
    """The addresses of all built pages, from the files themselves, so that none can be left out."""
    return sorted(
        "/" + str(file.relative_to(SITE)).removesuffix("index.html")
        for language in LANGUAGES
        for file in (SITE / language).rglob("*.html")
    )


def seeded_states() -> list[tuple[str, str, int]]:
    chosen = random.Random(20261121)
    return [(path, *chosen.choice(STATES)) for path in pages()]


def look(browser: Browser, server: str, path: str, scheme: str, width: int) -> list[str]:
    context = browser.new_context(
        base_url=server,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    try:
        page = context.new_page()
        watch = Watch(page, server)
        page.goto(path, wait_until="networkidle")
        assert page.locator("article h1").count() == 1, "a page has exactly one title"
        assert '"nbformat"' not in page.locator("body").inner_text(), "raw notebook"
        return watch.faults()
    finally:
        context.close()


@pytest.mark.parametrize(("path", "scheme", "width"), seeded_states())
def test_page(browser, server, path, scheme, width):
    assert look(browser, server, path, scheme, width) == []


@pytest.mark.soak
@pytest.mark.parametrize(("scheme", "width"), STATES)
@pytest.mark.parametrize("path", pages())
def test_page_in_every_state(browser, server, path, scheme, width):
    assert look(browser, server, path, scheme, width) == []


def heading_ids(path: str) -> list[tuple[str, str]]:
    html = (SITE / path.strip("/") / "index.html").read_text(encoding="utf-8")
    article = html[html.index("<article") : html.index("</article>")]
    return re.findall(r"<(h[1-6])[^>]*\bid=\"([^\"]*)\"", article)


@pytest.mark.parametrize(
    "path", [p.removeprefix("/zh") for p in pages() if p.startswith("/zh") and "404" not in p]
)
def test_headings_have_the_same_ids_in_both_languages(path):
    assert heading_ids("/zh" + path) == heading_ids("/en" + path)
    assert all(not re.fullmatch(r"_\d+", anchor) for _, anchor in heading_ids("/zh" + path))

"""A real Chromium on the built site, served by the course's own server.

The site in `site/` must be built (`make build`). On a machine without any browser these tests are skipped with a
warning that cannot be overlooked, except where `CI` is set: there a missing browser is an error.
"""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.browser.serving import FLAGS, SITE, find_chromium, served
from tests.browser.watch import Watch


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = find_chromium()
        if chromium is None:
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        try:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(
                f"NO BROWSER: the site was not tested. Install Chromium or set CHROMIUM. {error.message}"
            )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of the served site, on a port that it was not built for."""
    if not (SITE / "zh" / "index.html").is_file():
        pytest.fail("site/ is not built: run `make build` first", pytrace=False)
    with served() as address:
        yield address


@pytest.fixture
def context(browser: Browser, server: str) -> Iterator[BrowserContext]:
    """A fresh profile, desktop width, reduced motion (annotations and replays stand still)."""
    context = browser.new_context(
        base_url=server, viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="en-GB"
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def watch(page: Page, server: str) -> Watch:
    """Everything the page asked for or complained about, from now on."""
    return Watch(page, server)

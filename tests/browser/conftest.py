"""A real Chromium on the built site, served by the course's own server.

The site in `site/` must be built (`make build`). On a machine without any browser these tests are skipped with a
warning that cannot be overlooked, except where `CI` is set: there a missing browser is an error.
"""

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.browser.watch import Watch

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
FLAGS = [
    "--no-sandbox",  # Chromium refuses to run as root with it, and the pages are our own
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.browser)


def find_chromium() -> str | None:
    """The machine's Chromium or Chrome; `CHROMIUM` names another."""
    names = (
        os.environ.get("CHROMIUM"),
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    )
    return next((found for name in names if name and (found := shutil.which(name))), None)


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
                f"NO BROWSER: the built site was not tested. Install Chromium, or set CHROMIUM. {error.message}"
            )
        yield browser
        browser.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of the served site, on a port that it was not built for."""
    if not (SITE / "zh" / "index.html").is_file():
        pytest.fail("site/ is not built: run `make build` first", pytrace=False)
    port = free_port()
    command = [sys.executable, "-m", "courseware", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            wait_until_it_answers(address, process)
            yield address
        finally:
            process.terminate()


def wait_until_it_answers(address: str, process: subprocess.Popen[str]) -> None:
    import time

    for _ in range(300):
        if process.poll() is not None:
            pytest.fail(f"the server ended at once:\n{process.stdout.read() if process.stdout else ''}")
        try:
            urllib.request.urlopen(f"{address}/zh/", timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail("the server did not answer within 30 s")


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

"""A real Chromium on the built site, served by the course's own server.

The site in `site/` must be built (`make build`). On a machine without any browser these tests are skipped with a
warning that cannot be overlooked, except where `CI` is set: there a missing browser is an error.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.serving import FLAGS, SITE, find_chromium, served
from tests.browser.watch import Watch


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """pytest-playwright's own settings, with the machine's browser."""
    chromium = find_chromium()
    if chromium is None:
        installed = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        if installed.returncode:
            message = (
                "NO BROWSER: the built site was not tested. Install Chromium, or name one with CHROMIUM."
            )
            (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return {**browser_type_launch_args, "executable_path": chromium, "args": FLAGS}


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of the served site, on a port that it was not built for."""
    if not (SITE / "zh" / "index.html").is_file():
        pytest.fail("site/ is not built: run `make build` first", pytrace=False)
    with served() as address:
        yield address


@pytest.fixture(scope="session")
def base_url(server: str) -> str:
    return server


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Desktop width, and reduced motion, so that annotations and replays stand still."""
    size = {"width": 1440, "height": 900}
    return {**browser_context_args, "viewport": size, "reduced_motion": "reduce", "locale": "en-GB"}


@pytest.fixture
def watch(page: Page, server: str) -> Watch:
    """Everything the page asked for or complained about, from now on."""
    return Watch(page, server)

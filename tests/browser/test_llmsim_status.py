"""The simulator's status page, in both languages and both colour schemes."""

import re
from contextlib import suppress
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from llmsim import Latency, Limits, RateLimitError, Simulator
from llmsim.server import background
from tests.browser.watch import axe


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("locale", "title", "other"), [("zh-CN", "在途", "English"), ("en-GB", "in flight", "中文")]
)
def test_the_status_page(
    browser: Browser, scheme: Literal["light", "dark"], locale: str, title: str, other: str
) -> None:
    sim = Simulator(latency=Latency.fixed(0.0), limits=Limits(rpm=60, burst=2))
    for number in range(3):
        with suppress(RateLimitError):
            sim.complete(f"What is {number} + 1?")
    with background(sim) as url, browser.new_context(locale=locale, color_scheme=scheme) as context:
        page = context.new_page()
        asked: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        root = url.removesuffix("/v1")
        page.goto(f"{root}/status")
        expect(page.locator("#figures")).to_contain_text(title)
        expect(page.locator("#models tr", has_text="sim-large").locator("td").nth(4)).to_have_text("1")
        expect(page.locator("#recent tr")).to_have_count(4)
        assert axe(page) == []
        page.get_by_role("button", name=other).click()
        expect(page.locator("#figures")).not_to_contain_text(re.compile(title))
        assert all(address.startswith(root) for address in asked)
        assert complaints == []

"""Two languages of one course: which one a reader gets, and that changing it keeps the page and the block."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.watch import until

LESSON = "lessons/03_01_parallel_execution_mechanism/"
BLOCK_AT_TOP = """() => [...document.querySelectorAll("article .block[id]")]
    .filter((block) => block.getBoundingClientRect().height && block.getBoundingClientRect().top < 120).at(-1)?.id"""


def scroll_to(page: Page, block: str) -> None:
    page.evaluate("(id) => document.getElementById(id).scrollIntoView({behavior: 'instant'})", block)


def blocks(page: Page) -> list[str]:
    return page.eval_on_selector_all("article .block[id]", "all => all.map((each) => each.id)")


@pytest.mark.parametrize(
    ("locale", "expected"), [("zh-CN", "/zh/"), ("zh-TW", "/zh/"), ("en-GB", "/en/"), ("fr-FR", "/en/")]
)
def test_the_root_leads_to_the_browsers_language(browser: Browser, server, locale, expected):
    with browser.new_context(base_url=server, locale=locale) as context:
        page = context.new_page()
        page.goto("/")
        page.wait_for_url(f"{server}{expected}")


def test_the_readers_choice_is_stronger_than_the_browsers(page, server):
    page.goto("/zh/")
    page.get_by_role("link", name="English").click()
    page.wait_for_url(f"{server}/en/")
    page.get_by_role("link", name="中文").click()
    page.wait_for_url(f"{server}/zh/")
    page.goto("/")
    page.wait_for_url(f"{server}/zh/")


def test_without_script_the_root_offers_both_languages(browser: Browser, server):
    with browser.new_context(base_url=server, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        for name, path in (("English", "/en/"), ("中文", "/zh/")):
            page.goto("/")
            page.get_by_role("link", name=name).click()
            page.wait_for_url(f"{server}{path}")


@pytest.mark.parametrize("width", [390, 1440])
def test_switching_keeps_page_and_block(page, server, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/zh/{LESSON}")
    for block in blocks(page)[3::7]:
        page.goto(f"/zh/{LESSON}")
        scroll_to(page, block)
        before = page.evaluate(BLOCK_AT_TOP)
        page.locator("a[data-language]").click()
        page.wait_for_url(f"{server}/en/{LESSON}**")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        until(page, f"({BLOCK_AT_TOP})() === {before!r}")


def test_switching_keeps_the_page_after_instant_navigation(page, server, watch):
    page.goto("/zh/")
    page.evaluate("window.sameVisit = true")
    page.locator('article a[href$="lessons/04_minimal_usable/"]').first.click()
    page.wait_for_url(f"{server}/zh/lessons/04_minimal_usable/")
    expect(page.locator("h1")).to_contain_text("最小可用")
    assert page.evaluate("window.sameVisit"), "instant navigation loads no new document"
    page.locator("a[data-language]").click()
    page.wait_for_url(f"{server}/en/lessons/04_minimal_usable/")
    expect(page.locator("h1")).to_contain_text("minimal usable")
    assert watch.faults() == []


def test_every_page_names_its_other_language(page, server):
    page.goto(f"/zh/{LESSON}")
    named = page.eval_on_selector_all(
        "link[hreflang]",
        "all => Object.fromEntries(all.map((each) => [each.hreflang, new URL(each.href).pathname]))",
    )
    assert named == {"zh-Hans": f"/zh/{LESSON}", "en": f"/en/{LESSON}", "x-default": named["x-default"]}

"""A page without script, by keyboard, as a notebook; an address that does not exist."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.watch import until

LESSON = "lessons/01_core_in_30_characters/"


def test_without_script_a_lesson_is_complete(browser: Browser, server):
    with browser.new_context(base_url=server, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"/en/{LESSON}")
        page.locator("details.cell-fold summary").first.click()
        expect(page.locator(".cell-input").first).to_be_visible()
        expect(page.locator(".cell-output").first).to_be_visible()
        expect(page.locator(".cell-output svg").first).to_be_visible()
        expect(page.locator(".js-only").first).to_be_hidden()
        answer = page.locator("[data-widget] details").first
        answer.locator("summary").click()
        expect(answer.locator(":scope > :not(summary)").first).to_be_visible()
        page.locator("a.lesson-next").click()
        expect(page.locator("h1")).to_be_visible()


def test_the_keyboard_reaches_the_text_first(page):
    page.goto(f"/en/{LESSON}", wait_until="networkidle")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash"), "the first stop is the link that skips the header"
    page.keyboard.press("Enter")
    until(page, "document.activeElement === document.body")  # the jump has been made
    page.keyboard.press("Tab")
    until(page, "document.activeElement.closest('article') !== null")


@pytest.mark.parametrize(
    ("path", "words"), [("/zh/nowhere/", "这里没有这一页"), ("/en/lessons/nowhere/", "There is no such page")]
)
def test_an_unknown_address_is_answered_in_its_language(page, path, words):
    answer = page.goto(path)
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text(words)


def test_the_notebook_of_a_page_can_be_downloaded(page):
    page.goto(f"/zh/{LESSON}")
    with page.expect_download() as download:
        page.locator("a[download]").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert '"nbformat"' in text
    assert "字核心" in text
    assert '"output_type"' in text

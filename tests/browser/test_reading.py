"""What a reader meets: the home page, a page without script, on paper, by keyboard, an address that does not exist."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.watch import until

LESSON = "lessons/01_core_in_30_characters/"
SLIDER = "document.querySelector('fan-out-replay input[type=range]')?"


@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 390), ("zh", 1440), ("en", 1440)])
def test_one_screen_of_the_home_page_shows_what_this_is(page, language, width):
    page.set_viewport_size({"width": width, "height": 844 if width == 390 else 900})
    page.goto(f"/{language}/")
    for part in ("h1", "fan-out-replay svg", "article a[href*=lessons]"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= page.viewport_size["height"], part


def test_the_home_page_replays_a_recorded_run_at_once(browser: Browser, server):
    with browser.new_context(base_url=server, reduced_motion="no-preference") as context:
        page = context.new_page()
        page.goto("/en/")
        slider = page.locator("fan-out-replay input[type=range]")
        until(page, f"Number({SLIDER}.value) > 0.05")
        early = float(slider.input_value())
        until(page, f"Number({SLIDER}.value) > {early}")
        page.locator(".replay__button").click()  # pause
        held = slider.input_value()
        page.wait_for_timeout(200)
        assert slider.input_value() == held


def test_with_reduced_motion_it_stands_still_until_it_is_moved(page):
    page.goto("/en/")
    bar = page.locator("fan-out-replay rect[data-end]").first
    full = bar.get_attribute("width")
    page.locator("fan-out-replay input[type=range]").fill("0.2")
    assert bar.get_attribute("width") != full


def test_without_script_a_lesson_is_complete(browser: Browser, server):
    with browser.new_context(base_url=server, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"/en/{LESSON}")
        expect(page.locator(".cell-input").first).to_be_visible()
        expect(page.locator(".cell-output").first).to_be_visible()
        expect(page.locator(".cell-output svg").first).to_be_visible()
        expect(page.locator(".js-only").first).to_be_hidden()
        answer = page.locator("[data-widget] details").first
        answer.locator("summary").click()
        expect(answer.locator(":scope > :not(summary)").first).to_be_visible()
        page.locator("a.lesson-next").click()
        expect(page.locator("h1")).to_be_visible()


def test_on_paper_there_is_text_and_no_navigation(page):
    page.goto(f"/zh/{LESSON}", wait_until="networkidle")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for gone in ("header", ".side", ".aside"):
        for element in page.locator(gone).all():
            expect(element).to_be_hidden()
    expect(page.locator(".cell-output").first).to_be_visible()
    assert page.locator("article details:not([open])").count() == 0, "paper cannot be unfolded"


def test_the_keyboard_reaches_the_text_first(page):
    page.goto(f"/en/{LESSON}", wait_until="networkidle")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash"), "the first stop is the link that skips the header"
    page.keyboard.press("Enter")
    until(page, "location.hash !== ''")
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

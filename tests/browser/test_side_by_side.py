"""Side-by-side reading: both languages, block by block, code once."""

import pytest
from playwright.sync_api import Page, expect

LESSON = "lessons/04_minimal_usable/"
TOGGLE = "button[data-side-by-side]"


def open_side_by_side(page: Page, path: str) -> None:
    page.goto(path)
    page.locator(TOGGLE).click()
    expect(page.locator("html")).to_have_attribute("data-side-by-side", "on")


def test_every_text_block_has_its_other_language_beside_it(page, watch):
    open_side_by_side(page, f"/zh/{LESSON}")
    texts = page.locator('article .block[data-kind="markdown"]').count()
    assert texts > 10
    assert page.locator('.block__other[lang="en"]').count() == texts
    assert page.locator('article .block[data-kind="code"] .block__other').count() == 0, "code is shown once"
    left, right = page.locator(".block__own").first, page.locator(".block__other").first
    assert left.bounding_box()["x"] < right.bounding_box()["x"]
    assert abs(left.bounding_box()["y"] - right.bounding_box()["y"]) < 2
    assert watch.faults() == []


def test_on_a_phone_the_languages_stand_one_below_the_other(page, watch):
    page.set_viewport_size({"width": 390, "height": 844})
    open_side_by_side(page, f"/en/{LESSON}")
    above, below = page.locator(".block__own").first, page.locator(".block__other").first
    assert above.bounding_box()["x"] == below.bounding_box()["x"]
    assert above.bounding_box()["y"] < below.bounding_box()["y"]
    assert watch.faults() == []


def test_no_id_stands_twice(page):
    open_side_by_side(page, f"/zh/{LESSON}")
    twice = page.evaluate(
        """() => { const seen = new Set(); return [...document.querySelectorAll("[id]")].map((e) => e.id)
            .filter((id) => seen.has(id) || !seen.add(id)); }"""
    )
    assert twice == []


def test_the_choice_lasts_across_pages_reload_and_language(page, server):
    open_side_by_side(page, f"/zh/{LESSON}")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-side-by-side", "on")
    page.locator("a.lesson-previous, a.lesson-next").first.click()
    page.wait_for_url(lambda url: LESSON not in url)
    expect(page.locator(".block__other").first).to_be_attached()
    page.locator("a[data-language]").click()
    page.wait_for_url(f"{server}/en/**")
    expect(page.locator('.block__other[lang="zh-Hans"]').first).to_be_attached()
    page.locator(TOGGLE).click()
    expect(page.locator(".block__other")).to_have_count(0)
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".block__other")).to_have_count(0)


def test_without_the_other_page_it_says_so_and_can_be_tried_again(page):
    page.goto(f"/en/{LESSON}")
    page.route(f"**/zh/{LESSON}", lambda route: route.abort())
    page.locator(TOGGLE).click()
    message = page.get_by_role("alert")
    expect(message).to_be_visible()
    page.unroute(f"**/zh/{LESSON}")
    message.get_by_role("button").click()
    expect(page.locator("html")).to_have_attribute("data-side-by-side", "on")
    expect(message).to_have_count(0)


@pytest.mark.parametrize("path", ["/zh/", "/en/map/"])
def test_pages_without_blocks_do_not_offer_it(page, path):
    page.goto(path, wait_until="networkidle")
    expect(page.locator(TOGGLE)).to_be_hidden()

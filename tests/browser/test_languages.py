"""Two languages: the root chooses one, the switch keeps page and block, side-by-side reading pairs blocks."""

import re

import pytest

from tests.browser.watch import until

LESSON = "lessons/04_minimal_usable/"
SHOWN = "[data-side-by-side=on] .block__other"


def open_(page, path):
    page.goto(path, wait_until="networkidle")
    page.wait_for_selector(".md-progress[aria-hidden]", state="attached")  # the page's own script has run


def scroll_to(page, selector):
    """Puts an element just under the header."""
    page.evaluate(
        """selector => { const top = document.querySelector(selector).getBoundingClientRect().top;
           scrollTo({top: scrollY + top - 70, behavior: "instant"}) }""",
        selector,
    )


def top_of(page, selector):
    return page.evaluate("selector => document.querySelector(selector).getBoundingClientRect().top", selector)


# ---- the root


@pytest.mark.parametrize(
    ("locale", "language"), [("zh-CN", "zh"), ("zh-TW", "zh"), ("en-GB", "en"), ("fr-FR", "en")]
)
def test_the_root_follows_the_browsers_language(browser, server, locale, language):
    context = browser.new_context(base_url=server, locale=locale)
    page = context.new_page()
    page.goto("/")
    page.wait_for_url(f"**/{language}/")
    context.close()


def test_the_root_prefers_the_readers_own_choice(page):
    open_(page, "/en/")
    page.click("a[data-language=zh]")
    page.wait_for_url("**/zh/")
    page.goto("/")
    page.wait_for_url("**/zh/")


def test_the_root_offers_both_languages_without_script(browser, server):
    context = browser.new_context(base_url=server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.click("text=English")
    assert page.url == f"{server}/en/"
    context.close()


# ---- the switch


def test_the_switch_keeps_page_and_block(page):
    open_(page, f"/zh/{LESSON}")
    blocks = page.locator("article .block").evaluate_all("found => found.map(each => each.id)")
    for block, language in zip(blocks[3:12:4], ("en", "zh", "en"), strict=True):
        scroll_to(page, f"#{block}")
        page.click("a[data-language]")
        page.wait_for_url(f"**/{language}/{LESSON}#*")
        place = page.url.partition("#")[2]
        inside = page.evaluate(
            "([block, place]) => document.getElementById(block).contains(document.getElementById(place))",
            [block, place],
        )
        assert inside, f"{block} was at the top, the other language opened at {place}"
        until(page, f"Math.abs(document.getElementById('{place}').getBoundingClientRect().top - 72) < 60")


def test_at_the_top_of_a_page_the_switch_names_no_block(page):
    open_(page, f"/zh/{LESSON}")
    page.click("a[data-language]")
    page.wait_for_load_state("networkidle")
    assert page.url.endswith(f"/en/{LESSON}")


def test_the_switch_follows_instant_navigation(page, server):
    open_(page, "/zh/paths/")
    page.evaluate("window.sameDocument = true")
    page.click(f".side a[href*='{LESSON}']")
    page.wait_for_url(f"**/zh/{LESSON}")
    page.wait_for_selector("article .block")
    assert page.evaluate("window.sameDocument"), "the page was loaded anew, instant navigation is off"
    page.click("a[data-language]")
    page.wait_for_url(f"{server}/en/{LESSON}")


def test_the_switch_works_without_script(browser, server):
    context = browser.new_context(base_url=server, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/en/{LESSON}")
    page.click("a[data-language=zh]")
    assert page.url == f"{server}/zh/{LESSON}"
    context.close()


def test_the_404_page_leads_to_the_other_language(page, server):
    page.goto("/zh/no/such/page/")
    page.click("a[data-language]")
    assert page.url == f"{server}/en/"


def test_addresses_in_the_head_name_the_server_that_was_asked(page, server):
    open_(page, f"/en/{LESSON}")
    links = page.locator("link[hreflang], link[rel=canonical]").evaluate_all(
        "all => all.map(each => each.href)"
    )
    assert links
    assert all(link.startswith(f"{server}/") for link in links)
    assert f"{server}/zh/{LESSON}" in links


# ---- side by side


def test_side_by_side_pairs_every_block_and_shows_code_once(page, watch):
    open_(page, f"/zh/{LESSON}")
    code = page.locator(".cell-input").count()
    texts = page.locator('.block[data-kind="markdown"]').count()
    page.click("button[data-side-by-side]")
    page.wait_for_selector(SHOWN)
    others = page.locator(SHOWN)
    assert others.count() == texts
    assert page.locator(".cell-input").count() == code
    assert {*others.evaluate_all("all => all.map(each => each.lang)")} == {"en"}
    assert re.search("[a-z]{3} [a-z]{3}", others.nth(3).inner_text())
    own, other = (page.locator(f".block--paired > .block__{which}").first for which in ("own", "other"))
    left, right = own.bounding_box(), other.bounding_box()
    assert left["x"] + left["width"] <= right["x"]
    assert abs(left["y"] - right["y"]) < 2
    assert watch.faults() == []


def test_side_by_side_doubles_no_id_and_keeps_anchors(page):
    open_(page, f"/en/{LESSON}")
    page.click("button[data-side-by-side]")
    page.wait_for_selector(SHOWN)
    ids = page.locator("[id]").evaluate_all("all => all.map(each => each.id)")
    assert len(ids) == len({*ids})
    target = page.locator(".toc__link").last.get_attribute("href").partition("#")[2]
    page.evaluate("hash => { location.hash = hash }", target)
    page.wait_for_timeout(300)
    assert 0 <= top_of(page, f"#{target}") < 900


def test_side_by_side_stacks_on_a_phone(page, watch):
    page.set_viewport_size({"width": 390, "height": 844})
    open_(page, f"/zh/{LESSON}")
    page.click("button[data-side-by-side]")
    page.wait_for_selector(SHOWN)
    first = page.locator(".block--paired").first
    own, other = (first.locator(f".block__{which}").bounding_box() for which in ("own", "other"))
    assert own["y"] + own["height"] <= other["y"] + 1
    assert watch.faults() == []


def test_side_by_side_lasts_across_pages_and_languages_and_can_be_left(page):
    open_(page, f"/zh/{LESSON}")
    before = page.locator("article").inner_text()
    page.click("button[data-side-by-side]")
    page.wait_for_selector(SHOWN)
    page.click(".bar__menu")
    page.click(".side a[href*='01_core']")
    page.wait_for_url("**/01_core_in_30_characters/")
    page.wait_for_selector(f"{SHOWN}[lang=en]")
    page.click("a[data-language]")
    page.wait_for_selector(f"{SHOWN}[lang=zh-Hans]")
    page.click("button[data-side-by-side]")
    page.wait_for_selector("html:not([data-side-by-side])")
    assert page.locator(".block__other, .block__own").count() == 0
    open_(page, f"/zh/{LESSON}")
    assert page.locator("article").inner_text() == before


def test_side_by_side_keeps_the_readers_place(page):
    open_(page, f"/zh/{LESSON}")
    block = "#" + page.locator("article .block").nth(9).get_attribute("id")
    scroll_to(page, block)
    before = top_of(page, block)
    page.click("button[data-side-by-side]")
    page.wait_for_selector(SHOWN)
    assert abs(top_of(page, block) - before) < 3


def test_side_by_side_says_when_the_other_language_cannot_be_fetched_and_tries_again(page):
    open_(page, f"/zh/{LESSON}")
    page.route("**/en/**", lambda route: route.abort())
    page.click("button[data-side-by-side]")
    page.wait_for_selector(".side-by-side__failed[role=alert]")
    page.unroute("**/en/**")
    page.click(".side-by-side__failed button")
    page.wait_for_selector(SHOWN)
    assert page.locator(".side-by-side__failed").count() == 0


def test_pages_without_blocks_do_not_offer_side_by_side(page):
    open_(page, "/en/paths/")
    assert page.locator("button[data-side-by-side]").is_hidden()

"""What the reader meets first: home page, map, header, search dialog, paper."""

import pytest
from playwright.sync_api import expect

LESSON = "/en/lessons/04_minimal_usable/"


def open_(page, path):
    page.goto(path, wait_until="networkidle")
    page.wait_for_selector(".md-progress[aria-hidden]", state="attached")  # the page's own script has run


# ---- home


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_one_screen_shows_sentence_run_start_and_the_four_paths_with_minutes(page, language, width, height):
    page.set_viewport_size({"width": width, "height": height})
    open_(page, f"/{language}/")
    for selector in (".hero__sentence", ".replay__picture", ".replay__controls", ".hero .button--primary"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] + box["height"] <= height, selector
    minutes = page.locator(".path__minutes")
    assert minutes.count() == 4
    for number in range(4):
        box = minutes.nth(number).bounding_box()
        assert box["y"] + box["height"] <= height


def bar(page, number):
    return page.locator("rect[data-end]").nth(number).evaluate("each => each.getBoundingClientRect().width")


def test_the_run_replays_at_once_and_comes_to_its_end(browser, server):
    context = browser.new_context(base_url=server, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto("/en/")
    page.wait_for_selector(".replay__button[data-state=playing]")
    page.wait_for_selector(".replay__button[data-state=paused]", timeout=10_000)
    assert page.locator("[data-sum]").all_text_contents() == ["2.4 s", "1.0 s"]
    assert page.locator(".replay__button").inner_text() == "Replay"
    context.close()


def test_reduced_motion_shows_the_finished_run_and_the_slider_moves_it(page):
    open_(page, "/en/")
    assert page.locator(".replay__button").get_attribute("data-state") == "paused"
    finished = bar(page, 3)
    slider = page.locator(".replay__controls input")
    slider.fill("0.5")
    assert page.locator("[data-sum]").all_text_contents() == ["0.5 s", "0.5 s"]
    assert bar(page, 3) == pytest.approx(finished / 2, abs=2)
    assert slider.get_attribute("aria-valuetext") == "0.5 seconds"
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("[data-sum]").first.text_content() != "0.5 s"


def test_the_finished_run_stands_there_without_script(browser, server):
    context = browser.new_context(base_url=server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/zh/")
    assert page.locator("[data-sum]").all_text_contents() == ["2.4 s", "1.0 s"]
    assert bar(page, 3) > 50
    assert page.locator(".replay__controls").count() == 0
    context.close()


# ---- map


@pytest.mark.parametrize("width", [390, 1440])
def test_the_map_shows_a_path_in_its_order(page, watch, width):
    page.set_viewport_size({"width": width, "height": 900})
    open_(page, "/en/map/")
    picture = page.locator(".map__wide" if width > 1100 else ".map__tall")
    assert picture.is_visible()
    assert page.locator(".map__wide, .map__tall").filter(visible=True).count() == 1
    page.click("button.chip:has-text('Quick start')")
    order = picture.locator(".map__order:not([hidden])").evaluate_all(
        "all => all.map(each => [each.closest('[data-document]').dataset.document, each.textContent])"
    )
    assert dict(order) == {"01": "1", "04": "2", "07_01": "3", "05": "4", "10": "5"}
    assert picture.locator(".map__node[data-off]").count() == 17 - 5
    assert "5 documents" in page.locator(".map__status").inner_text()
    assert watch.faults() == []
    page.click("button.chip:has-text('All')")
    assert picture.locator("[data-off]").count() == 0


def test_a_document_on_the_map_opens_by_mouse_and_keyboard_without_a_full_load(page):
    open_(page, "/zh/map/")
    page.evaluate("window.sameDocument = true")
    page.click(".map__wide a[data-document='04']")
    page.wait_for_url("**/lessons/04_minimal_usable/")
    assert page.evaluate("window.sameDocument")
    open_(page, "/zh/map/")
    page.focus(".map__wide a[data-document='01']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lessons/01_core_in_30_characters/")


# ---- header


def test_the_scheme_is_chosen_once_for_both_languages_and_stands_before_the_first_paint(page):
    open_(page, "/en/")
    body = page.locator("body")
    for scheme in ("default", "slate"):  # after the system's own: light, then dark
        page.locator(".scheme label:visible").click()
        assert body.get_attribute("data-md-color-scheme") == scheme
    page.goto("/zh/", wait_until="commit")
    page.wait_for_selector("body[data-md-color-scheme=slate]", state="attached")
    page.wait_for_load_state("networkidle")
    assert body.get_attribute("data-md-color-scheme") == "slate"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 26)"


def test_on_a_phone_the_list_of_pages_opens_and_closes(page, watch):
    page.set_viewport_size({"width": 390, "height": 844})
    open_(page, LESSON)
    assert page.locator(".side").is_hidden()
    page.click(".bar__menu")
    page.wait_for_selector(".side a[aria-current]", state="visible")
    page.wait_for_timeout(300)
    assert watch.faults() == []
    page.click(".side a[href*='01_core']")
    page.wait_for_url("**/01_core_in_30_characters/")
    page.wait_for_selector(".side", state="hidden")


def test_the_first_stop_of_the_keyboard_skips_to_the_text(page):
    open_(page, LESSON)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.classList.contains('md-skip')")
    box = page.locator(".md-skip").bounding_box()
    assert box["y"] >= 0


# ---- search


@pytest.mark.parametrize("width", [390, 1440])
def test_search_opens_by_key_finds_and_leads_there(page, watch, width):
    page.set_viewport_size({"width": width, "height": 900})
    open_(page, LESSON)
    page.keyboard.press("/")
    page.wait_for_selector(".search__input:focus")
    page.keyboard.type("max_concurrency")
    page.wait_for_selector(".search__results mark")
    assert watch.faults() == []
    page.keyboard.press("ArrowDown")
    href = page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    page.wait_for_url(href)
    assert page.locator("dialog.search").is_hidden()


def test_search_loads_nothing_before_it_is_opened(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    open_(page, LESSON)
    assert not [url for url in asked if "search" in url.rsplit("/", 1)[1]]


def test_search_finds_chinese_after_instant_navigation(page):
    open_(page, "/zh/")
    page.click(".hero .button--primary")
    page.wait_for_url("**/01_core_in_30_characters/")
    page.keyboard.press("Control+k")
    page.wait_for_selector(".search__input:focus")
    page.keyboard.type("线程池")
    page.wait_for_selector(".search__results a")
    assert "线程池" in page.locator(".search__results").inner_text()


def test_search_says_when_nothing_is_found_and_when_the_index_is_missing(page):
    open_(page, "/en/?q=zzzzqqq")
    expect(page.locator(".search__status")).to_contain_text("zzzzqqq")
    page.route("**/search_index.json", lambda route: route.abort())
    page.goto("/en/?q=branch")
    expect(page.locator(".search__status")).to_contain_text("could not be loaded")


# ---- paper


def test_on_paper_navigation_is_gone_folds_are_open_and_links_are_written_out(page):
    open_(page, LESSON)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for selector in (".bar", ".side", ".turn", ".lesson-foot", ".foot"):
        assert not page.locator(selector).filter(visible=True).count(), selector
    assert page.locator("article details:not([open])").count() == 0
    assert page.locator(".cell-output").first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("article details:not([open])").count() > 0

"""Every code block of every lesson, run by the reader's browser, against what the build recorded."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import SITE
from tests.browser.watch import Watch, axe, until

LESSONS = sorted(path.parent.name for path in (SITE / "en" / "lessons").glob("*/index.html"))
LOAD = 90  # seconds; a busy machine with two cores needs its time

OUTPUTS = """(section, live) => {
  const rows = (table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent)).join("\\n");
  const place = live ? section.querySelector(".cell-live") : section;
  const outputs = [...place.querySelectorAll(".cell-output")].filter((o) => live || !o.closest(".cell-live"));
  return outputs.filter((o) => !o.querySelector(".cell-nothing")).map((output) => {
    const table = output.querySelector("figure table");
    if (table) return ["trace", rows(table)];
    const text = output.textContent.trimEnd();
    if (output.dataset.stream === "error") return ["error", text.split("\\n").at(-1)];
    return [output.dataset.stream ?? output.dataset.mime, text];
  });
}"""


def run(page: Page, block: str, seconds: float = LOAD) -> None:
    section = f"#b-{block}"
    page.click(f"{section} .cell-run")
    until(page, f"!document.querySelector('{section}').hasAttribute('data-running')", seconds)


def outputs(page: Page, block: str, *, live: bool) -> list[list[str]]:
    found: list[list[str]] = page.eval_on_selector(
        f"#b-{block}", f"section => ({OUTPUTS})(section, {str(live).lower()})"
    )
    return found


def status(page: Page, block: str) -> str:
    return page.inner_text(f"#b-{block} .cell-status")


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_block_gives_in_the_page_what_was_recorded(page: Page, watch: Watch, lesson: str) -> None:
    page.goto(f"/en/lessons/{lesson}/")
    blocks: list[str] = page.eval_on_selector_all(
        ".block[data-kind=code]:not([data-local-only])", "found => found.map((one) => one.dataset.block)"
    )
    until(page, f"document.querySelectorAll('.cell-run').length === {len(blocks)}")
    different = {}
    for block in blocks:
        recorded = outputs(page, block, live=False)
        run(page, block)
        if outputs(page, block, live=True) != recorded:
            different[block] = (status(page, block), recorded, outputs(page, block, live=True))
    assert blocks
    assert different == {}
    assert watch.foreign + watch.failed + watch.errors == []


def test_the_runtime_is_there_only_after_the_first_run_and_stays(page: Page, watch: Watch) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/zh/lessons/{LESSONS[0]}/")
    page.wait_for_selector(".cell-run")
    assert not [url for url in asked if "/runtime" in url]
    run(page, "first-run")
    assert [url for url in asked if url.endswith("packages.zip")]
    assert axe(page) == []
    page.click("#b-first-run .cell-reset")
    expect(page.locator("#b-first-run .cell-live")).to_have_count(0)
    expect(page.locator("#b-first-run .cell-output").first).to_be_visible()
    asked.clear()
    run(page, "first-run", 10)
    assert [url for url in asked if "/runtime" in url] == []
    assert watch.faults() == []


def change_code(page: Page, block: str, code: str) -> None:
    page.eval_on_selector(
        f"#b-{block} .cell-input code", "(element, code) => { element.textContent = code }", code
    )


def test_storage_of_the_site_is_out_of_reach(page: Page, watch: Watch) -> None:
    page.goto(f"/en/lessons/{LESSONS[0]}/")
    page.wait_for_selector(".cell-run")
    code = "import js\n[getattr(js, name, None) for name in ('indexedDB', 'caches', 'BroadcastChannel')]"
    change_code(page, "first-run", code)
    run(page, "first-run")
    assert outputs(page, "first-run", live=True) == [["result", "[None, None, None]"]]


def test_a_broken_line_is_named(page: Page, watch: Watch) -> None:
    page.goto(f"/en/lessons/{LESSONS[0]}/")
    page.wait_for_selector(".cell-run")
    change_code(page, "first-run", "a = 1\na / 0")
    run(page, "first-run")
    assert status(page, "first-run") == "Error at line 2"
    assert outputs(page, "first-run", live=True) == [["error", "ZeroDivisionError: division by zero"]]

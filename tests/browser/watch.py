"""What a page does that a reader does not see: requests, errors, accessibility, overflow."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Watch:
    """Listens to one page; `faults()` says everything that no page of this site may do."""

    page: Page
    origin: str
    foreign: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._request)
        self.page.on("requestfailed", lambda request: self.failed.append(f"{request.url} {request.failure}"))
        self.page.on(
            "response", lambda r: self.failed.append(f"{r.url} {r.status}") if r.status >= 400 else None
        )
        self.page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        self.page.on(
            "console",
            lambda m: self.errors.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None,
        )

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.foreign.append(request.url)

    def faults(self) -> list[str]:
        """Foreign or failed requests, console errors, sideways scrolling, axe violations; empty if all is well."""
        return [
            *(f"asked another site: {url}" for url in self.foreign),
            *(f"request failed: {what}" for what in self.failed),
            *(f"console {what}" for what in self.errors),
            *overflow(self.page),
            *axe(self.page),
        ]


def overflow(page: Page) -> list[str]:
    """The elements that make the page scroll sideways."""
    wide: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          const scrolls = (e) => e && (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(e).overflowX)
            || scrolls(e.parentElement));
          return [...document.body.querySelectorAll("*")]
            .filter((e) => e.getBoundingClientRect().right > width + 1 && !scrolls(e.parentElement))
            .slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
        }"""
    )
    too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [f"scrolls sideways: {element}" for element in wide or ["(cause not found)"]] if too_wide else []


def axe(page: Page) -> list[str]:
    """The violations that axe-core finds, with the first element of each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(
            AXE.read_text(encoding="utf-8")
        )  # not add_script_tag: the page's own CSP forbids it, rightly
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"axe {v['id']} ({v['impact']}, {len(v['nodes'])}×): {v['nodes'][0]['html'][:140]} "
        f"{v['nodes'][0]['any'][0]['message'] if v['nodes'][0]['any'] else ''}"
        for v in found["violations"]
    ]


def until(page: Page, expression: str, seconds: float = 5) -> None:
    """Wait until a JavaScript expression is true. (Playwright's own wait needs `eval`: the CSP forbids it.)"""
    for _ in range(round(seconds / 0.05)):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not true within {seconds} s: {expression}")

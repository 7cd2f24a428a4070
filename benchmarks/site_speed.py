"""How much a page moves and how Lighthouse judges it: `make bench-site`, on the built site, with a real Chromium.

Prints one row a page: bytes moved by a first visit (as sent, gzip; nothing cached), and Lighthouse's four mobile
scores (median of three runs for performance, which varies from run to run).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys

from playwright.sync_api import Page, sync_playwright
from tests.browser.serving import FLAGS, ROOT, find_chromium, served

TOOL = ROOT / "benchmarks" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PAGES = ("", "lessons/01_core_in_30_characters/", "lessons/03_01_parallel_execution_mechanism/")


def bytes_moved(page: Page, url: str) -> tuple[int, list[tuple[int, str]]]:
    """What a first visit to `url` moves, in bytes as sent, and the largest parts of it."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    urls: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session.on("Network.responseReceived", lambda e: urls.update({e["requestId"]: e["response"]["url"]}))
    session.on(
        "Network.loadingFinished", lambda e: sizes.update({e["requestId"]: int(e["encodedDataLength"])})
    )
    page.goto(url, wait_until="networkidle")
    parts = sorted(((size, urls.get(request, "?")) for request, size in sizes.items()), reverse=True)
    return sum(sizes.values()), parts


def lighthouse(url: str, runs: int) -> dict[str, float]:
    """Median scores, 0 to 100, of Lighthouse's default (mobile) emulation."""
    scores: dict[str, list[float]] = {category: [] for category in CATEGORIES}
    environment = {
        **os.environ,
        "CHROME_PATH": find_chromium() or "",
        "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}",
    }
    flags = " ".join(["--headless=new", *FLAGS])
    command = [
        "node",
        "node_modules/lighthouse/cli/index.js",
        url,
        "--quiet",
        "--output=json",
        f"--chrome-flags={flags}",
    ]
    for _ in range(runs):
        done = subprocess.run(command, cwd=TOOL, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"Lighthouse failed on {url}:\n{done.stderr[-2000:]}")
        report = json.loads(done.stdout)
        for category in CATEGORIES:
            scores[category].append(100 * report["categories"][category]["score"])
        for name, audit in report["audits"].items():
            if audit["score"] == 0 and audit["scoreDisplayMode"] == "binary":
                print(f"    {name}: {audit['title']}", file=sys.stderr)
    return {category: statistics.median(values) for category, values in scores.items()}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=3, help="Lighthouse runs a page")
    arguments.add_argument("--parts", action="store_true", help="also list what each page moves")
    options = arguments.parse_args()
    if not (TOOL / "node_modules").is_dir():
        path = f"{ROOT}/.venv/bin:{os.environ['PATH']}"
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund"], cwd=TOOL, env={**os.environ, "PATH": path}, check=True
        )
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        print(f"Chromium {browser.version}, {os.cpu_count()} cores")
        print(f"{'page':58} {'KB':>6}  " + "  ".join(f"{category:>14}" for category in CATEGORIES))
        for language in ("zh", "en"):
            for path in PAGES:
                url = f"{address}/{language}/{path}"
                moved, parts = bytes_moved(browser.new_page(), url)
                scores = lighthouse(url, options.runs)
                figures = "  ".join(f"{scores[category]:14.0f}" for category in CATEGORIES)
                print(f"{language + '/' + path:58} {moved / 1000:6.1f}  {figures}", flush=True)
                if options.parts:
                    for size, part in parts:
                        print(f"    {size / 1000:7.1f} KB  {part.removeprefix(address)}")
        browser.close()


if __name__ == "__main__":
    main()

"""The pictures that other sites show beside a link to this one: `python -m courseware.visual.social`.

They are kept in the repository (`web/img/card-<language>.png`), since drawing them takes a browser, which a build must
not need. Draw them again when title, sentence or the recorded run has changed; `make build` must have run before.
"""

from __future__ import annotations

import shutil
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright

from courseware.curriculum import LANGS, load
from courseware.layout import Layout
from courseware.visual.hero import picture
from courseware.visual.scene import Scene

SIZE = {"width": 1200, "height": 630}
STYLE = """
body { display: grid; align-content: space-between; width: 1200px; height: 630px; padding: 56px 72px 44px }
body { border-bottom: 14px solid var(--accent) }
.names { display: flex; align-items: center; gap: 28px; font: 700 76px/1 var(--serif); margin: 0 }
.names svg { width: 104px; height: 104px }
.names span { color: var(--ink-2); font-size: 44px }
p { margin: 14px 0 0; max-width: none; color: var(--ink-2); font-size: 26.5px; line-height: 1.45 }
.replay__picture { zoom: 1.28 }
"""


def draw(root: Path) -> list[Path]:
    """Write one picture per language; returns their paths. Raises FileNotFoundError before the first build."""
    layout, curriculum = Layout(root), load(root)
    css = (layout.web / "course.css").read_text("utf-8")
    mark = (root / "web/theme/partials/logo.html").read_text("utf-8").partition("-#}\n")[2]
    written = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": SIZE["width"], "height": SIZE["height"]})
        for lang in LANGS:
            scene, course = Scene(curriculum, lang, "index.md"), curriculum.course
            first, second = (course.title.get(one) for one in sorted(LANGS, key=lambda one: one != lang))
            page.set_content(f"""<html lang="{lang}"><style>{css}{STYLE}</style><body data-md-color-scheme="default">
<div><h1 class="names">{mark}{escape(first)} <span>{escape(second)}</span></h1>
<p>{escape(course.sentence.get(lang))}</p></div>{picture(scene)}</body></html>""")
            path = root / "web/img" / f"card-{lang}.png"
            page.screenshot(path=path)
            written.append(path)
        browser.close()
    return written


if __name__ == "__main__":
    for path in draw(Path(__file__).resolve().parents[3]):
        print(path, path.stat().st_size)

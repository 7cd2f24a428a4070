"""The page above both languages: it leads on to the reader's language, and says so in plain links without script."""

from __future__ import annotations

import shutil
from pathlib import Path

DESCRIPTION = "动手运行，学会 LangChain 的并行执行 · Learn LangChain's parallel execution by running it"
FILES = ("root.js", "root.css", "img/logo.svg", "img/favicon.svg")

PAGE = """<!doctype html>
<html lang="zh-Hans"{redirect}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>并肩 · Side by Side</title>
<meta name="description" content="{description}">
<link rel="icon" href="{up}web/img/favicon.svg">
<link rel="stylesheet" href="{up}web/root.css">
<script src="{up}web/root.js" defer></script>
</head>
<body>
<main>
<img src="{up}web/img/logo.svg" alt="" width="80" height="80">
{text}
<div class="choice">
<a href="{up}zh/" hreflang="zh-Hans" lang="zh-Hans">简体中文</a>
<a href="{up}en/" hreflang="en" lang="en">English</a>
</div>
</main>
</body>
</html>
"""
CHOOSE = '<h1><span lang="zh-Hans">并肩</span> · <span lang="en">Side by Side</span></h1>'
MISSING = """<h1><span lang="zh-Hans">这里没有这一页</span> · <span lang="en">There is no such page</span></h1>
<p><span lang="zh-Hans">请从首页重新开始。</span> <span lang="en">Please start again from a home page.</span></p>"""


def write_root(site: Path, web: Path) -> None:
    """Write `index.html` and `404.html` into `site`, which holds both languages, with their files from `web`."""
    for name in FILES:
        target = site / "web" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(web / name, target)
    redirected = _page(" data-redirect", "", CHOOSE)
    (site / "index.html").write_text(redirected, "utf-8")
    # A 404 page stands in for any address, so its own links must not be relative.
    (site / "404.html").write_text(_page("", "/", MISSING), "utf-8")


def _page(redirect: str, up: str, text: str) -> str:
    return PAGE.format(redirect=redirect, up=up, text=text, description=DESCRIPTION)

"""The course in miniature with a lesson that shows every kind of output, as a site that can be built."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.courseware.small_course import SmallCourse

REPOSITORY = Path(__file__).resolve().parents[2]

OUTPUTS = """\

# %% [markdown] block="outputs" tags=["zh"]
# ## 各种输出 {#outputs}
#
# !!! tip "提示"
#     事件循环只有一个，`with_fallbacks` 另说。
#
# === "甲"
#     甲的内容
#
# === "乙"
#     乙的内容
#
# 行内公式 $x^2$，见[等待](01_first.ipynb#waiting)。
#
# ```mermaid
# graph LR
#   a --> b
# ```
#
# - [ ] 我能说出来 {#task:say-it}

# %% [markdown] block="outputs" tags=["en"]
# ## All kinds of output {#outputs}
#
# !!! tip "Tip"
#     There is one event loop; `with_fallbacks` is another matter.
#
# === "A"
#     Content of A
#
# === "B"
#     Content of B
#
# A formula $x^2$ in the line, see [waiting](01_first.ipynb#waiting).
#
# ```mermaid
# graph LR
#   a --> b
# ```
#
# - [ ] I can say it {#task:say-it}

# %% block="text"
import sys
import warnings

# zh: 打印一行
# en: prints a line
print("<one> & two\\n\\n```\\nnot a fence\\n```")
print("progress 1\\rprogress 2", file=sys.stderr)
object()

# %% block="error" tags=["raises-exception"] local_only="threads"
# zh: 故意出错
# en: fails on purpose
import json

json.loads("{")

# %% block="group" tags=["raises-exception"]
raise ExceptionGroup("two", [ValueError("a"), KeyError("b")])

# %% block="rich" tags=["hide-input"]
from IPython.display import HTML, SVG, Image, Markdown, Math, display

display(HTML("<table><tr><td>cell"))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'))
display(Markdown("**bold** text\\n\\n```mermaid\\ngraph LR\\n  c --> d\\n```"))
display(Math("x^2"))
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
display({"image/png": PIXEL, "text/plain": "a dot"}, raw=True)

# %% block="awaits"
import asyncio

await asyncio.sleep(0)
"awaited"

# %% block="trace" tags=["fold-input"]
from fanout.clock import simulate
from fanout.langchain import trace_runnables
from langchain_core.runnables import RunnableParallel

with trace_runnables() as trace:
    simulate(RunnableParallel(a=lambda x: x, b=lambda x: x).invoke, 1)
trace
"""


def make_site(root: Path) -> SmallCourse:
    """A root that the full build can build: the real configuration, hooks, theme and strings around a small course."""
    course = SmallCourse(root)
    for name in ("mkdocs.yml", "mkdocs.en.yml"):
        shutil.copy(REPOSITORY / name, root / name)
    for name in ("hooks", "web/theme", "curriculum/strings"):
        shutil.copytree(
            REPOSITORY / name, root / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in (
        "course.js",
        "course.css",
        "boot.js",
        "root.js",
        "root.css",
        "img/logo.svg",
        "img/favicon.svg",
    ):
        course.write(f"build/web/{name}", "")
    for lang in ("zh", "en"):
        course.write(
            f"docs/{lang}/claims.md", "# Claims\n\n## Speed-up {#claim-speed-up}\n\n{claim:speed-up}\n"
        )
    (root / "src" / "courseware").mkdir(parents=True)
    lesson = root / "notebooks" / "01_first.py"
    lesson.write_text(lesson.read_text("utf-8") + OUTPUTS, "utf-8")
    return course

"""The page about this package: its code gives what it says, the names it follows exist, both languages agree."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGES = {lang: ROOT / "docs" / lang / "fanout.md" for lang in ("zh", "en")}


def text(lang: str) -> str:
    return PAGES[lang].read_text("utf-8")


def blocks(lang: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text(lang), re.DOTALL)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_code_gives_what_the_page_says(lang: str) -> None:
    names: dict[str, Any] = {"__name__": "page"}
    shown = 0
    for block in blocks(lang):
        for statement in ast.parse(block).body:
            code = ast.get_source_segment(block, statement)
            assert code is not None
            last = block.splitlines()[(statement.end_lineno or 0) - 1]
            if not isinstance(statement, ast.Expr) or "# → " not in last:
                exec(code, names)
                continue
            assert repr(eval(code, names)) == last.partition("# → ")[2], code
            shown += 1
    assert shown >= 15


def resolve(name: str) -> Any:
    """The thing that a dotted name of the page stands for, wherever in the package it is defined."""
    first, _, rest = name.partition(".")
    modules = [f"fanout.{path.stem}" for path in sorted((ROOT / "src/fanout").glob("[a-z]*.py"))]
    for module in map(importlib.import_module, modules):
        if module.__name__ == f"fanout.{first}" or hasattr(module, first):
            thing = module if module.__name__ == f"fanout.{first}" else getattr(module, first)
            for part in filter(None, rest.split(".")):
                thing = getattr(thing, part)
            return thing
    raise LookupError(name)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_call_is_followed_by_names_that_exist(lang: str) -> None:
    section = text(lang).partition("{#one-call}")[2].partition("\n## ")[0]
    followed = [
        name for name in re.findall(r"`([\w.]+)`", section) if name not in ("None", "invoke", "ainvoke")
    ]
    assert len(followed) > 20
    assert all(resolve(name) is not None for name in followed)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_of_modules_is_complete(lang: str) -> None:
    rows = text(lang).partition("{#modules}")[2].partition("\n## ")[0]
    listed = set(re.findall(r"`([a-z_]+(?:\.py|/))`", rows))
    for name in listed:
        assert (ROOT / "src/fanout" / name).exists(), name
    assert {"step.py", "scope.py", "runtime.py"} <= listed
    packages = {f"{path.parent.name}/" for path in (ROOT / "src/fanout").glob("*/__init__.py")}
    assert packages <= listed


def test_both_languages_have_the_same_code_and_anchors() -> None:
    assert blocks("zh") == blocks("en")
    zh, en = (re.findall(r"\{#([\w-]+)\}", text(lang)) for lang in ("zh", "en"))
    assert zh == en
    zh, en = (
        re.findall(r"^(\|.*?`.*?\|)", text(lang).replace("、", ", "), re.MULTILINE) for lang in ("zh", "en")
    )
    assert zh == en

"""The quick reference: its code runs from top to bottom, says true values, and is the same in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Coroutine
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from courseware.curriculum import LANGS
from fanout.clock import simulate

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VALUE = re.compile(r"  # → (.*)$")


def blocks(lang: str) -> list[str]:
    return BLOCK.findall((DOCS / lang / "quick-reference.md").read_text("utf-8"))


def compiled(source: str, mode: str) -> CodeType:
    code = compile(source, "quick-reference.md", mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert isinstance(code, CodeType)
    return code


async def executed(code: CodeType, names: dict[str, Any]) -> Any:
    value = eval(code, names)
    return await value if isinstance(value, Coroutine) else value


async def check(lang: str) -> int:
    """Run the page; returns how many values it states."""
    names: dict[str, Any] = {}
    stated = 0
    for block in blocks(lang):
        lines = block.splitlines()
        for node in ast.parse(block).body:
            source = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            expected = VALUE.search(source)
            if not isinstance(node, ast.Expr):
                assert expected is None, f"a value is stated of what has none: {source}"
                await executed(compiled(source, "exec"), names)
                continue
            assert expected, f"the value of this is not stated: {source}"
            value = await executed(compiled(source, "eval"), names)
            assert repr(value) == expected[1], source
            stated += 1
    return stated


def test_both_languages_show_the_same_code() -> None:
    assert blocks("zh") == blocks("en")


@pytest.mark.parametrize("lang", LANGS)
def test_every_stated_value_is_true(lang: str) -> None:
    assert simulate(check(lang)).value >= 10

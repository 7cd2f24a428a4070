"""The page about the simulator: its code runs and gives what it says, and both languages hold the same."""

import re
from pathlib import Path
from typing import Any

import pytest

PAGES = {lang: Path(__file__).parents[2] / "docs" / lang / "llmsim.md" for lang in ("zh", "en")}
SHOWN = re.compile(r"^(?P<code>.+?)  # → (?P<value>.+)$")


def blocks(lang: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGES[lang].read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_code_gives_what_the_page_says(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    names: dict[str, Any] = {}
    shown = 0
    for line in "\n".join(blocks(lang)).splitlines():
        match = SHOWN.match(line)
        if match is None:
            exec(line, names)
            continue
        assert repr(eval(match["code"], names)) == match["value"]
        shown += 1
    assert shown == 5


def test_both_languages_have_the_same_code_and_anchors() -> None:
    assert blocks("zh") == blocks("en")
    zh, en = (re.findall(r"\{#([\w-]+)\}", PAGES[lang].read_text("utf-8")) for lang in ("zh", "en"))
    assert zh == en
    rows = [len(re.findall(r"^\|", PAGES[lang].read_text("utf-8"), re.MULTILINE)) for lang in ("zh", "en")]
    assert rows[0] == rows[1]

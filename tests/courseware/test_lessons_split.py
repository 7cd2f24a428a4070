"""Two notebooks from one lesson: valid, deterministic, good to read in Jupyter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from courseware.curriculum.base import LANGS, Lang
from courseware.lessons.execute import Output
from courseware.lessons.jupyter import for_jupyter
from courseware.lessons.split import split
from tests.courseware.lesson_files import SOUND, lesson_of

OUTPUTS: list[list[Output]] = [
    [
        {"output_type": "stream", "name": "stdout", "text": "done\n"},
        {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}},
    ]
]


def _split(root: Path, lang: Lang, text: str = SOUND) -> Any:
    return nbformat.reads(
        split(
            lesson_of(root, text),
            OUTPUTS,
            lang,
            "Title",
            lambda markdown: for_jupyter(markdown, "https://example.org/"),
        ),
        4,
    )


@pytest.mark.parametrize("lang", LANGS)
def test_cells_carry_their_block_ids(tmp_path: Path, lang: Lang) -> None:
    notebook = _split(tmp_path, lang)

    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells] == ["title", "waiting", "run"]
    assert notebook.cells[0].source == "# Title"
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.lang == lang


def test_each_notebook_is_complete_in_its_language(tmp_path: Path) -> None:
    zh, en = (_split(tmp_path, lang) for lang in LANGS)

    assert "等待" in zh.cells[1].source
    assert "Waiting" not in zh.cells[1].source
    assert zh.cells[2].source.startswith("# 等一下\nimport")
    assert en.cells[2].source.startswith("# waits a moment\nimport")
    assert zh.cells[2].outputs == en.cells[2].outputs
    assert [output.output_type for output in en.cells[2].outputs] == ["stream", "execute_result"]
    assert en.cells[2].execution_count == en.cells[2].outputs[1].execution_count == 1


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    lesson = lesson_of(tmp_path)

    assert split(lesson, OUTPUTS, "zh", "题目") == split(lesson, OUTPUTS, "zh", "题目")


def test_the_lessons_own_text_stays_for_the_page(tmp_path: Path) -> None:
    cell = _split(tmp_path, "en").cells[1]

    assert "{#waiting}" not in cell.source
    assert cell.metadata.page.startswith("## Waiting {#waiting}")


def test_tags_and_reasons_stay(tmp_path: Path) -> None:
    text = SOUND.replace(
        'block="run"', 'block="run" tags=["hide-input", "raises-exception"] local_only="threads"'
    )

    metadata = _split(tmp_path, "en", text).cells[2].metadata

    assert metadata.tags == ["hide-input", "raises-exception"]
    assert metadata.local_only == "threads"
    assert metadata.jupyter.source_hidden


@pytest.mark.parametrize(
    ("site", "jupyter"),
    [
        ("## Waiting {#waiting}\nText", '<a id="waiting"></a>\n\n## Waiting\nText'),
        ("## Waiting {#waiting .wide}", '<a id="waiting"></a>\n\n## Waiting'),
        ("## The `ainvoke` of it {#x}", '<a id="x"></a>\n\n## The `ainvoke` of it'),
        ("- [ ] I can say `it` {#task:say-it}", "- [ ] I can say `it`"),
        ('!!! tip "Mind"\n    One.\n\n    Two.\n\nAfter', "> **Mind**\n>\n> One.\n>\n> Two.\n\nAfter"),
        ("!!! note\n    One.\n", "> **Note**\n>\n> One.\n\n"),
        ("[x](y){ .button target=_blank }", "[x](y)"),
        ("[ledger](/claims.md#claim-a)", "[ledger](https://example.org/claims/#claim-a)"),
        ('<details markdown="1">', "<details>"),
        ("```python\nx = {#not-an-id}\n```", "```python\nx = {#not-an-id}\n```"),
        ("`{ .class }` stays", "`{ .class }` stays"),
    ],
)
def test_the_sites_dialect_becomes_what_jupyter_shows(site: str, jupyter: str) -> None:
    assert for_jupyter(site, "https://example.org/") == jupyter

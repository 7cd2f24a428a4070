"""The minutes that `course.yml` promises are those that the prose takes to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from courseware.curriculum import load
from courseware.curriculum.base import LANGS, Lang
from courseware.lessons.reading import length, minutes
from courseware.lessons.source import read_lesson

ROOT = Path(__file__).resolve().parents[2]
SHORT_ON_PURPOSE = {"00", "01", "10"}
"""The map, and the two documents whose minutes are mostly running, writing and recalling."""
LESSONS = [
    document
    for document in load(ROOT).course.documents
    if document.id not in SHORT_ON_PURPOSE and (ROOT / document.notebook).is_file()
]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("zh", "等 0.5 秒，`invoke` 返回。", 8),
        ("en", "It doesn't wait 0.5 s: `ainvoke` returns.", 7),
        ("zh", "## 等待 {#waiting}\n\n[看这里](https://example.org/a/b)", 5),
        ("en", "One\n\n```widget\npredict some-id\n```\n\ntwo", 2),
        ("en", "| a | b |\n|---|---|\n| c | d |", 4),
    ],
)
def test_counts_what_is_read(lang: Lang, text: str, expected: int) -> None:
    assert length(text, lang) == expected


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("document", LESSONS, ids=lambda document: document.stem)
def test_reading_time_is_within_a_quarter_of_the_promise(document, lang: Lang) -> None:  # type: ignore[no-untyped-def]
    read = minutes(read_lesson(ROOT / document.notebook, ROOT), lang)
    assert 0.75 * document.minutes <= read <= 1.25 * document.minutes, f"{read:.1f} min"

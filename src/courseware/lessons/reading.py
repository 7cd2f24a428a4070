"""How long the prose of a lesson takes to read; practice (widgets, code) is counted apart."""

from __future__ import annotations

import re

from courseware.curriculum.base import Lang
from courseware.lessons.source import Lesson

PER_MINUTE: dict[Lang, int] = {"zh": 350, "en": 220}
"""Chinese characters (punctuation included; a Latin word or a number counts as one) and English words."""

_FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1`* *$", re.M | re.S)
_LINK = re.compile(r"\]\([^)]*\)")
_MARK = re.compile(r"\{[^{}\n]*#[^{}\n]*\}|^\|[-| :]+\|$", re.M)
_UNIT: dict[Lang, re.Pattern[str]] = {
    "zh": re.compile(r"[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef“”…]|[A-Za-z0-9_.]+"),
    "en": re.compile(r"[A-Za-z0-9][\w.’'-]*"),
}


def length(markdown: str, lang: Lang) -> int:
    """Characters or words that are read. Fences, the targets of links and heading ids are not."""
    for unread in (_FENCE, _LINK, _MARK):
        markdown = unread.sub("", markdown)
    return len(_UNIT[lang].findall(markdown))


def prose(lesson: Lesson, lang: Lang) -> int:
    """The length of all text of a lesson in one language."""
    return sum(length(block.cell(lang).source, lang) for block in lesson.blocks if block.code is None)


def minutes(lesson: Lesson, lang: Lang) -> float:
    """Reading time of that text."""
    return prose(lesson, lang) / PER_MINUTE[lang]

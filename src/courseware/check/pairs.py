"""Pages in `docs/` have the same headings in both languages, by whose ids the language switch keeps its place."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.check.texts import Passage
from courseware.curriculum.faults import Fault
from courseware.lessons.marks import Mark, marks


def check_pairs(passages: list[Passage]) -> Iterator[Fault]:
    """Headings without an id, and the first that differs. Lessons are left to the check of their own."""
    pages = {passage.file: passage for passage in passages if passage.lesson is None}
    for file, page in pages.items():
        headings = _headings(page)
        words = "the heading has no id: end it with {#some-id}, the same in both languages"
        yield from (page.fault(mark.line, words) for mark in headings if not mark.id)
        if page.lang == "zh" and (en := pages.get(file.replace("docs/zh/", "docs/en/", 1))):
            yield from _difference(headings, en)


def _headings(passage: Passage) -> list[Mark]:
    return [mark for mark in marks(passage.markdown) if mark.kind == "heading"]


def _difference(expected: list[Mark], en: Passage) -> Iterator[Fault]:
    found = _headings(en)
    for one, other in zip(expected, found, strict=False):
        if str(one) != str(other):
            yield en.fault(other.line, f'the heading "{other}" stands where the Chinese page has "{one}"')
            return
    if len(found) != len(expected):
        line = found[-1].line if found else 0
        yield en.fault(line, f"the page has {len(found)} headings, the Chinese one {len(expected)}")

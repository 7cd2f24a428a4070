"""Both languages of a lesson must say the same thing in the same places; every difference is a fault."""

from __future__ import annotations

from collections.abc import Sequence

from courseware.curriculum.base import LANGS
from courseware.lessons.localise import localise, meaning, untranslated
from courseware.lessons.marks import Mark, MarkKind, is_kebab, marks
from courseware.lessons.source import Block, Cell, Lesson

_WHAT: dict[MarkKind, str] = {
    "heading": "headings",
    "widget": "widgets",
    "task": "check-list items",
    "claim": "claims",
}


def check_parity(lesson: Lesson) -> None:
    """Append to `lesson.faults` whatever differs between the languages or lacks an id."""
    headings: dict[str, int] = {}
    for block in lesson.blocks:
        if block.code is not None:
            _check_code(lesson, block.code)
        else:
            _check_text(lesson, block, headings)


def _check_text(lesson: Lesson, block: Block, headings: dict[str, int]) -> None:
    zh, en = block.cells["zh"], block.cells["en"]
    found = {cell.lang: list(marks(cell.source)) for cell in (zh, en)}
    for cell in (zh, en):
        for mark in found[cell.lang]:
            _check_mark(lesson, cell, mark)
    for mark in found["zh"]:
        if mark.kind == "heading" and mark.id:
            line = zh.first_line + mark.line
            if mark.id in headings:
                lesson.fault(line, f"heading id {mark.id!r} is taken already, on line {headings[mark.id]}")
            headings.setdefault(mark.id, line)
    for kind, what in _WHAT.items():
        ours, theirs = ([m for m in found[lang] if m.kind == kind] for lang in LANGS)
        if kind == "claim":  # a sentence may name its numbers in another order
            ours, theirs = (sorted(side, key=lambda mark: mark.id) for side in (ours, theirs))
        if [*map(str, ours)] != [*map(str, theirs)]:
            message = f"block {block.id!r}: {what} differ: zh has {_listed(ours)}, en has {_listed(theirs)}"
            lesson.fault(en.first_line + _first_difference(ours, theirs), message)


def _check_mark(lesson: Lesson, cell: Cell, mark: Mark) -> None:
    line = cell.first_line + mark.line
    if mark.kind == "heading":
        if mark.detail == "#":
            lesson.fault(line, "no `#` heading in a lesson: its title comes from curriculum/course.yml")
        if not mark.id:
            lesson.fault(line, "the heading has no id: end it with {#some-id}, the same in both languages")
            return
    if mark.kind == "widget" and not (mark.detail and mark.id):
        lesson.fault(line, "a widget fence holds one line: kind and id, as in `predict core-three-waits`")
    elif not is_kebab(mark.id):
        lesson.fault(line, f"{mark.kind} id {mark.id!r} is not ASCII kebab-case (a-z, 0-9, single hyphens)")


def _check_code(lesson: Lesson, cell: Cell) -> None:
    for line, lang in untranslated(cell.source):
        other = "en" if lang == "zh" else "zh"
        lesson.fault(cell.first_line + line, f"a `# {lang}:` comment without its `# {other}:` twin")
    try:
        whole = meaning(cell.source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        lesson.fault(cell.line + line, f"the code does not parse: {getattr(error, 'msg', error)}")
        return
    for lang in LANGS:
        try:
            same = meaning(localise(cell.source, lang)) == whole
        except SyntaxError:
            same = False
        if not same:
            message = f"code of block {cell.block!r} means something else in {lang} once its comments are translated"
            lesson.fault(cell.line, message + " (a `# zh:` or `# en:` line inside a string?)")


def _listed(found: Sequence[Mark]) -> str:
    return ", ".join(map(str, found)) or "none"


def _first_difference(ours: Sequence[Mark], theirs: Sequence[Mark]) -> int:
    for left, right in zip(ours, theirs, strict=False):
        if str(left) != str(right):
            return right.line
    return theirs[-1].line if theirs else 0

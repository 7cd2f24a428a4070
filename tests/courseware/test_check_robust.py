"""Whatever an author writes, the check answers with faults that point into a file; it never breaks off."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseware.check import check
from tests.courseware.small_course import SMALL, SmallCourse

SOURCES = sorted(
    path.relative_to(SMALL).as_posix() for path in SMALL.rglob("*") if path.suffix in {".yml", ".md", ".py"}
)
YAML = [name for name in SOURCES if name.endswith(".yml")]


@pytest.mark.parametrize(
    "text", ["", "[]", "5", "{", "- a\n- b\n", "a: 1\nb: {c: []}\n", "documents: [1, {id: 2}]\n"]
)
@pytest.mark.parametrize("name", YAML)
def test_a_file_that_holds_something_else_is_reported(tmp_path: Path, name: str, text: str) -> None:
    course = SmallCourse(tmp_path)
    course.write(name, text)
    assert any(fault.startswith(f"{name}:") for fault in course.faults())


LINES = st.sampled_from(
    ["", "  ", "- x", "x: y", "id: 1", "zh: {", "documents: []", "requires: [", '"', "```widget"]
)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(SOURCES),
    st.integers(0, 10_000),
    st.sampled_from(["drop", "twice", "indent", "cut"]) | LINES,
)
def test_a_damaged_line_never_breaks_the_check(name: str, place: int, damage: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = SmallCourse(Path(folder))
        lines = (course.root / name).read_text("utf-8").splitlines()
        index = place % len(lines)
        line = lines[index]
        damaged = {
            "drop": [],
            "twice": [line, line],
            "indent": [f"  {line}"],
            "cut": [line[: len(line) // 2]],
        }
        lines[index : index + 1] = damaged.get(damage, [damage])
        course.write(name, "\n".join(lines) + "\n")
        for fault in check(course.root):
            path = course.root / fault.file
            if path.is_file():
                assert 1 <= fault.line <= max(1, len(path.read_text("utf-8").splitlines())), str(fault)

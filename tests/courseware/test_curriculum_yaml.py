"""The YAML reader: plain scalars mean what they look like, and every node has its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from courseware.curriculum.yaml_source import Source


def source(tmp_path: Path, text: str) -> Source:
    path = tmp_path / "one.yml"
    path.write_text(text, "utf-8")
    return Source(path, tmp_path)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("03_01", "03_01"),
        ("01", "01"),
        ("on", "on"),
        ("no", "no"),
        ("1:30", "1:30"),
        ("12", 12),
        ("0.3", 0.3),
        ("1e3", 1000.0),
        ("true", True),
        ("null", None),
        ("", None),
    ],
)
def test_plain_scalars(tmp_path: Path, written: str, value: object) -> None:
    assert source(tmp_path, f"key: {written}\n").data == {"key": value}


def test_every_place_has_its_line(tmp_path: Path) -> None:
    one = source(tmp_path, "a:\n  - x: 1\n    y: 2\n  - {x: 3,\n     y: 4}\nb: end\n")
    assert one.line(("a", 0, "y")) == 3
    assert one.line(("a", 1)) == 4
    assert one.line(("a", 1, "y")) == 5
    assert one.line(("b",)) == 6


def test_a_missing_key_has_the_line_of_what_lacks_it(tmp_path: Path) -> None:
    one = source(tmp_path, "a:\n  - x: 1\n  - y: 2\n")
    assert one.line(("a", 1, "x")) == 3
    assert one.line(("a", 9)) == 1


def test_a_document_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "one.yml"
    path.write_bytes(b"\xff\xfe\x00")
    assert [fault.line for fault in Source(path, tmp_path).faults] == [1]


def test_an_anchor_may_be_used_twice(tmp_path: Path) -> None:
    one = source(tmp_path, "a: &same {x: 1}\nb: *same\n")
    assert one.data == {"a": {"x": 1}, "b": {"x": 1}}
    assert one.faults == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: `x`\n", 2, "a text that begins with ` stands in quotes"),
        ("a: 1\nb: @x\n", 2, "a text that begins with @ stands in quotes"),
        ("a:\n\t- x\n", 2, "indent with spaces, not tabs"),
        ("a: 1\nb: so: it is\n", 2, "a text that holds a colon and a space stands in quotes"),
        ('a: "quoted" and more\n', 1, "a text with quotation marks inside stands in quotes as a whole"),
        ('a: 1\nb: "never\nc: 2\n', 2, "what is opened here is never closed"),
        ("a: 1\n[b]: 2\n", 2, "found unhashable key"),
        ("a: *nobody\n", 1, "found undefined alias"),
        ("a: !!python/object:os.system 1\n", 1, "could not determine a constructor"),
    ],
)
def test_a_fault_of_syntax_says_what_to_do(tmp_path: Path, text: str, line: int, words: str) -> None:
    (fault,) = source(tmp_path, text).faults
    assert fault.line == line
    assert words in fault.words


def test_a_question_mark_needs_no_quotes(tmp_path: Path) -> None:
    assert source(tmp_path, "{zh: 多久？, en: How long?}\n").data == {"zh": "多久？", "en": "How long?"}

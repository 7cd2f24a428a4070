"""Translated comments in shared code."""

from __future__ import annotations

import pytest

from courseware.lessons.localise import localise, untranslated

CODE = """\
def work():
    # zh: 先等
    # zh: 再算
    # en: waits first,
    # en: then computes
    return 1  # plain

# 普通注释
# zh: 甲
# en: a"""


def test_each_language_sees_its_own_comments() -> None:
    assert localise(CODE, "zh").split("\n")[1:4] == ["    # 先等", "    # 再算", "    return 1  # plain"]
    assert localise(CODE, "en").split("\n")[1:4] == [
        "    # waits first,",
        "    # then computes",
        "    return 1  # plain",
    ]


def test_lines_have_the_same_numbers_in_both_languages() -> None:
    assert localise(CODE, "zh").count("\n") == localise(CODE, "en").count("\n")


@pytest.mark.parametrize(
    ("code", "lone"),
    [
        (CODE, []),
        ("# zh: 甲\n# en: a\n# zh: 乙\n# en: b", []),
        ("# zh: 甲\n# zh: 乙\n# en: a", [(1, "zh")]),
        ("# en: a\nx = 1\n# zh: 甲", [(0, "en"), (2, "zh")]),
    ],
)
def test_comments_without_a_twin_are_found(code: str, lone: list[tuple[int, str]]) -> None:
    assert list(untranslated(code)) == lone

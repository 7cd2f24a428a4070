"""Both languages must say the same in the same places."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.courseware.lesson_files import SOUND, broken, faults_of


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "## 等待 {#waiting}",
            "### 等待 {#waiting}",
            "19: block 'waiting': headings differ: zh has ### {#waiting}, en has ## {#waiting}",
        ),
        (
            "## 等待 {#waiting}",
            "## 等待 {#wait}",
            "19: block 'waiting': headings differ: zh has ## {#wait}, en has ## {#waiting}",
        ),
        (
            "# ## 等待 {#waiting}",
            "# 等待",
            "19: block 'waiting': headings differ: zh has none, en has ## {#waiting}",
        ),
        (
            "## 等待 {#waiting}",
            "## 等待",
            "8: the heading has no id: end it with {#some-id}, the same in both languages",
        ),
        ("{#waiting}", "{#等待}", "8: heading id '等待' is not ASCII kebab-case (a-z, 0-9, single hyphens)"),
        (
            "# ## 等待",
            "# # 等待",
            "8: no `#` heading in a lesson: its title comes from curriculum/course.yml",
        ),
        (
            "predict three-waits",
            "predict four-waits",
            "21: block 'waiting': widgets differ: zh has widget predict four-waits, en has widget predict three-waits",
        ),
        (
            "predict three-waits",
            "predict",
            "10: a widget fence holds one line: kind and id, as in `predict core-three-waits`",
        ),
        (
            "{#task:say-it}",
            "{#task:sing-it}",
            "27: block 'waiting': check-list items differ: zh has task:sing-it, en has task:say-it",
        ),
        (
            "{claim:speed-up}",
            "{claim:gain}",
            "25: block 'waiting': claims differ: zh has claim:gain, en has claim:speed-up",
        ),
        ("# en: waits a moment\n", "", "30: a `# zh:` comment without its `# en:` twin"),
        ("# zh: 等一下\n", "", "30: a `# en:` comment without its `# zh:` twin"),
        ('print("done")', "print(", "35: the code does not parse: '(' was never closed"),
        (
            'print("done")',
            'print("""\n# zh: 甲\n# en: a\n""")',
            "29: code of block 'run' means something else in zh once its comments are translated",
        ),
    ],
)
def test_differences_are_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    found = faults_of(tmp_path, broken(old, new))

    assert any(fault.startswith(expected) for fault in found), found


def test_a_heading_id_is_used_once(tmp_path: Path) -> None:
    again = SOUND[SOUND.index("# %% [markdown]") :].replace('block="waiting"', 'block="again"')

    found = faults_of(tmp_path, SOUND + "\n" + again.replace('block="run"', 'block="rerun"'))

    assert found == ["38: heading id 'waiting' is taken already, on line 8"]


def test_awaiting_at_the_top_level_is_code_like_any_other(tmp_path: Path) -> None:
    assert faults_of(tmp_path, SOUND) == []


def test_marks_inside_code_are_no_marks(tmp_path: Path) -> None:
    shown = "# 快了 {claim:speed-up}。\n#\n# 写作 `{claim:other}`。\n#\n# ```text\n# ## Heading\n# {claim:third}\n# ```"

    assert faults_of(tmp_path, broken("# 快了 {claim:speed-up}。", shown)) == []


def test_a_sentence_may_name_its_numbers_in_another_order(tmp_path: Path) -> None:
    text = broken("快了 {claim:speed-up}。", "先 {claim:a} 后 {claim:speed-up}。")
    text = text.replace("A gain of {claim:speed-up}.", "{claim:speed-up} after {claim:a}.")

    assert faults_of(tmp_path, text) == []

"""A lesson's form: metadata, ids, pairs. Every fault names its line and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.courseware.lesson_files import SOUND, broken, faults_of, lesson_of

ZH = '# %% [markdown] block="waiting" tags=["zh"]'
EN = '# %% [markdown] block="waiting" tags=["en"]'
RUN = '# %% block="run"'


def test_a_sound_lesson_is_pairs_and_shared_code(tmp_path: Path) -> None:
    lesson = lesson_of(tmp_path)

    assert lesson.faults == []
    assert [block.id for block in lesson.blocks] == ["waiting", "run"]
    assert lesson.blocks[0].cell("zh").source.startswith("## 等待 {#waiting}")
    assert lesson.blocks[0].cell("en").source.startswith("## Waiting {#waiting}")
    assert lesson.blocks[1].cell("zh") is lesson.blocks[1].cell("en")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            ZH,
            '# %% [markdown] block="waiting"',
            ["7: a Markdown cell needs exactly one of the tags zh and en; this one has neither"],
        ),
        (
            ZH,
            '# %% [markdown] block="waiting" tags=["zh", "en"]',
            ["7: a Markdown cell needs exactly one of the tags zh and en; this one has both"],
        ),
        (ZH, ZH.replace("zh", "fr"), ["7: unknown tag 'fr' on a markdown cell"]),
        (
            RUN,
            '# %% block="run" tags=["zh"]',
            ["29: a code cell is shared by both languages: take away the tag 'zh'"],
        ),
        (
            RUN,
            '# %% block="run" tags=["raise-exception"]',
            ["29: unknown tag 'raise-exception' on a code cell"],
        ),
        (RUN, "# %%", ['29: the cell has no id: write block="some-id" after the marker']),
        (
            RUN,
            '# %% block="Run_1"',
            ["29: block id 'Run_1' is not ASCII kebab-case (a-z, 0-9, single hyphens, ≤ 64)"],
        ),
        (
            RUN,
            '# %% block="运行"',
            ["29: block id '运行' is not ASCII kebab-case (a-z, 0-9, single hyphens, ≤ 64)"],
        ),
        (RUN, '# %% block="waiting"', ["29: block id 'waiting' is taken already, on line 7"]),
        (
            RUN,
            '# %% block="title"',
            ["29: block id 'title' belongs to the cell with the document's title; choose another"],
        ),
        (RUN, "# %% block=run", ["29: cannot read the cell's metadata: 'block=run' (JSON values)"]),
        (
            RUN,
            '# %% block="run" lang="en"',
            ["29: unknown metadata 'lang': a cell knows block, local_only, tags"],
        ),
        (
            ZH,
            ZH + ' local_only="threads"',
            ["7: local_only takes the key of a reason and belongs on a code cell"],
        ),
        (
            "# ---\n\n# %%",
            "# ---\n\nstray = 1\n\n# %%",
            ["1: text outside a cell: everything but the header belongs"],
        ),
    ],
)
def test_faults_of_form(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    found = faults_of(tmp_path, broken(old, new))

    for words in expected:
        assert any(fault.startswith(words) for fault in found), found


def test_a_pair_must_be_complete(tmp_path: Path) -> None:
    without_english = SOUND[: SOUND.index(EN)] + SOUND[SOUND.index(RUN) :]
    without_chinese = SOUND[: SOUND.index(ZH)] + SOUND[SOUND.index(EN) :]
    words = "the pair stands together, zh first, en right after"

    assert faults_of(tmp_path, without_english) == [f"7: block 'waiting' has no en cell: {words}"]
    assert faults_of(tmp_path, without_chinese) == [f"7: block 'waiting' has no zh cell: {words}"]


def test_a_pair_out_of_order_is_refused(tmp_path: Path) -> None:
    swapped = SOUND.replace('tags=["zh"]', 'tags=["?"]').replace('tags=["en"]', 'tags=["zh"]')
    found = faults_of(tmp_path, swapped.replace('tags=["?"]', 'tags=["en"]'))

    assert [fault.split(":")[0] for fault in found] == ["7", "18", "18"]
    assert "block 'waiting' has no zh cell" in found[0]


def test_cells_between_a_pair_are_refused(tmp_path: Path) -> None:
    between = broken(EN, f'# %% block="between"\nbetween = 1\n\n{EN}')

    assert any("7: block 'waiting' has no en cell" in fault for fault in faults_of(tmp_path, between))


def test_an_empty_cell_is_refused(tmp_path: Path) -> None:
    assert faults_of(tmp_path, SOUND + '\n# %% block="nothing"\n') == ["37: the cell is empty"]


def test_a_lesson_without_cells_is_refused(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "") == ["1: the lesson has no cells"]


def test_all_faults_of_a_lesson_come_at_once(tmp_path: Path) -> None:
    text = broken(RUN, "# %%").replace("## 等待 {#waiting}", "## 等待").replace("# en: waits a moment\n", "")

    found = faults_of(tmp_path, text)

    assert [fault.split(":")[0] for fault in found] == ["8", "19", "29", "30"]

"""References in Markdown, and check-list items in the finished HTML."""

from __future__ import annotations

from pathlib import Path

import markdown
import pytest

from courseware.curriculum import Curriculum, load
from courseware.render.text import (
    with_claims,
    with_task_items,
    with_task_marks,
    with_widgets,
    without_empty_headers,
)
from tests.courseware.small_course import SmallCourse


@pytest.fixture(scope="module")
def curriculum(tmp_path_factory: pytest.TempPathFactory) -> Curriculum:
    from tests.courseware.course_site import make_site

    return load(make_site(tmp_path_factory.mktemp("course")).root)


def test_a_claim_is_its_value_with_a_link_to_the_ledger(curriculum: Curriculum) -> None:
    text = "快了 {claim:speed-up}，写作 `{claim:speed-up}`。"

    linked = with_claims(text, curriculum, "zh", linked=True)

    assert linked == "快了 [2×](/claims.md#claim-speed-up){ .claim }，写作 `{claim:speed-up}`。"
    assert with_claims(text, curriculum, "zh", linked=False).startswith("快了 2×，")


def test_a_value_may_have_its_own_wording_or_a_unit_in_words(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path)
    course.replace("curriculum/claims.yml", "unit: ×", "unit: {zh: 秒, en: s}")
    course.replace(
        "curriculum/claims.yml", "value: 5 %", 'value: 5 %\n    display: {zh: 百分之五, en: "five per cent"}'
    )
    curriculum = load(tmp_path)

    assert with_claims("{claim:speed-up}", curriculum, "zh", linked=False) == "2 秒"
    assert with_claims("{claim:speed-up}", curriculum, "en", linked=False) == "2 s"
    assert with_claims("{claim:quoted}", curriculum, "en", linked=False) == "five per cent"


def test_a_claim_that_is_not_there_is_an_error(curriculum: Curriculum) -> None:
    with pytest.raises(KeyError, match="nowhere"):
        with_claims("{claim:nowhere}", curriculum, "zh", linked=True)


@pytest.mark.parametrize(
    ("kind", "id", "says"),
    [
        ("predict", "three-waits", ["多久", "作答单位：秒。", "**2 秒**", "最慢的。"]),
        ("failure-lab", "one-fails", ["| `a` 甲 | 0.5 |", "-   乙失败", "`invoke`, `ainvoke`", "不会取消。"]),
        ("slider", "branches", ["| 分支数 | 秒 |", "| 3 | 3 |", "| 7 | 7 |", "池满了。"]),
        (
            "exercise",
            "gather",
            ["写出来。", "# TODO: run them at once", "用 gather。", 'print("gather")', "好。"],
        ),
        ("task", "first", ["- [ ] 我能说出来 {#task:say-it}"]),
    ],
)
def test_every_widget_reads_as_plain_text(
    curriculum: Curriculum, kind: str, id: str, says: list[str]
) -> None:
    text = with_widgets(f"before\n\n```widget\n{kind} {id}\n```\n\nafter", curriculum, "zh")

    assert f'<section class="widget widget--{kind}" data-widget="{kind}" data-id="{id}" markdown="1">' in text
    assert text.startswith("before\n\n<section")
    assert text.endswith("</section>\n\nafter")
    for words in says:
        assert words in text


def test_an_exercise_starts_with_comments_in_the_readers_language(tmp_path: Path) -> None:
    from tests.courseware.course_site import make_site

    course = make_site(tmp_path)
    course.replace(
        "curriculum/exercises/gather/start.py",
        "# TODO: run them at once",
        "# zh: TODO：一起跑\n# en: TODO: run them at once",
    )
    curriculum = load(tmp_path)

    zh, en = (with_widgets("```widget\nexercise gather\n```", curriculum, lang) for lang in ("zh", "en"))

    assert "# TODO：一起跑" in zh
    assert "TODO: run" not in zh
    assert "# TODO: run them at once" in en
    assert "一起跑" not in en


def test_bars_are_drawn_empty_to_copy_and_full_as_the_answer(tmp_path: Path) -> None:
    from tests.courseware.course_site import make_site

    course = make_site(tmp_path)
    predict = "curriculum/widgets/predict/three-waits.yml"
    text = (tmp_path / predict).read_text("utf-8")
    bars = """\
  kind: bars
  horizon: 2.0
  tolerance: 0.05
  bars: [{branch: a, start: 0.5, end: 1.5}]
  wrong:
    - {bars: [{branch: a, start: 0, end: 2}], misconception: adds-up, feedback: {zh: 太长。, en: Too long.}}
"""
    before, after = text.index("  kind: number"), text.index("explanation:")
    course.write(predict, text[:before] + bars + text[after:])

    text = with_widgets("```widget\npredict three-waits\n```", load(tmp_path), "en")
    asked, _, folded = text.partition("<summary>")

    assert f"| `a` | `{'░' * 20}` |" in asked
    assert "one square is 0.1 s" in asked
    assert f"| `a` | `{'░' * 5}{'█' * 10}{'░' * 5}` | 0.5 | 1.5 |" in folded
    assert f"| `a` | `{'█' * 20}` | 0 | 2 |" in folded
    assert "Too long." in folded


def test_every_kind_of_question_shows_question_and_answer(curriculum: Curriculum) -> None:
    text = with_widgets("```widget\nquiz first\n```", curriculum, "en")

    assert text.count('<div class="question"') == text.count("<summary>Answer</summary>") == 6
    for words in (
        "✓ **2.0 s** Right.",
        "✗ **4.0 s** No.",
        "Wait for the ＿＿(1)＿＿.",
        "Gap 1: slowest",
        "1.  start\n1.  wait\n1.  merge",
        "| loop | coroutine |",
        "print(1)",
        "```text\n1\n```",
    ):
        assert words in text


def test_what_is_to_be_put_in_order_is_not_shown_in_order(curriculum: Curriculum) -> None:
    text = with_widgets("```widget\nquiz first\n```", curriculum, "zh")

    assert "-   开始\n-   等待\n-   合并" not in text
    assert "1.  开始\n1.  等待\n1.  合并" in text


def test_a_slider_that_fails_is_reported(tmp_path: Path) -> None:
    from courseware.curriculum import CurriculumError
    from tests.courseware.course_site import make_site

    course = make_site(tmp_path)
    course.replace(
        "curriculum/widgets/slider/branches.yml", 'return {"seconds": branches}', "return branches / 0"
    )

    with pytest.raises(
        CurriculumError,
        match=r"slider/branches\.yml:1: the slider's code ZeroDivisionError: .*division by zero",
    ):
        with_widgets("```widget\nslider branches\n```", load(tmp_path), "zh")


def test_check_list_items_get_their_ids_and_their_boxes_a_name() -> None:
    text = '- [ ] I can say `it` & "more" {#task:say-it}\n- [x] plain\n    - [ ] inner {#task:inner}\n'

    html = with_task_items(
        markdown.markdown(
            with_task_marks(text),
            extensions=["pymdownx.tasklist"],
            extension_configs={"pymdownx.tasklist": {"custom_checkbox": True, "clickable_checkbox": True}},
        )
    )

    assert '<li class="task-list-item" data-task="say-it">' in html
    assert '<li class="task-list-item" data-task="inner">' in html
    assert 'aria-label="I can say it &amp; &quot;more&quot;"' in html
    assert "<span data-task" not in html
    assert html.count('<li class="task-list-item">') == 1


def test_the_empty_corner_of_a_table_is_no_header() -> None:
    html = markdown.markdown("| | a |\n|---|---|\n| b | 1 |", extensions=["tables"])

    assert "<td></td>\n<th>a</th>" in without_empty_headers(html)

"""Course references in hand-written Markdown become links and numbers, as seen from the page that holds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from courseware.curriculum import Curriculum, CurriculumError, Lang, load
from courseware.pages import resolve
from tests.courseware.small_course import SmallCourse

STRINGS = Path(__file__).resolve().parents[2] / "curriculum" / "strings" / "pages.yml"


@pytest.fixture
def curriculum(tmp_path: Path) -> Curriculum:
    course = SmallCourse(tmp_path)
    course.write("curriculum/strings/pages.yml", STRINGS.read_text("utf-8"))
    return load(tmp_path)


@pytest.mark.parametrize(
    ("lang", "page", "written", "resolved"),
    [
        ("zh", "index.md", "{doc:01}", "[第一篇](lessons/01_first.ipynb)"),
        ("en", "lessons/02_01_second.ipynb", "{doc:01}", "[The first](01_first.ipynb)"),
        ("en", "stages/start.md", "{doc:01#waiting}", "[The first](../lessons/01_first.ipynb#waiting)"),
        ("en", "index.md", "{doc:02_01}", '<span class="in-preparation">The second (in preparation)</span>'),
        ("en", "index.md", "{doc:02_01.title}", "The second"),
        ("en", "index.md", "{doc:02_01.minutes} + {doc:02_01.practice}", "22 + 9"),
        ("en", "lessons/01_first.ipynb", "{stage:start}", "[Start](../stages/start.md)"),
        ("zh", "index.md", "{stage:start.title}：{stage:start.documents} 篇", "开始：2 篇"),
        ("en", "lessons/01_first.ipynb", "{path:quick}", "[Quick](../paths.md#quick)"),
        ("en", "index.md", "{path:quick.minutes}/{path:quick.practice}", "29/15"),
        ("en", "lessons/01_first.ipynb", "{page:home}", "[Home](../index.md)"),
        ("en", "index.md", "{page:home.title}", "Home"),
        ("en", "index.md", "{course:minutes} {course:practice} {course:documents}", "29 15 3"),
        ("en", "index.md", "`{doc:01}` {doc:01.title}", "`{doc:01}` The first"),
        ("en", "index.md", "```\n{doc:01}\n```\n{doc:01.title}", "```\n{doc:01}\n```\nThe first"),
        ("en", "index.md", "~~~~py\n```\n{doc:01}\n~~~~", "~~~~py\n```\n{doc:01}\n~~~~"),
        ("en", "index.md", "{claim:x} {#id} {other:01}", "{claim:x} {#id} {other:01}"),
    ],
)
def test_a_reference_becomes_what_it_stands_for(
    curriculum: Curriculum, lang: Lang, page: str, written: str, resolved: str
) -> None:
    assert resolve(curriculum, written, lang, page) == resolved


def test_every_reference_that_fails_is_named_with_its_line(curriculum: Curriculum) -> None:
    with pytest.raises(CurriculumError) as raised:
        resolve(curriculum, "# One\n\n{doc:99}\n{path:quick.hours}\n", "en", "index.md")
    assert [str(fault) for fault in raised.value.faults] == [
        'index.md:3: {doc:99}: there is no document "99"',
        'index.md:4: {path:quick.hours}: a path has no "hours" to insert'
        " (there is: title, minutes, practice, documents)",
    ]

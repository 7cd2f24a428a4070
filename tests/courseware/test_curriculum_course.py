"""The real course: what was prescribed for it, computed from the data, never typed there."""

from __future__ import annotations

from pathlib import Path

import pytest

from courseware.check import check
from courseware.curriculum import LANGS, Curriculum, load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def curriculum() -> Curriculum:
    return load(ROOT)


def test_the_course_is_without_fault() -> None:
    assert [str(fault) for fault in check(ROOT)] == []


@pytest.mark.parametrize(
    ("path", "minutes", "documents"),
    [
        ("quick-start", 40, "01 04 07_01 05 10"),
        ("deep-understanding", 168, "01 10 05 06 04 02 03_01 03_03 03_04 07_01 07_02 07_03 07_04"),
        ("production", 105, "01 04 03_03 03_04 07_03 07_04 06 08"),
        ("interview", 83, "01 02 04 05 06 08 09 10"),
    ],
)
def test_each_path_takes_its_minutes(curriculum: Curriculum, path: str, minutes: int, documents: str) -> None:
    one = curriculum.course.path(path)
    assert (one.minutes(curriculum.course), one.documents) == (minutes, documents.split())


def test_the_stages_hold_every_document_once(curriculum: Curriculum) -> None:
    course = curriculum.course
    assert [stage.documents for stage in course.stages] == [
        ["01", "10", "05", "06", "04"],
        ["02", "03_01", "03_02", "03_03", "03_04"],
        ["07_01", "07_02", "07_03", "07_04"],
        ["08", "09", "00"],
    ]
    assert len(course.reading_order) == len(course.documents) == 17
    assert course.minutes == sum(stage.minutes(course) for stage in course.stages) == 223


def test_what_requires_what(curriculum: Curriculum) -> None:
    edges = {(other, one.id) for one in curriculum.course.documents for other in one.requires}
    given = "01>02 02>03_01 02>09 03_01>03_02 03_03>03_04 04>07_01 07_01>07_02 07_03>07_04"
    assert edges == {tuple(edge.split(">")) for edge in given.split()}


@pytest.mark.parametrize("lang", LANGS)
def test_descriptions_fit_a_search_result(curriculum: Curriculum, lang: str) -> None:
    """Search engines cut at about 160 Latin or 80 Chinese characters."""
    longest = {"zh": 80, "en": 160}[lang]
    for document in curriculum.course.documents:
        assert len(document.description.get(lang)) <= longest, document.id  # type: ignore[arg-type]

"""Loading the whole of `curriculum/`, its strings, and the printed reference of its formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from courseware.curriculum import CurriculumError, load
from courseware.curriculum.base import Text
from courseware.curriculum.formats import describe
from courseware.curriculum.reading import FORMATS
from tests.courseware.small_course import SMALL, SmallCourse


def test_everything_is_found_by_its_id(tmp_path: Path) -> None:
    curriculum = load(SmallCourse(tmp_path).root)
    assert [one.kind for one in curriculum.quizzes["first"].questions] == [
        "single",
        "multiple",
        "cloze",
        "ordering",
        "matching",
        "predict-the-output",
    ]
    assert curriculum.predicts["three-waits"].block == "run"
    assert curriculum.failure_labs["one-fails"].switches[0].event == "fails"
    assert curriculum.sliders["branches"].parameters[0].default == 3
    assert curriculum.checklists["first"].items[0].id == "say-it"
    assert curriculum.exercises["gather"].wrong[0].name == "sequential"
    assert curriculum.claims["speed-up"].value == 2.0
    assert curriculum.claims["quoted"].kind == "cited"
    assert curriculum.cards["slowest"].ten == 1
    assert curriculum.interview["what"].rubric[2].kind == "honesty"
    assert curriculum.glossary["event-loop"].forms.en == ["event loops"]
    assert curriculum.misconceptions["adds-up"].name.en == "The times add up"


def test_the_small_course_has_a_file_of_every_format() -> None:
    """So that the tests of faults cannot pass by a format being absent."""
    for pattern in FORMATS:
        assert list((SMALL / "curriculum").glob(pattern)), pattern


def test_a_faulty_file_raises_with_every_fault(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path)
    course.replace("curriculum/cards.yml", "ten: 1", "ten: 11")
    course.replace("curriculum/course.yml", "minutes: 7", "minutes: -7")
    with pytest.raises(CurriculumError) as raised:
        load(course.root)
    assert [fault.file for fault in raised.value.faults] == ["curriculum/cards.yml", "curriculum/course.yml"]
    assert str(raised.value).startswith("curriculum/cards.yml:4: ")


def test_a_document_exists_once_its_notebook_does(tmp_path: Path) -> None:
    curriculum = load(SmallCourse(tmp_path).root)
    assert curriculum.exists("01")
    assert not curriculum.exists("02_01")


def test_strings_are_filled_in_each_language(tmp_path: Path) -> None:
    strings = load(SmallCourse(tmp_path).root).strings
    assert strings.translator("zh")("demo.count", n=3) == "3 个"
    assert strings.translator("en")("demo.count", n=3) == "3 items"
    with pytest.raises(KeyError):
        strings.translator("en")("demo.absent")


@pytest.mark.parametrize("alone", ["`ainvoke`", "0.3 s", "2", "12 ms", "90 %"])
def test_what_has_no_language_may_stand_alone(alone: str) -> None:
    text = Text.model_validate(alone)
    assert text.zh == text.en == alone


@pytest.mark.parametrize("alone", ["two words", "等待", "`a` and `b`"])
def test_what_has_a_language_may_not(alone: str) -> None:
    with pytest.raises(ValueError, match="Text"):
        Text.model_validate(alone)


def test_the_reference_names_every_format_and_field() -> None:
    printed = describe()
    for pattern, model in FORMATS.items():
        assert f"## curriculum/{pattern}" in printed
        for name in getattr(model, "model_fields", {}):
            if name != "root":
                assert f"- `{name}` (" in printed


def test_an_unknown_id_cannot_reach_a_build(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path)
    course.replace("curriculum/course.yml", 'documents: ["03"]', 'documents: ["03", "04"]')
    with pytest.raises(CurriculumError, match='there is no document "04"'):
        load(course.root)

"""The course as one object, for everything that is built from it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from courseware.curriculum import (
    cards,
    checklists,
    claims,
    course,
    exercises,
    glossary,
    interview,
    misconceptions,
    quizzes,
    widgets,
)
from courseware.curriculum.faults import CurriculumError
from courseware.curriculum.reading import M, Reading, read
from courseware.curriculum.references import unknown_ids
from courseware.curriculum.strings import Strings, StringTable


class Curriculum:
    """The course, read and without fault."""

    def __init__(self, reading: Reading) -> None:
        self.root = reading.root
        self._reading = reading
        self.course = next(model for _, model in reading.of(course.Course))

    def _files(self, model: type[M]) -> dict[str, M]:
        return {file.id: one for file, one in self._reading.of(model)}

    @cached_property
    def quizzes(self) -> dict[str, quizzes.Quiz]:
        return self._files(quizzes.Quiz)

    @cached_property
    def predicts(self) -> dict[str, widgets.Predict]:
        return self._files(widgets.Predict)

    @cached_property
    def failure_labs(self) -> dict[str, widgets.FailureLab]:
        return self._files(widgets.FailureLab)

    @cached_property
    def sliders(self) -> dict[str, widgets.Slider]:
        return self._files(widgets.Slider)

    @cached_property
    def checklists(self) -> dict[str, checklists.Checklist]:
        return self._files(checklists.Checklist)

    @cached_property
    def exercises(self) -> dict[str, exercises.Exercise]:
        return self._files(exercises.Exercise)

    @cached_property
    def cards(self) -> dict[str, cards.Card]:
        return {one.id: one for _, file in self._reading.of(cards.Cards) for one in file.cards}

    @cached_property
    def interview(self) -> dict[str, interview.InterviewQuestion]:
        return {one.id: one for _, file in self._reading.of(interview.Interview) for one in file.questions}

    @cached_property
    def glossary(self) -> dict[str, glossary.Term]:
        return {one.id: one for _, file in self._reading.of(glossary.Glossary) for one in file.terms}

    @cached_property
    def claims(self) -> dict[str, claims.Claim]:
        return {one.id: one for _, file in self._reading.of(claims.Claims) for one in file.claims}

    @cached_property
    def misconceptions(self) -> dict[str, misconceptions.Misconception]:
        files = self._reading.of(misconceptions.Misconceptions)
        return {one.id: one for _, file in files for one in file.misconceptions}

    @cached_property
    def strings(self) -> Strings:
        return Strings(self._files(StringTable))

    def exists(self, id: str) -> bool:
        """Whether the document has been written; if not, it is listed as in preparation and not linked."""
        return (self.root / self.course.document(id).notebook).is_file()


def load(root: Path) -> Curriculum:
    """The course in `root/curriculum`. Raises CurriculumError with every fault of its files and every unknown id.

    What goes beyond them (the order of paths, unlisted files, what lessons name) is for `courseware.check`.
    """
    reading = read(root)
    faults = [*reading.faults, *unknown_ids(reading)]
    if faults:
        raise CurriculumError(faults)
    return Curriculum(reading)

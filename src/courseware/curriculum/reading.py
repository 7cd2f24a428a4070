"""Reads every file of `curriculum/` by the model of its place, as far as it can be understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pydantic import BaseModel, ValidationError

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
from courseware.curriculum.base import walk
from courseware.curriculum.faults import Fault
from courseware.curriculum.strings import StringTable
from courseware.curriculum.words import mend, say
from courseware.curriculum.yaml_source import Loc, Source

FOLDER = "curriculum"
FORMATS: dict[str, type[BaseModel]] = {
    "course.yml": course.Course,
    "misconceptions.yml": misconceptions.Misconceptions,
    "cards.yml": cards.Cards,
    "interview.yml": interview.Interview,
    "glossary.yml": glossary.Glossary,
    "claims.yml": claims.Claims,
    "quizzes/*.yml": quizzes.Quiz,
    "widgets/predict/*.yml": widgets.Predict,
    "widgets/failure-lab/*.yml": widgets.FailureLab,
    "widgets/slider/*.yml": widgets.Slider,
    "widgets/task/*.yml": checklists.Checklist,
    "exercises/*/exercise.yml": exercises.Exercise,
    "strings/*.yml": StringTable,
}
"""The model of each place in `curriculum/`."""

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class File:
    """One file of `curriculum/`; `model` is None if it cannot be understood."""

    pattern: str
    id: str
    source: Source
    model: BaseModel | None


@dataclass(frozen=True)
class Reading:
    """Everything that could be read, and what is wrong in the files each for itself."""

    root: Path
    files: list[File] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def of(self, model: type[M]) -> Iterator[tuple[File, M]]:
        """The files of one format that could be understood."""
        for file in self.files:
            if isinstance(file.model, model):
                yield file, file.model

    def ids(self, pattern: str) -> list[str]:
        """Ids of all files at one place, understood or not."""
        return [file.id for file in self.files if file.pattern == pattern]

    def listed(self, pattern: str, collection: str) -> list[str]:
        """Ids of the entries of one list in one file, understood or not."""
        for file in self.files:
            if file.pattern == pattern and isinstance(file.source.data, dict):
                entries = file.source.data.get(collection)
                if isinstance(entries, list):
                    return [str(one["id"]) for one in entries if isinstance(one, dict) and "id" in one]
        return []


def read(root: Path) -> Reading:
    """Reads every file of `curriculum/` that has a model. Never raises for what an author wrote."""
    reading = Reading(root)
    for pattern, model in FORMATS.items():
        for path in sorted((root / FOLDER).glob(pattern)):
            source = Source(path, root)
            value, faults = _understand(source, model)
            reading.faults.extend(faults)
            reading.files.append(File(pattern, _id(path, pattern), source, value))
    if not reading.ids("course.yml"):
        reading.faults.append(Fault(f"{FOLDER}/course.yml", 1, "this file is missing"))
    return reading


def _id(path: Path, pattern: str) -> str:
    return path.parent.name if PurePosixPath(pattern).name == "exercise.yml" else path.stem


def _understand(source: Source, model: type[M]) -> tuple[M | None, list[Fault]]:
    if source.faults and source.data is None:
        return None, source.faults
    faults = list(source.faults)
    stood_in: set[Loc] = set()
    try:
        value = model.model_validate(source.data)
    except ValidationError as error:
        faults += [source.fault(one["loc"], say(one)) for one in error.errors()]
        mended = mend(source.data, error.errors())
        if mended is None:
            return None, faults
        try:
            value = model.model_validate(mended[0])
        except ValidationError:
            return None, faults
        stood_in = mended[1]
    for loc, item in walk(value):
        for inner, words in getattr(item, "problems", tuple)():
            if (*loc, *inner) not in stood_in:
                faults.append(source.fault((*loc, *inner), words))
    return value, faults

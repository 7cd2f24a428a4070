"""`widgets/task/<id>.yml`: the check-list of a document, placed by one `widget` fence ("task <id>").

An item is something that the reader can test ("I can predict the makespan of 12 branches on 6 workers"); one
that names an exercise, a quiz or a prediction ticks itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from courseware.curriculum.base import (
    DocumentId,
    ExerciseId,
    Item,
    Key,
    PredictId,
    QuizId,
    Text,
    repeated_ids,
)
from courseware.curriculum.yaml_source import Loc


class TickedBy(Item):
    """What ticks an item by itself, once it is done; exactly one of them."""

    exercise: ExerciseId | None = None
    quiz: QuizId | None = None
    predict: PredictId | None = None

    def problems(self) -> Iterator[tuple[Loc, str]]:
        if sum(one is not None for one in (self.exercise, self.quiz, self.predict)) != 1:
            yield (), "name exactly one of exercise, quiz, predict"


class Task(Item):
    """One item of a check-list."""

    id: Key
    """Unique in the whole course."""
    text: Text
    ticked_by: TickedBy | None = None


class Checklist(Item):
    """The whole file; its id is the name of the file."""

    document: DocumentId
    items: Annotated[list[Task], Field(min_length=1)]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated_ids(self.items, "items", "item")

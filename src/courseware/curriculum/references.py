"""Every id that a file of `curriculum/` names must be defined in it or in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from courseware.curriculum.base import Reference, walk
from courseware.curriculum.faults import Fault
from courseware.curriculum.reading import Reading
from courseware.curriculum.words import suggestion

DEFINED: Mapping[str, Callable[[Reading], list[str]]] = {
    "document": lambda reading: reading.listed("course.yml", "documents"),
    "stage": lambda reading: reading.listed("course.yml", "stages"),
    "path": lambda reading: reading.listed("course.yml", "paths"),
    "misconception": lambda reading: reading.listed("misconceptions.yml", "misconceptions"),
    "card": lambda reading: reading.listed("cards.yml", "cards"),
    "claim": lambda reading: reading.listed("claims.yml", "claims"),
    "quiz": lambda reading: reading.ids("quizzes/*.yml"),
    "exercise": lambda reading: reading.ids("exercises/*/exercise.yml"),
    "predict": lambda reading: reading.ids("widgets/predict/*.yml"),
}
"""Where the ids of each kind come from. Entries that are faulty themselves count: their id is known."""


def unknown_ids(reading: Reading) -> Iterator[Fault]:
    """A fault for each id that nothing defines."""
    known = {kind: defined(reading) for kind, defined in DEFINED.items()}
    for file in reading.files:
        for loc, value in walk(file.model):
            if isinstance(value, Reference) and value not in known[value.kind]:
                close = suggestion(value, known[value.kind])
                yield file.source.fault(loc, f'there is no {value.kind} "{value}"{close}')

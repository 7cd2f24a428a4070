"""`quizzes/<id>.yml`: questions with feedback for every answer a learner may give.

A wrong answer names the misconception behind it; a right one says why it is right. The page asks for
confidence before it shows feedback, brings back only what went wrong, and keeps `transfer` questions for the
delayed check a week later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from courseware.curriculum.base import (
    Code,
    DocumentId,
    Item,
    Key,
    MisconceptionId,
    Place,
    Text,
    Texts,
    repeated_ids,
)
from courseware.curriculum.yaml_source import Loc

_BLANK = re.compile(r"\[\[([a-z0-9-]+)\]\]")


class _Question(Item):
    """What every kind of question has."""

    id: Key
    stem: Text
    """The question itself; for a cloze what to do ("Fill the blanks")."""
    code: Code | None = None
    """Python shown with the question."""
    explanation: Text
    """Shown after any answer: why the right answer is right."""
    taught: Place
    """Where the answer can be read again."""
    transfer: bool = False
    """Asks for the idea in a situation that no document shows; kept for the delayed check."""


class Option(Item):
    """An answer to choose. A wrong one names its misconception."""

    id: Key
    text: Text
    correct: bool = False
    feedback: Text
    misconception: MisconceptionId | None = None

    def problems(self) -> Iterator[tuple[Loc, str]]:
        if not self.correct and self.misconception is None:
            yield (), f'the wrong option "{self.id}" names no misconception'
        if self.correct and self.misconception is not None:
            yield ("misconception",), f'option "{self.id}" is correct, so it cannot stand for a misconception'


class _Choice(_Question):
    options: Annotated[list[Option], Field(min_length=2)]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated_ids(self.options, "options", "option")


class Single(_Choice):
    """One option is right."""

    kind: Literal["single"]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from super().problems()
        right = sum(one.correct for one in self.options)
        if right != 1:
            yield (
                ("options",),
                f"a single-choice question has exactly one correct option; this one has {right}",
            )


class Multiple(_Choice):
    """Several options are right, and at least one is wrong."""

    kind: Literal["multiple"]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from super().problems()
        right = sum(one.correct for one in self.options)
        if right == 0 or right == len(self.options):
            yield ("options",), "a multiple-choice question has at least one correct and one wrong option"


class Expected(Item):
    """A typical wrong answer that a learner types, recognised in any of these forms."""

    answers: Texts
    misconception: MisconceptionId
    feedback: Text


class Blank(Item):
    """A gap of a cloze. `accept` lists what counts as right, compared without regard to case and outer
    spaces.
    """

    id: Key
    accept: Texts
    wrong: list[Expected] = Field(default_factory=list)
    otherwise: Text
    """Feedback to any other answer."""


class Cloze(_Question):
    """A text with gaps, each written `[[blank-id]]`, the same gaps in both languages."""

    kind: Literal["cloze"]
    text: Text
    blanks: Annotated[list[Blank], Field(min_length=1)]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        ids = [one.id for one in self.blanks]
        yield from repeated_ids(self.blanks, "blanks", "blank")
        for lang in ("zh", "en"):
            used = _BLANK.findall(getattr(self.text, lang))
            for one in ids:
                if used.count(one) != 1:
                    yield (
                        ("text", lang),
                        f"the text must hold [[{one}]] once; it does so {used.count(one)} times",
                    )
            for one in set(used) - set(ids):
                yield ("text", lang), f"[[{one}]] has no entry under blanks"


class Piece(Item):
    """Something to be put in its place."""

    id: Key
    text: Text


class Misorder(Item):
    """A typical wrong order: what the learner believes who puts `before` in front of `after`."""

    before: Key
    after: Key
    misconception: MisconceptionId
    feedback: Text


class Ordering(_Question):
    """Pieces listed in the right order; the page shuffles them."""

    kind: Literal["ordering"]
    pieces: Annotated[list[Piece], Field(min_length=3)]
    wrong: Annotated[list[Misorder], Field(min_length=1)]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        ids = [one.id for one in self.pieces]
        yield from repeated_ids(self.pieces, "pieces", "piece")
        for index, one in enumerate(self.wrong):
            unknown = [name for name in (one.before, one.after) if name not in ids]
            for name in unknown:
                yield ("wrong", index), f'there is no piece "{name}"'
            if not unknown and ids.index(one.before) < ids.index(one.after):
                yield ("wrong", index), f'"{one.before}" before "{one.after}" is the right order'


class Pair(Item):
    """Two sides that belong together."""

    id: Key
    left: Text
    right: Text
    feedback: Text
    """Why they belong together; shown when the left side was matched with another right one."""
    misconception: MisconceptionId


class Matching(_Question):
    """Pairs to be found again; `extra` right sides belong to nobody."""

    kind: Literal["matching"]
    pairs: Annotated[list[Pair], Field(min_length=2)]
    extra: list[Piece] = Field(default_factory=list)

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated_ids(self.pairs, "pairs", "pair")
        yield from repeated_ids(self.extra, "extra", "piece")


class WrongOutput(Item):
    """An output that the code does not have, and who would expect it."""

    output: Code
    misconception: MisconceptionId
    feedback: Text


class PredictOutput(_Question):
    """What does the code print? `output` is checked by running `code` on the virtual clock."""

    kind: Literal["predict-the-output"]
    code: Code
    output: Code
    wrong: Annotated[list[WrongOutput], Field(min_length=1)]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        for index, one in enumerate(self.wrong):
            if one.output.strip() == self.output.strip():
                yield ("wrong", index, "output"), "this is the right output"


Question = Annotated[
    Single | Multiple | Cloze | Ordering | Matching | PredictOutput, Field(discriminator="kind")
]


class Quiz(Item):
    """The whole file; its id is the name of the file."""

    document: DocumentId
    title: Text
    purpose: Literal["check", "retrieval"] = "check"
    """`retrieval`: the questions that close a document, some of them from earlier ones."""
    questions: Annotated[list[Question], Field(min_length=1)]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated_ids(self.questions, "questions", "question")

"""`interview.yml`: the questions of document 08 and of the interview simulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from courseware.curriculum.base import Item, Key, Place, Text, repeated_ids
from courseware.curriculum.yaml_source import Loc


class RubricPoint(Item):
    """Something that an answer is scored for. The honesty point: says what one does not know or has not
    measured.
    """

    id: Key
    kind: Literal["must", "plus", "honesty"]
    text: Text


class Ordinary(Item):
    """What most candidates say, and what it lacks."""

    answer: Text
    lacks: Text


class Passage(Item):
    """A part of the outstanding answer, with the rubric points that it earns."""

    text: Text
    earns: list[Key] = Field(default_factory=list)


class Outstanding(Item):
    """An answer that stands out, and why."""

    passages: Annotated[list[Passage], Field(min_length=1)]
    why: Text


class FollowUp(Item):
    """What the interviewer asks next."""

    id: Key
    question: Text
    answer: Text


class InterviewQuestion(Item):
    id: Key
    topic: Literal[
        "concept", "mechanism", "production", "choice", "performance", "graphs", "merging", "cancellation"
    ]
    question: Text
    think: Annotated[int, Field(gt=0)]
    """Thinking time in seconds."""
    answer: Annotated[int, Field(gt=0)]
    """Answering time in seconds."""
    taught: Annotated[list[Place], Field(min_length=1)]
    rubric: Annotated[list[RubricPoint], Field(min_length=3)]
    traps: list[Text] = Field(default_factory=list)
    ordinary: Ordinary
    outstanding: Outstanding
    follow_ups: Annotated[list[FollowUp], Field(min_length=2)]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        points = [one.id for one in self.rubric]
        yield from repeated_ids(self.rubric, "rubric", "rubric point")
        yield from repeated_ids(self.follow_ups, "follow_ups", "follow-up")
        honest = sum(one.kind == "honesty" for one in self.rubric)
        if honest != 1:
            yield ("rubric",), f"a rubric has exactly one honesty point; this one has {honest}"
        earned: set[str] = set()
        for index, passage in enumerate(self.outstanding.passages):
            earned.update(passage.earns)
            for place, one in enumerate(passage.earns):
                if one not in points:
                    yield (
                        ("outstanding", "passages", index, "earns", place),
                        f'the rubric has no point "{one}"',
                    )
        for index, one in enumerate(points):
            if one not in earned:
                yield ("rubric", index), f'no passage of the outstanding answer earns the point "{one}"'


class Interview(Item):
    """The whole file."""

    questions: list[InterviewQuestion]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated_ids(self.questions, "questions", "question")

"""`widgets/<kind>/<id>.yml`: what a `widget` fence in a lesson names. The id is the name of the file.

Every widget reads well as plain text (its question, its answer folded away) before any script enhances it.
Whatever it shows is computed by the real code: in the page by the worker, in the build by the lesson's own
run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from courseware.curriculum.base import (
    Code,
    DocumentId,
    Item,
    Key,
    MisconceptionId,
    Text,
    repeated,
    repeated_ids,
)
from courseware.curriculum.quizzes import Option
from courseware.curriculum.yaml_source import Loc

Moment = Annotated[float, Field(ge=0)]
"""Seconds from the start of the run."""


class Bar(Item):
    """When one branch starts and ends."""

    branch: Annotated[str, Field(min_length=1)]
    start: Moment
    end: Moment

    def problems(self) -> Iterator[tuple[Loc, str]]:
        if self.end < self.start:
            yield ("end",), f'branch "{self.branch}" ends before it starts'


class WrongBars(Item):
    """A typical wrong timeline."""

    bars: Annotated[list[Bar], Field(min_length=1)]
    misconception: MisconceptionId
    feedback: Text


class Bars(Item):
    """The reader draws the timeline: one bar for each branch."""

    kind: Literal["bars"]
    bars: Annotated[list[Bar], Field(min_length=1)]
    horizon: Annotated[float, Field(gt=0)]
    """Right end of the time axis, in seconds."""
    tolerance: Moment
    wrong: Annotated[list[WrongBars], Field(min_length=1)]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        branches = [one.branch for one in self.bars]
        yield from repeated(branches, "branch", ("bars",))
        for index, one in enumerate(self.bars):
            if one.end > self.horizon:
                yield ("bars", index, "end"), f"the bar ends after the time axis does ({self.horizon} s)"
        for index, wrong in enumerate(self.wrong):
            if sorted(bar.branch for bar in wrong.bars) != sorted(branches):
                yield (
                    ("wrong", index, "bars"),
                    f"the bars must be those of the branches {', '.join(branches)}",
                )


class WrongNumber(Item):
    """A number that a typical mistake leads to."""

    value: float
    misconception: MisconceptionId
    feedback: Text


class Number(Item):
    """The reader types a number."""

    kind: Literal["number"]
    unit: Text
    value: float
    tolerance: Annotated[float, Field(ge=0)]
    wrong: Annotated[list[WrongNumber], Field(min_length=1)]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        for index, one in enumerate(self.wrong):
            if abs(one.value - self.value) <= self.tolerance:
                yield ("wrong", index, "value"), f"{one.value} counts as right, within the tolerance"


class Choice(Item):
    """The reader chooses an outcome."""

    kind: Literal["choice"]
    options: Annotated[list[Option], Field(min_length=2)]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated_ids(self.options, "options", "option")
        right = sum(one.correct for one in self.options)
        if right != 1:
            yield ("options",), f"exactly one option is correct; here it is {right}"


class Predict(Item):
    """`predict`: the reader commits to an answer before the code runs, and is graded by the run itself."""

    document: DocumentId
    question: Text
    code: Code | None = None
    """Python shown with the question, if the lesson's block shows more than the reader should see yet."""
    block: Key
    """The code block of the lesson whose run decides."""
    answer: Annotated[Bars | Number | Choice, Field(discriminator="kind")]
    explanation: Text


class Branch(Item):
    """A branch of a scenario."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Text
    seconds: Annotated[float, Field(gt=0)]
    """How long it takes if nothing goes wrong."""
    sync: bool = False
    """A blocking function (runs in a thread) instead of a coroutine."""


class Switch(Item):
    """Something that the reader can make go wrong."""

    id: Key
    branch: str
    event: Literal["fails", "hangs", "returns-rubbish", "rate-limited", "slow", "cancelled"]
    at: Moment | None = None
    """Seconds after the branch's start."""
    after_calls: Annotated[int, Field(ge=0)] | None = None
    """For `rate-limited`: how many calls go through before."""
    factor: Annotated[float, Field(gt=1)] | None = None
    """For `slow`: how many times longer."""
    label: Text
    on: bool = False
    """On when the lab opens."""

    def problems(self) -> Iterator[tuple[Loc, str]]:
        needed = {"rate-limited": "after_calls", "slow": "factor", "fails": "at", "cancelled": "at"}.get(
            self.event
        )
        if needed and getattr(self, needed) is None:
            yield (), f'the event "{self.event}" needs "{needed}"'


class Policies(Item):
    """What the caller has put around the branches."""

    retry: Annotated[int, Field(ge=0)] = 0
    timeout: Annotated[float, Field(gt=0)] | None = None
    limit: Annotated[int, Field(gt=0)] | None = None


class FailureLab(Item):
    """`failure-lab`: switches on a scenario, and the outcome under several ways to run it, side by side."""

    document: DocumentId
    title: Text
    question: Text
    branches: Annotated[list[Branch], Field(min_length=2)]
    switches: Annotated[list[Switch], Field(min_length=1)]
    policies: Policies = Policies()
    runners: Annotated[list[Literal["invoke", "ainvoke", "task-group", "fanout"]], Field(min_length=2)]
    conclusion: Text

    def problems(self) -> Iterator[tuple[Loc, str]]:
        keys = [one.key for one in self.branches]
        yield from repeated(keys, "branch", ("branches",))
        yield from repeated_ids(self.switches, "switches", "switch")
        for index, one in enumerate(self.switches):
            if one.branch not in keys:
                yield ("switches", index, "branch"), f'there is no branch "{one.branch}"'


class Parameter(Item):
    """A slider."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    """Name of the argument that `run` gets."""
    label: Text
    unit: Text | None = None
    min: float
    max: float
    step: Annotated[float, Field(gt=0)]
    default: float

    def problems(self) -> Iterator[tuple[Loc, str]]:
        if not self.min <= self.default <= self.max:
            yield ("default",), f"{self.default} is not between {self.min} and {self.max}"


class Result(Item):
    """A number that `run` returns under this name."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Text
    unit: Text | None = None


class Stop(Item):
    """A setting worth stopping at, and what to notice there."""

    at: dict[str, float]
    note: Text


class Slider(Item):
    """`slider`: `code` defines `run(**parameters)`, which returns the results by name; it is rerun on every
    move.
    """

    document: DocumentId
    title: Text
    question: Text
    parameters: Annotated[list[Parameter], Field(min_length=1)]
    code: Code
    results: Annotated[list[Result], Field(min_length=1)]
    stops: list[Stop] = Field(default_factory=list)
    conclusion: Text

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated_ids(self.parameters, "parameters", "parameter")
        yield from repeated_ids(self.results, "results", "result")
        known = {one.id for one in self.parameters}
        for index, stop in enumerate(self.stops):
            for name in stop.at.keys() - known:
                yield ("stops", index, "at", name), f'there is no parameter "{name}"'

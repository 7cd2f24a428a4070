"""`exercises/<id>/`: an exercise, graded on behaviour, in the page and with pytest alike.

exercise.yml        this model
start.py            what the learner gets; holds a TODO and fails the tests
solution.py         passes them
test_exercise.py    the tests; a message reads "Called f(x). It returned A, the test expected B"
wrong/<name>.py     typical wrong solutions; each fails with the message that exercise.yml names
design.md           what it teaches, and under "## Out of scope" what it leaves out
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from courseware.curriculum.base import DocumentId, Item, MisconceptionId, Text, repeated
from courseware.curriculum.yaml_source import Loc

REQUIRED = ("exercise.yml", "start.py", "solution.py", "test_exercise.py", "design.md")
Grade = Literal["result", "peak", "makespan", "orphans", "cancellation", "calls", "cost"]


class WrongSolution(Item):
    """A named wrong solution; its code is `wrong/<name>.py`."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    misconception: MisconceptionId
    fails: Annotated[str, Field(min_length=1)]
    """The name of the test that must fail."""
    feedback: Text
    """Shown to the learner whose code fails in this way."""


class Exercise(Item):
    """`exercise.yml`; the exercise's id is the name of its folder."""

    document: DocumentId
    title: Text
    minutes: Annotated[int, Field(ge=5, le=15)]
    graded: Annotated[list[Grade], Field(min_length=1)]
    """What the tests look at."""
    task: Text
    """What to do, and how to know that it is done."""
    hints: Annotated[list[Text], Field(min_length=1)]
    """One by one, from a nudge to nearly the answer."""
    after: Text
    """Shown once it is solved."""
    wrong: Annotated[list[WrongSolution], Field(min_length=1)]
    local_only: Text | None = None
    """Why the page cannot run it, if it cannot."""

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated([one.name for one in self.wrong], "wrong solution", ("wrong",))

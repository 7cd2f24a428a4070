"""`misconceptions.yml`: what learners typically believe, each with a name.

Wrong options, typical predictions and named wrong solutions refer to these, so that the same belief is met by
the same name everywhere, and so that progress can tell which one a reader still holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from courseware.curriculum.base import Item, Key, Place, Text, repeated_ids
from courseware.curriculum.yaml_source import Loc


class Misconception(Item):
    id: Key
    name: Text
    """The belief in the learner's own words."""
    truth: Text
    """What is true instead, in one or two sentences."""
    taught: Place


class Misconceptions(Item):
    """The whole file."""

    misconceptions: list[Misconception]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated_ids(self.misconceptions, "misconceptions", "misconception")

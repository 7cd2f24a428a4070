"""`cards.yml`: flash cards for spaced repetition, in the page and for Anki.

A front asks for a decision or a trace, never for a definition; a back has three lines at most. Ids are stable
for ever: a learner's schedule hangs on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, HttpUrl

from courseware.curriculum.base import (
    DocumentId,
    Item,
    Key,
    MisconceptionId,
    Place,
    Text,
    repeated,
    repeated_ids,
)
from courseware.curriculum.yaml_source import Loc


class Reverse(Item):
    """The same idea asked the other way round."""

    front: Text
    back: Text


class Link(Item):
    """A place outside the course; for source code, pinned to a version and a line."""

    title: Text
    url: Annotated[HttpUrl, Field(strict=False)]


class Card(Item):
    id: Key
    document: DocumentId
    ten: Annotated[int, Field(ge=1, le=10)] | None = None
    """Its number among the ten knowledge cards of document 09, if it is one."""
    front: Text
    back: Text
    reverse: Reverse | None = None
    source: Place
    link: Link | None = None
    misconception: MisconceptionId | None = None
    """The belief that this card corrects; a confident wrong answer that names it brings the card into the
    learner's deck.
    """

    def problems(self) -> Iterator[tuple[Loc, str]]:
        for lang in ("zh", "en"):
            lines = [line for line in getattr(self.back, lang).splitlines() if line.strip()]
            if len(lines) > 3:
                yield ("back", lang), f"the back of a card has three lines at most; this one has {len(lines)}"
        if self.ten is not None and self.reverse is None:
            yield ("ten",), "a knowledge card has a reverse variant"
        if self.ten is not None and self.link is None:
            yield ("ten",), "a knowledge card has a link to the source"


class Cards(Item):
    """The whole file."""

    cards: list[Card]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated_ids(self.cards, "cards", "card")
        numbers = [str(one.ten) if one.ten else f"none-{index}" for index, one in enumerate(self.cards)]
        for loc, _ in repeated(numbers, "number", ("cards",)):
            yield (*loc, "ten"), "another card already has this number among the ten"

"""`glossary.yml`: the course's terms, hovered over in lessons and listed on their page."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from courseware.curriculum.base import LANGS, Item, Key, Place, Text, Texts, repeated_ids
from courseware.curriculum.yaml_source import Loc


class Forms(Texts):
    """Other forms of a term that are recognised in the text; a language may have none."""

    zh: list[str] = Field(default_factory=list)
    en: list[str] = Field(default_factory=list)

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from ()


class Term(Item):
    id: Key
    term: Text
    """As it is written in the course."""
    forms: Forms = Forms()
    """Plurals, abbreviations, synonyms: shown with the same hover text."""
    definition: Text
    """One or two sentences."""
    taught: Place
    avoid: Forms = Forms()
    """Words for the same thing that the course does not use."""


class Glossary(Item):
    """The whole file."""

    terms: list[Term]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated_ids(self.terms, "terms", "term")
        for lang in LANGS:
            owner: dict[str, str] = {}
            for index, one in enumerate(self.terms):
                for form in (one.term.get(lang), *one.forms.get(lang)):
                    other = owner.setdefault(form.casefold(), one.id)
                    if other != one.id:
                        yield ("terms", index), f'"{form}" is already a form of the term "{other}"'

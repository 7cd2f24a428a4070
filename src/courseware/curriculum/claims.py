"""`claims.yml`: every number on a page, with what measures it. Pages refer to a claim as `{claim:id}` and
never type its value.

A measured claim names the script that measures it again. A cited one was not executed here: it names source,
version and date. What can be neither measured nor cited is not claimed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, StringConstraints

from courseware.curriculum.base import Item, Key, Text, repeated_ids
from courseware.curriculum.yaml_source import Loc


class Environment(Item):
    """Where the value was measured."""

    date: datetime.date
    python: str
    cores: Annotated[int, Field(gt=0)]
    packages: dict[str, str] = Field(default_factory=dict)
    """Versions of the packages that matter."""


class Tolerance(Item):
    """How far a new measurement may lie from the value: relative (0.2 is ±20 %) or absolute, in the claim's
    unit.
    """

    relative: Annotated[float, Field(gt=0)] | None = None
    absolute: Annotated[float, Field(ge=0)] | None = None

    def problems(self) -> Iterator[tuple[Loc, str]]:
        if (self.relative is None) == (self.absolute is None):
            yield (), "give either a relative or an absolute tolerance"


class _Claim(Item):
    id: Key
    statement: Text
    """The claim in words, with its condition."""
    value: int | float | str
    unit: Text | None = None
    display: Text | None = None
    """How the value is written on a page, if not as value and unit."""


class Measured(_Claim):
    """Measured by a script of this repository."""

    kind: Literal["measured"]
    script: Annotated[str, StringConstraints(pattern=r"^[\w/.-]+\.py(::\w+)*$")]
    """File, and the function in it after `::`."""
    measures: Text
    """What exactly is measured: the ratio of what to what, the median of how many."""
    deterministic: bool
    """True: the value is exact on the virtual clock, and `make test` checks it. False: `make claims` measures
    it again.
    """
    tolerance: Tolerance | None = None
    environment: Environment

    def problems(self) -> Iterator[tuple[Loc, str]]:
        if self.deterministic and self.tolerance is not None:
            yield ("tolerance",), "a deterministic value has no tolerance"
        if not self.deterministic and self.tolerance is None:
            yield (), "a measured value that is not deterministic needs a tolerance"
        if self.tolerance is not None and isinstance(self.value, str):
            yield ("value",), "a value with a tolerance is a number"


class Cited(_Claim):
    """Taken from a source, marked on the page as not executed here."""

    kind: Literal["cited"]
    source: Text
    version: str | None = None
    url: Annotated[HttpUrl, Field(strict=False)]
    published: datetime.date | None = None
    accessed: datetime.date


Claim = Annotated[Measured | Cited, Field(discriminator="kind")]


class Claims(Item):
    """The whole file."""

    claims: list[Claim]

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated_ids(self.claims, "claims", "claim")

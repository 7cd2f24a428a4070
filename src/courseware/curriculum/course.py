"""`course.yml`: the documents, the stages and paths over them, and what stands around the course.

Minutes of a document are reading time; `practice` is the time for everything in it that is done by hand
(predictions, runs, exercises). Totals are always computed from these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from courseware.curriculum.base import DocumentId, Item, Key, PathId, Text, repeated, repeated_ids
from courseware.curriculum.yaml_source import Loc

NOTEBOOKS = "notebooks"
LESSONS = "lessons"
"""Folder of the lessons' pages on the site."""
Stem = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")]
PageFile = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_/-]+\.md$")]


class Document(Item):
    """One of the course's documents."""

    id: Stem
    """Two digits, or two pairs: "03_01". Quote it."""
    stem: Stem
    """Name of the file in `notebooks/` without its ending; it begins with the id."""
    title: Text
    description: Text
    """One sentence for search engines and link previews."""
    minutes: Annotated[int, Field(gt=0)] | None
    """Reading time; null where there is nothing to read from start to end (the overview)."""
    practice: Annotated[int, Field(ge=0)]
    stars: Annotated[int, Field(ge=1, le=3)]
    """Importance."""
    goals: Annotated[list[Text], Field(min_length=2, max_length=4)]
    """What the reader can do afterwards."""
    contents: Annotated[list[Text], Field(min_length=1)]
    requires: list[DocumentId] = Field(default_factory=list)
    """Documents to be read before; no path may break this."""
    recommends: list[DocumentId] = Field(default_factory=list)
    """Documents that help if read before; drawn on the map, not enforced."""

    @property
    def notebook(self) -> str:
        """The lesson's source, from the repository's root."""
        return f"{NOTEBOOKS}/{self.stem}.py"

    @property
    def page(self) -> str:
        """The lesson's page as MkDocs names it, in both languages."""
        return f"{LESSONS}/{self.stem}.ipynb"

    def problems(self) -> Iterator[tuple[Loc, str]]:
        if not self.stem.startswith(f"{self.id}_"):
            yield (
                ("stem",),
                f'the stem "{self.stem}" does not begin with the id of its document ("{self.id}_")',
            )
        for name in ("requires", "recommends"):
            edges = getattr(self, name)
            yield from repeated(edges, "document", (name,))
            if self.id in edges:
                yield (name, edges.index(self.id)), f"document {self.id} {name} itself"
        for index, other in enumerate(self.recommends):
            if other in self.requires:
                yield (
                    ("recommends", index),
                    f"document {other} is required already; recommending it adds nothing",
                )


class _Sequence(Item):
    """An ordered choice of documents with a name of its own."""

    id: Key
    title: Text
    documents: Annotated[list[DocumentId], Field(min_length=1)]

    def minutes(self, course: Course) -> int:
        """Reading time of all documents together."""
        return sum(course.document(one).minutes or 0 for one in self.documents)

    def practice(self, course: Course) -> int:
        """Practice time of all documents together."""
        return sum(course.document(one).practice for one in self.documents)

    def problems(self) -> Iterator[tuple[Loc, str]]:
        yield from repeated(self.documents, "document", ("documents",))


class Stage(_Sequence):
    """A part of the course; every document is in exactly one. The stages one after the other are the reading
    order.
    """

    summary: Text


class Path(_Sequence):
    """A way through the course for one kind of reader."""

    audience: Text
    """Who it is for."""
    within: Text
    """The promised time, in words: "within 1 hour"."""
    limit: Annotated[int, Field(gt=0)]
    """The promised time in minutes; the reading time must keep it."""
    promise: Text
    outcomes: Annotated[list[Text], Field(min_length=2)]
    """What the reader can do at the end."""
    order: Text
    """Why the documents come in this order."""


class Profile(Item):
    """A kind of learner, with advice and the path that fits."""

    id: Key
    title: Text
    advice: Annotated[list[Text], Field(min_length=2)]
    path: PathId


class Goal(Item):
    """What a learner can do at one level of the whole course."""

    id: Literal["basic", "intermediate", "advanced"]
    title: Text
    items: Annotated[list[Text], Field(min_length=1)]


class Topic(Item):
    """A subject beside the course."""

    name: Text
    note: Text
    """Why it matters here; for a compared subject, the difference."""
    taught: DocumentId | None = None
    """The document that takes it up, if one does."""


class Topics(Item):
    """What to know before, what comes after, what to compare with."""

    before: list[Topic]
    after: list[Topic]
    compared: list[Topic]


class Page(Item):
    """A page beside the lessons, written by hand in `docs/<lang>/` or generated. Pages appear in the
    navigation in this order, as soon as they exist.
    """

    id: Key
    file: PageFile
    title: Text
    place: Literal["before", "after", "none"]
    """In the navigation before the stages, after them, or not at all."""


class Course(Item):
    """The whole of `course.yml`."""

    title: Text
    sentence: Text
    """The course's subject in one sentence."""
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+(\.\d+)?$")]
    documents: list[Document]
    stages: list[Stage]
    paths: list[Path]
    profiles: list[Profile]
    goals: list[Goal]
    topics: Topics
    pages: list[Page]

    @cached_property
    def _by_id(self) -> dict[str, Document]:
        return {one.id: one for one in self.documents}

    def document(self, id: str) -> Document:
        """Raises KeyError for an unknown id."""
        return self._by_id[id]

    @cached_property
    def reading_order(self) -> Sequence[Document]:
        """All documents, stage by stage."""
        return [self.document(id) for stage in self.stages for id in stage.documents]

    def stage_of(self, id: str) -> Stage:
        """The stage that holds a document."""
        return next(stage for stage in self.stages if id in stage.documents)

    def path(self, id: str) -> Path:
        return next(path for path in self.paths if path.id == id)

    @property
    def minutes(self) -> int:
        """Reading time of the whole course."""
        return sum(one.minutes or 0 for one in self.documents)

    @property
    def practice(self) -> int:
        """Practice time of the whole course."""
        return sum(one.practice for one in self.documents)

    def problems(self) -> Iterator[tuple[Loc, str]]:
        for name in ("documents", "stages", "paths", "profiles", "goals", "pages"):
            yield from repeated_ids(getattr(self, name), name, name.removesuffix("s"))
        yield from self._in_stages()

    def _in_stages(self) -> Iterator[tuple[Loc, str]]:
        owner: dict[str, str] = {}
        for index, stage in enumerate(self.stages):
            for place, id in enumerate(stage.documents):
                if owner.setdefault(id, stage.id) != stage.id:
                    yield (
                        ("stages", index, "documents", place),
                        f"document {id} is already in the stage {owner[id]}",
                    )
        for index, document in enumerate(self.documents):
            if document.id not in owner:
                yield ("documents", index), f"document {document.id} is in no stage"

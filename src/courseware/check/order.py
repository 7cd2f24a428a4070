"""The order of the documents: stages hold each once, nothing requires itself in a circle, no path breaks
`requires`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from courseware.curriculum.course import Course, Path
from courseware.curriculum.faults import Fault
from courseware.curriculum.reading import Reading
from courseware.curriculum.yaml_source import Loc, Source


def check_order(reading: Reading) -> Iterator[Fault]:
    """Nothing is said about a course that could not be understood; its own faults come first."""
    for file, course in reading.of(Course):
        for check in (_stages, _cycles, _paths):
            for loc, words in check(course):
                yield file.source.fault(loc, words)
        yield from _pages(course, file.source)


def _stages(course: Course) -> Iterator[tuple[Loc, str]]:
    order = [id for stage in course.stages for id in stage.documents]
    required = {one.id: one.requires for one in course.documents}
    for index, stage in enumerate(course.stages):
        for place, id in enumerate(stage.documents):
            later = order[order.index(id) + 1 :]
            for other in required.get(id, ()):
                if other in later:
                    words = f"the stages put document {id} before {other}, which it requires"
                    yield ("stages", index, "documents", place), words


def _cycles(course: Course) -> Iterator[tuple[Loc, str]]:
    edges = {one.id: [*one.requires, *one.recommends] for one in course.documents}
    where = {one.id: index for index, one in enumerate(course.documents)}
    for circle in circles(edges):
        document = course.documents[where[circle[0]]]
        name = "requires" if circle[1] in document.requires else "recommends"
        loc = ("documents", where[circle[0]], name, getattr(document, name).index(circle[1]))
        yield loc, f"the documents wait for each other in a circle: {' → '.join(circle)}"


def circles(edges: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """One circle for each edge that closes one, in a walk through the graph: [a, b, a] for a ⇄ b. None if it
    has no circle.

    An edge from a node to itself, and one to an unknown node, is left to other checks.
    """
    done: set[str] = set()

    def follow(trail: list[str]) -> Iterator[list[str]]:
        for other in edges[trail[-1]]:
            if other in trail[:-1]:
                yield [trail[-1], *trail[trail.index(other) :]]
            elif other in edges and other not in done and other != trail[-1]:
                yield from follow([*trail, other])
        done.add(trail[-1])

    for node in edges:
        if node not in done:
            yield from follow([node])


def _paths(course: Course) -> Iterator[tuple[Loc, str]]:
    required = {one.id: one.requires for one in course.documents}
    for index, path in enumerate(course.paths):
        for place, words in broken(path.documents, required):
            yield ("paths", index, "documents", place), f'the path "{path.id}" {words}'
        if all(id in required for id in path.documents):
            yield from _promise(course, path, ("paths", index, "limit"))


def broken(path: Sequence[str], required: Mapping[str, Sequence[str]]) -> Iterator[tuple[int, str]]:
    """Where a path breaks `requires`: the place of the document that comes too early, and why."""
    for place, id in enumerate(path):
        for other in required.get(id, ()):
            if other not in path:
                yield place, f"leaves out {other}, which document {id} requires"
            elif other in path[place + 1 :]:
                yield place, f"has document {id} before {other}, which it requires"


def _promise(course: Course, path: Path, loc: Loc) -> Iterator[tuple[Loc, str]]:
    minutes = path.minutes(course)
    if minutes > path.limit:
        yield (
            loc,
            f'the path "{path.id}" promises {path.limit} minutes, but its documents take {minutes} to read',
        )


def _pages(course: Course, source: Source) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for index, page in enumerate(course.pages):
        if first.setdefault(page.file, page.id) != page.id:
            words = f"{page.file} is already the page {first[page.file]}"
            yield source.fault(("pages", index, "file"), words)

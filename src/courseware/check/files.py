"""Files that nothing names, and files that something names but nobody wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from courseware.curriculum import LANGS
from courseware.curriculum.course import Course
from courseware.curriculum.exercises import REQUIRED, Exercise
from courseware.curriculum.faults import Fault
from courseware.curriculum.reading import FOLDER, FORMATS, Reading
from courseware.pages.navigation import GENERATED

_IGNORED = {"__pycache__", ".ipynb_checkpoints", ".DS_Store"}
_OUT_OF_SCOPE = re.compile(r"^## Out of scope\b", re.MULTILINE)


def check_files(reading: Reading) -> Iterator[Fault]:
    """The files of `curriculum/`, `notebooks/` and `docs/` against what the course lists."""
    yield from _curriculum(reading.root)
    yield from _exercises(reading)
    for _, course in reading.of(Course):
        yield from _notebooks(reading.root, course)
        yield from _pages(reading.root, course)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _IGNORED.intersection(path.parts):
            yield path


def _curriculum(root: Path) -> Iterator[Fault]:
    folder = root / FOLDER
    for path in _files(folder):
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        exercise = inside.parts[0] == "exercises" and len(inside.parts) > 2
        if not exercise and not any(inside.match(pattern) and _deep(inside, pattern) for pattern in FORMATS):
            yield Fault(
                f"{FOLDER}/{inside}", 1, f"no format knows this file (there is: {', '.join(FORMATS)})"
            )


def _deep(path: PurePosixPath, pattern: str) -> bool:
    return len(path.parts) == pattern.count("/") + 1


def _exercises(reading: Reading) -> Iterator[Fault]:
    folders = sorted(one for one in (reading.root / FOLDER / "exercises").glob("*") if one.is_dir())
    wrong = {file.id: [one.name for one in model.wrong] for file, model in reading.of(Exercise)}
    for folder in folders:
        if folder.name in _IGNORED:
            continue
        place = folder.relative_to(reading.root).as_posix()
        there = {path.relative_to(folder).as_posix() for path in _files(folder)}
        for name in REQUIRED:
            if name not in there:
                yield Fault(f"{place}/{name}", 1, f'the exercise "{folder.name}" lacks this file')
        for name in sorted(there - set(REQUIRED)):
            if not (name.startswith("wrong/") and name.endswith(".py")):
                yield Fault(f"{place}/{name}", 1, "an exercise has no place for this file")
            elif folder.name in wrong and Path(name).stem not in wrong[folder.name]:
                yield Fault(f"{place}/{name}", 1, "exercise.yml does not list this wrong solution")
        yield from _contents(folder, place)
    for file, model in reading.of(Exercise):
        for index, one in enumerate(model.wrong):
            if not (reading.root / FOLDER / "exercises" / file.id / "wrong" / f"{one.name}.py").is_file():
                yield file.source.fault(("wrong", index, "name"), f"wrong/{one.name}.py is missing")


def _contents(folder: Path, place: str) -> Iterator[Fault]:
    start, design = folder / "start.py", folder / "design.md"
    if start.is_file() and "TODO" not in start.read_text("utf-8"):
        yield Fault(f"{place}/start.py", 1, "the start holds no TODO")
    if design.is_file() and not _OUT_OF_SCOPE.search(design.read_text("utf-8")):
        yield Fault(f"{place}/design.md", 1, 'the heading "## Out of scope" is missing')


def _notebooks(root: Path, course: Course) -> Iterator[Fault]:
    stems = {one.stem for one in course.documents}
    for path in _files(root / "notebooks"):
        name = path.relative_to(root).as_posix()
        if path.suffix != ".py" or path.parent.name != "notebooks":
            yield Fault(name, 1, "notebooks/ holds lessons only, one .py file each")
        elif path.stem not in stems:
            yield Fault(name, 1, f'course.yml lists no document with the stem "{path.stem}"')


def _pages(root: Path, course: Course) -> Iterator[Fault]:
    listed = {one.file for one in course.pages}
    there = {
        lang: {
            path.relative_to(root / "docs" / lang).as_posix() for path in (root / "docs" / lang).rglob("*.md")
        }
        for lang in LANGS
    }
    for lang, other in zip(LANGS, reversed(LANGS), strict=True):
        for page in sorted(there[lang]):
            name = f"docs/{lang}/{page}"
            if page in GENERATED or page.startswith("stages/"):
                yield Fault(name, 1, "this page is generated; it cannot be written by hand")
            elif page not in listed:
                yield Fault(name, 1, "course.yml does not list this page")
            if page not in there[other]:
                yield Fault(f"docs/{other}/{page}", 1, f"this page is missing; docs/{lang} has it")

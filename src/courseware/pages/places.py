"""Course references in Markdown: `{doc:03_01}`, `{path:quick-start.minutes}` and their like.

They stand for facts of `course.yml` that would otherwise be typed by hand: links, titles, minutes, totals. In code,
inline or fenced, they are left as they are.

| reference | stands for |
|---|---|
| `{doc:03_01}`, `{doc:03_01#waiting}` | link with the title, to a heading; unlinked while in preparation |
| `{stage:principles}`, `{path:production}`, `{page:glossary}` | link with title |
| `{doc:03_01.title}` | title alone; so for stage, path, page |
| `{doc:03_01.minutes}`, `.practice` | minutes of reading, of practice; so for stage, path, and `{course:minutes}` |
| `{path:production.documents}` | number of documents; so for stage, and `{course:documents}` |
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from courseware.curriculum import Course, Curriculum, CurriculumError, Fault, Lang
from courseware.curriculum.words import suggestion

PATHS_PAGE = "paths.md"
AROUND_PAGE = "around.md"
_KINDS = ("doc", "stage", "path", "page", "course")
_TOKEN = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|~{3,}).*?^[ \t]*(?P=fence)[`~]*[ \t]*$"  # a fenced block
    r"|(?P<ticks>`+)(?!`)(?:(?!\n\n).)*?(?<!`)(?P=ticks)(?!`)"  # inline code
    rf"|\{{(?P<kind>{'|'.join(_KINDS)}):(?P<id>[^{{}}\s#.]*)(?:#(?P<anchor>[^{{}}\s.]*))?(?:\.(?P<fact>[^{{}}\s]*))?\}}",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Reference:
    """One reference; `line` counts from 0 in the text that holds it."""

    kind: str
    id: str
    anchor: str | None
    fact: str | None
    line: int


def stage_page(id: str) -> str:
    """The stage's page as MkDocs names it."""
    return f"stages/{id}.md"


def references(markdown: str) -> Iterator[Reference]:
    """Every course reference outside code."""
    for match in _TOKEN.finditer(markdown):
        if match["kind"]:
            yield _reference(match)


def _reference(match: re.Match[str]) -> Reference:
    line = match.string.count("\n", 0, match.start())
    return Reference(match["kind"], match["id"], match["anchor"], match["fact"], line)


def wrong_with(reference: Reference, course: Course) -> str | None:
    """Why a reference cannot be resolved, in words; None if it can."""
    known = _known(course, reference.kind)
    if reference.id not in known:
        what = {"doc": "document", "course": "fact of the course"}.get(reference.kind, reference.kind)
        return f'there is no {what} "{reference.id}"{suggestion(reference.id, known)}'
    if reference.anchor is not None and reference.kind != "doc":
        return "only a document has headings to refer to"
    facts = _FACTS[reference.kind]
    if reference.fact is not None and reference.fact not in facts:
        listed = ", ".join(facts) or "none"
        return f'a {reference.kind} has no "{reference.fact}" to insert (there is: {listed})'
    if (
        reference.kind == "doc"
        and reference.fact == "minutes"
        and course.document(reference.id).minutes is None
    ):
        return f"document {reference.id} has no reading time"
    return None


_FACTS: dict[str, tuple[str, ...]] = {
    "doc": ("title", "minutes", "practice"),
    "stage": ("title", "minutes", "practice", "documents"),
    "path": ("title", "minutes", "practice", "documents"),
    "page": ("title",),
    "course": (),
}


def _known(course: Course, kind: str) -> list[str]:
    match kind:
        case "doc":
            return [one.id for one in course.documents]
        case "stage":
            return [one.id for one in course.stages]
        case "path":
            return [one.id for one in course.paths]
        case "page":
            return [one.id for one in course.pages]
    return ["minutes", "practice", "documents"]


class Places:
    """Links and facts in one language, as seen from one page."""

    def __init__(self, curriculum: Curriculum, lang: Lang, page: str) -> None:
        self.curriculum, self.course, self.lang, self.page = curriculum, curriculum.course, lang, page
        self.t = curriculum.strings.translator(lang)

    def link(self, title: str, target: str, anchor: str | None = None) -> str:
        """A Markdown link, relative to the page, so that it also works in a downloaded notebook."""
        path = posixpath.relpath(target, posixpath.dirname(self.page) or ".")
        return f"[{title}]({path}{f'#{anchor}' if anchor else ''})"

    def document(self, id: str, anchor: str | None = None) -> str:
        """Link to a document; while it has not been written, its title with a note."""
        one = self.course.document(id)
        title = one.title.get(self.lang)
        if self.curriculum.exists(id):
            return self.link(title, one.page, anchor)
        return f'<span class="in-preparation">{self.t("pages.unwritten", title=title)}</span>'

    def stage(self, id: str) -> str:
        title = next(one.title for one in self.course.stages if one.id == id)
        return self.link(title.get(self.lang), stage_page(id))

    def path(self, id: str) -> str:
        return self.link(self.course.path(id).title.get(self.lang), PATHS_PAGE, id)

    def text(self, reference: Reference) -> str:
        """What a correct reference stands for."""
        id, fact, course = reference.id, reference.fact, self.course
        match reference.kind:
            case "course":
                return str(
                    {"minutes": course.minutes, "practice": course.practice}.get(id, len(course.documents))
                )
            case "page":
                return self._page(id, linked=fact is None)
            case "doc":
                document = course.document(id)
                facts = {"title": document.title.get(self.lang), "minutes": str(document.minutes)}
                return (
                    self.document(id, reference.anchor)
                    if fact is None
                    else facts.get(fact, str(document.practice))
                )
        among = course.stages if reference.kind == "stage" else course.paths
        one = next(one for one in among if one.id == id)
        match fact:
            case "title":
                return one.title.get(self.lang)
            case "minutes":
                return str(one.minutes(course))
            case "practice":
                return str(one.practice(course))
            case "documents":
                return str(len(one.documents))
        return self.stage(id) if reference.kind == "stage" else self.path(id)

    def _page(self, id: str, *, linked: bool) -> str:
        one = next(one for one in self.course.pages if one.id == id)
        title = one.title.get(self.lang)
        return self.link(title, one.file) if linked else title


def resolve(curriculum: Curriculum, markdown: str, lang: Lang, page: str) -> str:
    """The text with every course reference replaced.

    `page` is the page's path on the site ("lessons/04_minimal_usable.ipynb"). Raises CurriculumError that has a fault
    for each reference that cannot be resolved.
    """
    places = Places(curriculum, lang, page)
    faults: list[Fault] = []

    def replace(match: re.Match[str]) -> str:
        if not match["kind"]:
            return match[0]
        reference = _reference(match)
        words = wrong_with(reference, curriculum.course)
        if words:
            faults.append(Fault(page, reference.line + 1, f"{match[0]}: {words}"))
            return match[0]
        return places.text(reference)

    resolved = _TOKEN.sub(replace, markdown)
    if faults:
        raise CurriculumError(faults)
    return resolved

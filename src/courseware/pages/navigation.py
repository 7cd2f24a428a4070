"""The navigation of each language, from the course's data and from what exists."""

from __future__ import annotations

from typing import TypeAlias

from courseware.curriculum import Curriculum, Lang
from courseware.pages.places import AROUND_PAGE, PATHS_PAGE, stage_page

Nav: TypeAlias = "list[str | dict[str, str | Nav]]"


def navigation(curriculum: Curriculum, lang: Lang) -> Nav:
    """A value for MkDocs' `nav`. A document or page that has not been written is left out."""
    t, course = curriculum.strings.translator(lang), curriculum.course
    stages: Nav = []
    for stage in course.stages:
        inside: Nav = [stage_page(stage.id)]
        for document in map(course.document, stage.documents):
            if curriculum.exists(document.id):
                inside.append({document.title.get(lang): document.page})
        stages.append({stage.title.get(lang): inside})
    nav = _pages(curriculum, lang, "before")
    nav.append({t("pages.nav-course"): stages})
    nav.append({t("pages.nav-more"): _pages(curriculum, lang, "after")})
    return nav


def _pages(curriculum: Curriculum, lang: Lang, place: str) -> Nav:
    return [
        {one.title.get(lang): one.file}
        for one in curriculum.course.pages
        if one.place == place
        and (one.file in GENERATED or (curriculum.root / "docs" / lang / one.file).is_file())
    ]


GENERATED = frozenset({PATHS_PAGE, AROUND_PAGE})
"""Pages beside the stages that nobody writes by hand."""

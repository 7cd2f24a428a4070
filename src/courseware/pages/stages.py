"""One page for each stage: what it is for, and its documents with minutes, prerequisites and goals."""

from __future__ import annotations

from courseware.curriculum import Curriculum, Document, Lang, Stage
from courseware.pages.parts import (
    bullets,
    front_matter,
    heading,
    labelled,
    minutes,
    prerequisites,
    stars,
    times,
)
from courseware.pages.places import Places, stage_page


def stage(curriculum: Curriculum, one: Stage, lang: Lang) -> str:
    """The page of one stage, as Markdown."""
    places = Places(curriculum, lang, stage_page(one.id))
    title, summary = one.title.get(lang), one.summary.get(lang)
    documents = (_document(places, curriculum.course.document(id)) for id in one.documents)
    head = f"{front_matter(title, summary)}\n{heading(title)}\n\n{summary}\n\n{times(places, one)}"
    return "\n\n".join((head, *documents)) + "\n"


def _document(places: Places, document: Document) -> str:
    t, lang = places.t, places.lang
    title = document.title.get(lang)
    written = places.curriculum.exists(document.id)
    facts = [
        *([] if written else [t("pages.in-preparation").capitalize()]),
        f"{t('pages.importance')} {stars(places, document.stars)}",
        f"{t('pages.reading')} {minutes(places, document.minutes)}",
        f"{t('pages.practice')} {minutes(places, document.practice)}",
        *prerequisites(places, document),
    ]
    anchor = f"document-{document.id.replace('_', '-')}"
    return "\n\n".join(
        (
            f"## {places.link(title, document.page) if written else title} {{#{anchor}}}",
            f'<p class="document-facts" markdown="span">{" · ".join(facts)}</p>',
            document.description.get(lang),
            labelled(places, t("pages.contents"), " · ".join(one.get(lang) for one in document.contents)),
            labelled(places, t("pages.goals")),
            bullets(goal.get(lang) for goal in document.goals),
        )
    )

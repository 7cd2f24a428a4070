"""The page of what stands around the course: topics before it, after it, and to compare with."""

from __future__ import annotations

from courseware.curriculum import Curriculum, Lang
from courseware.curriculum.course import Topic
from courseware.pages.parts import front_matter, heading
from courseware.pages.places import AROUND_PAGE, Places


def around(curriculum: Curriculum, lang: Lang) -> str:
    """The page as Markdown."""
    places = Places(curriculum, lang, AROUND_PAGE)
    t, topics = places.t, curriculum.course.topics
    title = t("pages.around-title")
    parts = [
        f"{front_matter(title, t('pages.around-description'))}\n{heading(title)}",
        t("pages.around-description"),
    ]
    groups = (
        ("before", t("pages.before"), topics.before),
        ("after", t("pages.after"), topics.after),
        ("compared", t("pages.compared"), topics.compared),
    )
    for anchor, name, group in groups:
        parts.append(f"## {name} {{#{anchor}}}")
        parts.extend(_topic(places, one) for one in group)
    return "\n\n".join(parts) + "\n"


def _topic(places: Places, one: Topic) -> str:
    note = one.note.get(places.lang)
    if one.taught:
        gap = "" if places.lang == "zh" else " "
        note += gap + places.t("pages.taught-in", document=places.document(one.taught))
    return f"**{one.name.get(places.lang)}**  \n{note}"

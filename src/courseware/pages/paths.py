"""The page of the four paths, with the advice that leads to one of them and the three levels of goals."""

from __future__ import annotations

from courseware.curriculum import Curriculum, Lang, Path
from courseware.curriculum.course import Goal, Profile
from courseware.pages.parts import bullets, front_matter, heading, labelled, minutes, stars, table
from courseware.pages.places import PATHS_PAGE, Places


def paths(curriculum: Curriculum, lang: Lang) -> str:
    """The page as Markdown. Each path's heading carries the path's id."""
    places = Places(curriculum, lang, PATHS_PAGE)
    t, course = places.t, curriculum.course
    title = t("pages.paths-title")
    whole = t(
        "pages.whole-course", count=len(course.documents), minutes=course.minutes, practice=course.practice
    )
    parts = [
        f"{front_matter(title, t('pages.paths-description'))}\n{heading(title)}",
        t("pages.paths-intro"),
        f"## {t('pages.compare')} {{#compare}}",
        _comparison(places),
        whole,
        *(_path(places, one) for one in course.paths),
        f"## {t('pages.profiles')} {{#advice}}",
        *(_profile(places, one) for one in course.profiles),
        f"## {t('pages.levels')} {{#levels}}",
        *(_level(places, one) for one in course.goals),
    ]
    return "\n\n".join(parts) + "\n"


def _comparison(places: Places) -> str:
    t, course = places.t, places.course
    header = [
        t("pages.path"),
        t("pages.audience"),
        t("pages.reading"),
        t("pages.practice"),
        t("pages.documents"),
    ]
    rows = [
        [
            f"[{one.title.get(places.lang)}](#{one.id})",
            one.audience.get(places.lang),
            minutes(places, one.minutes(course)),
            minutes(places, one.practice(course)),
            str(len(one.documents)),
        ]
        for one in course.paths
    ]
    return table(header, rows, "llrrr")


def _path(places: Places, one: Path) -> str:
    t, course, lang = places.t, places.course, places.lang
    header = [
        t("pages.document"),
        t("pages.stage"),
        t("pages.importance"),
        t("pages.reading"),
        t("pages.practice"),
    ]
    rows = []
    for id in one.documents:
        document = course.document(id)
        rows.append(
            [
                places.document(id),
                places.stage(course.stage_of(id).id),
                stars(places, document.stars),
                minutes(places, document.minutes),
                minutes(places, document.practice),
            ]
        )
    total = [minutes(places, one.minutes(course)), minutes(places, one.practice(course))]
    rows.append([f"**{t('pages.total')}**", "", "", *(f"**{value}**" for value in total)])
    return "\n\n".join(
        (
            f"## {one.title.get(lang)} {{#{one.id}}}",
            one.promise.get(lang),
            labelled(places, t("pages.audience"), one.audience.get(lang))
            + "  \n"
            + labelled(places, t("pages.within"), one.within.get(lang)),
            table(header, rows, "lllrr"),
            labelled(places, t("pages.outcomes")),
            bullets(text.get(lang) for text in one.outcomes),
            labelled(places, t("pages.order"), one.order.get(lang)),
        )
    )


def _profile(places: Places, one: Profile) -> str:
    advice = bullets(text.get(places.lang) for text in one.advice)
    path = f"[{places.course.path(one.path).title.get(places.lang)}](#{one.path})"
    suggested = places.t("pages.profile-path", path=path)
    return f"### {one.title.get(places.lang)} {{#{one.id}}}\n\n{suggested}\n\n{advice}"


def _level(places: Places, one: Goal) -> str:
    items = bullets(text.get(places.lang) for text in one.items)
    return f"### {one.title.get(places.lang)} {{#goal-{one.id}}}\n\n{items}"

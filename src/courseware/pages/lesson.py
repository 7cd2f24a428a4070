"""What stands around a lesson's own text: title and facts above it, the way on and the version below."""

from __future__ import annotations

import subprocess
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from courseware.curriculum import Curriculum, Document, Lang
from courseware.pages.parts import bullets, heading, minutes, prerequisites, stars
from courseware.pages.places import Places


def lesson_metadata(curriculum: Curriculum, id: str, lang: Lang) -> dict[str, Any]:
    """Metadata of the lesson's page, for templates and search engines."""
    document = curriculum.course.document(id)
    return {
        "title": document.title.get(lang),
        "description": document.description.get(lang),
        "document": document.id,
        "stage": curriculum.course.stage_of(id).id,
        "minutes": document.minutes,
        "practice": document.practice,
        "stars": document.stars,
    }


def lesson_header(curriculum: Curriculum, id: str, lang: Lang) -> str:
    """Title, stage, importance, minutes, prerequisites and goals, as Markdown (needs attr_list and
    md_in_html).
    """
    document = curriculum.course.document(id)
    places = Places(curriculum, lang, document.page)
    t = places.t
    facts = [
        places.stage(curriculum.course.stage_of(id).id),
        f"{t('pages.reading')} {minutes(places, document.minutes)}",
        f"{t('pages.practice')} {minutes(places, document.practice)}",
        f"{t('pages.importance')} {stars(places, document.stars)}",
        *prerequisites(places, document),
    ]
    goals = bullets(goal.get(lang) for goal in document.goals)
    return "\n\n".join(
        (
            heading(document.title.get(lang)),
            f'<div class="lesson-head" role="group" aria-label="{t("pages.facts")}" markdown="1">',
            bullets(facts),
            "</div>",
            f'<details class="lesson-goals" markdown="1">\n<summary>{t("pages.goals")}</summary>',
            goals,
            "</details>\n",
        )
    )


def lesson_footer(curriculum: Curriculum, id: str, lang: Lang) -> str:
    """Previous and next document along the reading order, version and date of the last update, as Markdown."""
    document = curriculum.course.document(id)
    places = Places(curriculum, lang, document.page)
    t = places.t
    before, after = neighbours(curriculum, id)
    links = []
    if before:
        title = t("pages.previous", title=before.title.get(lang))
        links.append(f"{places.link(title, before.page)}{{ .lesson-previous rel=prev }}")
    if after:
        key = "pages.next" if after.minutes else "pages.next-open"
        title = t(key, title=after.title.get(lang), minutes=minutes(places, after.minutes))
        links.append(f"{places.link(title, after.page)}{{ .lesson-next rel=next }}")
    updated = f'<time datetime="{(day := last_update(curriculum.root, document.notebook))}">{day}</time>'
    version = t("pages.version", version=curriculum.course.version, date=updated)
    return "\n\n".join(
        (
            f'<nav class="lesson-foot" aria-label="{t("pages.around-lesson")}" markdown="1">',
            " ".join(links),
            "</nav>",
            f'<p class="lesson-version">{version}</p>\n',
        )
    )


def neighbours(curriculum: Curriculum, id: str) -> tuple[Document | None, Document | None]:
    """The written documents before and after this one in the reading order."""
    order = [one for one in curriculum.course.reading_order if one.id == id or curriculum.exists(one.id)]
    place = next(index for index, one in enumerate(order) if one.id == id)
    return order[place - 1] if place else None, order[place + 1] if place + 1 < len(order) else None


@cache
def last_update(root: Path, file: str) -> date:
    """Day of the last commit that changed a file; without git's history, the day the file was written."""
    command = ["git", "-C", str(root), "log", "-1", "--format=%cs", "--", file]
    try:
        day = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        day = ""
    path = root / file
    if day:
        return date.fromisoformat(day)
    return date.fromtimestamp(path.stat().st_mtime) if path.exists() else date.today()

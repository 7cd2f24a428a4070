"""Small parts that several generated pages share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from courseware.curriculum import Document, Path, Stage
from courseware.pages.places import Places


def front_matter(title: str, description: str) -> str:
    """The page's metadata. JSON strings are YAML, whatever they hold."""
    fields = (("title", title), ("description", description))
    lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields)
    return "\n".join(("---", *lines, "---", ""))


def heading(title: str) -> str:
    """The page's title. Its id is the same in both languages, as every heading's."""
    return f"# {title} {{#title}}"


def minutes(places: Places, value: int | None) -> str:
    return places.t("pages.minutes", minutes=value) if value else places.t("pages.no-minutes")


def stars(places: Places, value: int) -> str:
    """Importance as stars that a screen reader reads as a number."""
    label = places.t("pages.stars", stars=value)
    return f'<span class="stars" role="img" aria-label="{label}">{"★" * value}</span>'


def bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], align: str = "") -> str:
    """A Markdown table. `align` has one of `l`, `r` for each column."""
    rule = ["--:" if one == "r" else "---" for one in align or "l" * len(header)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows))


def times(places: Places, among: Stage | Path) -> str:
    """Reading, practice and number of documents in one line."""
    course = places.course
    return " · ".join(
        (
            f"{places.t('pages.reading')} {minutes(places, among.minutes(course))}",
            f"{places.t('pages.practice')} {minutes(places, among.practice(course))}",
            places.t("pages.count", count=len(among.documents)),
        )
    )


def labelled(places: Places, label: str, text: str = "") -> str:
    """A label, the colon of the language, and what it labels."""
    return f"{label}：{text}" if places.lang == "zh" else f"{label}: {text}".rstrip()


def listed(places: Places, items: Iterable[str]) -> str:
    """A list within a sentence."""
    return places.t("pages.separator").join(items)


def prerequisites(places: Places, document: Document) -> list[str]:
    """One line for what is required and one for what helps, each only if there is something."""
    edges = (
        (places.t("pages.requires"), document.requires),
        (places.t("pages.recommends"), document.recommends),
    )
    return [labelled(places, label, listed(places, map(places.document, ids))) for label, ids in edges if ids]

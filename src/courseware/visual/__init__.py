"""Pictures and cards of the home page and the map, made at build time from the course's data.

A line `<!-- visual:NAME -->` in a hand-written page stands for one of `PARTS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from courseware.curriculum import Curriculum, Lang
from courseware.visual.cards import paths, stages
from courseware.visual.hero import hero
from courseware.visual.map import course_map
from courseware.visual.scene import Scene

__all__ = ["PARTS", "place"]

PARTS: dict[str, Callable[[Scene], str]] = {
    "hero": hero,
    "paths": paths,
    "stages": stages,
    "map": course_map,
}
_MARK = re.compile(r"^<!-- visual:([a-z-]+) -->$", re.MULTILINE)


def place(markdown: str, curriculum: Curriculum, lang: Lang, page: str) -> str:
    """Replace the marks of a page (`page` is its path, as "map.md") by HTML. Raises ValueError for an unknown name."""
    scene = Scene(curriculum, lang, page)

    def part(match: re.Match[str]) -> str:
        if match[1] not in PARTS:
            raise ValueError(f'{page}: there is no visual "{match[1]}" (there is: {", ".join(PARTS)})')
        return PARTS[match[1]](scene)

    return _MARK.sub(part, markdown)

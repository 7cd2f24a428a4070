"""Translated comments in shared code: `# zh: …` and `# en: …` lines stay, unmarked, in their own language only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from courseware.curriculum.base import Lang

_TRANSLATED = re.compile(r"^(?P<indent>\s*)# (?P<lang>zh|en):(?: (?P<text>.*))?$")


def localise(code: str, lang: Lang) -> str:
    """The code as one language shows it."""
    shown = []
    for line in code.split("\n"):
        match = _TRANSLATED.match(line)
        if match is None:
            shown.append(line)
        elif match["lang"] == lang:
            shown.append(f"{match['indent']}# {match['text'] or ''}".rstrip())
    return "\n".join(shown)


def meaning(code: str) -> str:
    """What the code does, as a syntax tree without positions; a cell may await at its top level.

    Raises SyntaxError.
    """
    return ast.dump(compile(code, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))


def untranslated(code: str) -> Iterator[tuple[int, Lang]]:
    """Translated comments without a twin: (line in the code from 0, language that is there).

    Comments are twins by their place in a run of translated lines: the first `zh` belongs to the first `en`.
    """
    run: dict[Lang, list[int]] = {"zh": [], "en": []}
    for number, line in enumerate([*code.split("\n"), ""]):
        match = _TRANSLATED.match(line)
        if match is not None:
            run["zh" if match["lang"] == "zh" else "en"].append(number)
            continue
        shorter = min(len(run["zh"]), len(run["en"]))
        for lang, lines in run.items():
            yield from ((lone, lang) for lone in lines[shorter:])
            lines.clear()

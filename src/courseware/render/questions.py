"""Questions of a quiz as plain text: the question, then the answer and why, folded away."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from itertools import zip_longest
from typing import TypeVar

from courseware.curriculum.base import Lang
from courseware.curriculum.quizzes import (
    Cloze,
    Matching,
    Multiple,
    Option,
    Ordering,
    PredictOutput,
    Question,
    Single,
)
from courseware.render.plain import details, fence, items, joined, table

T = Callable[..., str]
_GAP = re.compile(r"\[\[([a-z0-9-]+)\]\]")
Named = TypeVar("Named")


def question(one: Question, lang: Lang, t: T) -> str:
    """Stem, what is to choose from, and the folded answer."""
    code = fence(one.code) if one.code else ""
    asked, answer = _asked_and_answer(one, lang, t)
    return joined(
        one.stem.get(lang), code, asked, details(t("widgets.answer"), answer, one.explanation.get(lang))
    )


def _asked_and_answer(one: Question, lang: Lang, t: T) -> tuple[str, str]:
    match one:
        case Single() | Multiple():
            return options(one.options, lang), feedback(one.options, lang)
        case Cloze():
            return _cloze(one, lang, t)
        case Ordering():
            right = [piece.text.get(lang) for piece in one.pieces]
            return items(shuffled(right)), joined(t("widgets.order"), items(right, "1."))
        case Matching():
            return _matching(one, lang, t)
        case PredictOutput():
            return "", joined(t("widgets.output"), fence(one.output, "text"))


def options(choices: Iterable[Option], lang: Lang) -> str:
    """What there is to choose from."""
    return items(option.text.get(lang) for option in choices)


def feedback(choices: Iterable[Option], lang: Lang) -> str:
    """Every option with its verdict and why."""
    return items(
        f"{'✓' if option.correct else '✗'} **{option.text.get(lang)}** {option.feedback.get(lang)}"
        for option in choices
    )


def _cloze(one: Cloze, lang: Lang, t: T) -> tuple[str, str]:
    numbers = {blank.id: number for number, blank in enumerate(one.blanks, 1)}
    text = _GAP.sub(lambda gap: f"＿＿({numbers[gap[1]]})＿＿", one.text.get(lang))
    accepted = (
        t("widgets.gap", number=numbers[blank.id], answers=" / ".join(blank.accept.get(lang)))
        for blank in one.blanks
    )
    return text, items(accepted)


def _matching(one: Matching, lang: Lang, t: T) -> tuple[str, str]:
    head = (t("widgets.match-left"), t("widgets.match-right"))
    pairs = [(pair.left.get(lang), pair.right.get(lang)) for pair in one.pairs]
    extra = [piece.text.get(lang) for piece in one.extra]
    offered = shuffled([*(right for _, right in pairs), *extra])
    asked = table(head, zip_longest((left for left, _ in pairs), offered, fillvalue=""))
    left_over = t("widgets.extra", items=", ".join(extra)) if extra else ""
    return asked, joined(table(head, pairs), left_over)


def shuffled(texts: list[str]) -> list[str]:
    """Another order that is the same in every build."""
    return sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest())

"""The interactive parts in their plain form: text that can be read and answered before any script runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from courseware.curriculum import Curriculum
from courseware.curriculum.base import Lang
from courseware.curriculum.widgets import Bars, Number, Parameter, Predict, Result
from courseware.lessons.localise import localise
from courseware.render import bars
from courseware.render.plain import details, fence, items, joined, number, table
from courseware.render.questions import feedback, options, question
from courseware.render.sliders import values

T = Callable[..., str]
Collection = Callable[[Curriculum], Iterable[str]]

KINDS: dict[str, Collection] = {
    "predict": lambda curriculum: curriculum.predicts,
    "quiz": lambda curriculum: curriculum.quizzes,
    "exercise": lambda curriculum: curriculum.exercises,
    "failure-lab": lambda curriculum: curriculum.failure_labs,
    "slider": lambda curriculum: curriculum.sliders,
    "task": lambda curriculum: curriculum.checklists,
}
"""Every kind a `widget` fence may name, and the ids there are."""


def widget(curriculum: Curriculum, kind: str, id: str, lang: Lang) -> str:
    """Markdown of one widget. Raises KeyError for an unknown kind or id."""
    t = curriculum.strings.translator(lang)
    body = _BODIES[kind](curriculum, id, lang, t)
    names = f'class="widget widget--{kind}" data-widget="{kind}" data-id="{id}"'
    return f'<section {names} markdown="1">\n\n{body}\n\n</section>'


def _label(text: str) -> str:
    return f'<p class="widget-label">{text}</p>'


def _predict(curriculum: Curriculum, id: str, lang: Lang, t: T) -> str:
    one = curriculum.predicts[id]
    asked, answer = _prediction(one, curriculum, lang, t)
    code = fence(one.code) if one.code else ""
    folded = details(t("widgets.answer"), answer, one.explanation.get(lang))
    return joined(_label(t("widgets.predict")), one.question.get(lang), code, asked, folded)


def _prediction(one: Predict, curriculum: Curriculum, lang: Lang, t: T) -> tuple[str, str]:
    match one.answer:
        case Number(unit=unit, value=value):
            return t("widgets.number-answer", unit=unit.get(lang)), f"**{number(value)} {unit.get(lang)}**"
        case Bars():
            return bars.asked(one.answer, t), bars.answer(one.answer, curriculum, lang, t)
        case choice:
            return options(choice.options, lang), feedback(choice.options, lang)


def _quiz(curriculum: Curriculum, id: str, lang: Lang, t: T) -> str:
    one = curriculum.quizzes[id]
    asked = (
        f'<div class="question" data-question="{found.id}" markdown="1">\n\n{question(found, lang, t)}\n\n</div>'
        for found in one.questions
    )
    return joined(_label(f"{t('widgets.quiz')} · {one.title.get(lang)}"), *asked)


def _exercise(curriculum: Curriculum, id: str, lang: Lang, t: T) -> str:
    one = curriculum.exercises[id]
    folder = curriculum.root / "curriculum" / "exercises" / id
    hints = (
        details(t("widgets.hint", number=place), hint.get(lang), name="widget-hint")
        for place, hint in enumerate(one.hints, 1)
    )
    return joined(
        _label(f"{t('widgets.exercise', minutes=one.minutes)} · {one.title.get(lang)}"),
        one.task.get(lang),
        one.local_only.get(lang) if one.local_only else "",
        t("widgets.start-from"),
        fence(localise((folder / "start.py").read_text("utf-8"), lang)),
        *hints,
        details(
            t("widgets.solution"), fence((folder / "solution.py").read_text("utf-8")), one.after.get(lang)
        ),
    )


def _failure_lab(curriculum: Curriculum, id: str, lang: Lang, t: T) -> str:
    one = curriculum.failure_labs[id]
    rows = [(f"`{branch.key}` {branch.label.get(lang)}", number(branch.seconds)) for branch in one.branches]
    return joined(
        _label(f"{t('widgets.failure-lab')} · {one.title.get(lang)}"),
        one.question.get(lang),
        table((t("widgets.branch"), t("widgets.duration")), rows),
        t("widgets.switches"),
        items(switch.label.get(lang) for switch in one.switches),
        t("widgets.runners", runners=", ".join(f"`{runner}`" for runner in one.runners)),
        details(t("widgets.conclusion"), one.conclusion.get(lang)),
    )


def _slider(curriculum: Curriculum, id: str, lang: Lang, t: T) -> str:
    one = curriculum.sliders[id]
    columns: list[Parameter | Result] = [*one.parameters, *one.results]
    head = [
        f"{column.label.get(lang)} ({column.unit.get(lang)})" if column.unit else column.label.get(lang)
        for column in columns
    ]
    rows = [[number(row[column.id]) for column in columns] for row in values(curriculum.root, id, one)]
    return joined(
        _label(f"{t('widgets.slider')} · {one.title.get(lang)}"),
        one.question.get(lang),
        table(head, rows),
        items(stop.note.get(lang) for stop in one.stops),
        details(t("widgets.conclusion"), one.conclusion.get(lang)),
    )


def _task(curriculum: Curriculum, id: str, lang: Lang, t: T) -> str:
    tasks = (f"[ ] {task.text.get(lang)} {{#task:{task.id}}}" for task in curriculum.checklists[id].items)
    return joined(_label(t("widgets.task")), "\n".join(f"- {task}" for task in tasks))


_BODIES: dict[str, Callable[[Curriculum, str, Lang, T], str]] = {
    "predict": _predict,
    "quiz": _quiz,
    "exercise": _exercise,
    "failure-lab": _failure_lab,
    "slider": _slider,
    "task": _task,
}

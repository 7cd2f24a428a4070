"""From a request to an answer: find the task, work it out, put it in the form that was asked for."""

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from llmsim.answers import grounded, reading, shop, writing
from llmsim.answers.brief import Brief, read
from llmsim.answers.schema import fill
from llmsim.answers.tools import choose_tools
from llmsim.answers.translation import translate, translate_known
from llmsim.chat import Request, ToolCall
from llmsim.text import Lang, language


@dataclass(frozen=True)
class Answer:
    """Text, or tool calls, or (rarely) both."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()


def answer(request: Request, skill: float, rng: random.Random) -> Answer:
    """The answer to a request.  With probability 1 - `skill` it is a worse one."""
    sure = rng.random() < skill
    brief = read(request.messages)
    known: dict[str, dict[str, Any]] = {}

    def facts(task: str) -> dict[str, Any]:
        if task not in known:
            known[task] = work_out(task, brief, sure, rng)
        return known[task]

    last = request.messages[-1] if request.messages else None
    if request.tools and request.tool_choice != "none":
        calls = choose_tools(request, brief, facts, rng)
        if calls:
            return Answer(tool_calls=calls)
    if request.json_schema is not None:
        value = fill(request.json_schema, brief, facts) if request.json_schema else facts(brief.task)
        return Answer(json.dumps(value, ensure_ascii=False))
    if last is not None and last.role == "tool":
        return Answer(_from_tools(request, brief.lang))
    result = facts(brief.task)
    if brief.json:
        return Answer(json.dumps(result, ensure_ascii=False))
    return Answer(_RENDER.get(brief.task, _plain)(result, brief))


def work_out(task: str, brief: Brief, sure: bool, rng: random.Random) -> dict[str, Any]:
    """One task's result as data."""
    text, lang = brief.text, brief.lang
    if task == "classify":
        labels = grounded.labels_in(brief.instruction) or grounded.labels_in(brief.whole)
        if not labels:
            return {"label": reading.topics(text, lang, 1)["topics"][0] if text else ""}
        return grounded.classify(labels, f"{text} {shop.kinds(text)}", sure, rng)
    workers: Mapping[str, Callable[[], dict[str, Any]]] = {
        "sentiment": lambda: reading.sentiment(text, sure, rng),
        "topics": lambda: reading.topics(text, lang),
        "keywords": lambda: reading.keywords(text),
        "entities": lambda: reading.entities(text, shop.names()),
        "summary": lambda: _in_language(
            reading.summary(
                text,
                sure,
                reading.asked_length(brief.instruction, lang),
                reading.asked_sentences(brief.instruction),
            ),
            brief,
        ),
        "translate": lambda: translate(text, lang, sure),
        "judge": lambda: grounded.judge(brief.whole, text, lang, sure, rng),
        "rag": lambda: _in_language(grounded.rag(brief.question, brief.context, lang, sure), brief),
        "questions": lambda: grounded.questions(brief.instruction, text, lang, _how_many(brief.instruction)),
        "title": lambda: _in_language(writing.title(text, lang), brief),
        "joke": lambda: writing.joke(brief.asked, lang, rng),
        "poem": lambda: writing.poem(brief.asked, lang, rng),
        "reply": lambda: writing.reply(text, lang, sure, rng),
        "pros_cons": lambda: writing.pros_cons(text),
        "chat": lambda: writing.chat(text, lang, shop.known(text, lang) if sure else (), rng),
    }
    return workers[task]()


def _in_language(result: dict[str, Any], brief: Brief) -> dict[str, Any]:
    """The result's text in the language to answer in: if that was asked for, or if the corpus has the translation."""
    name, text = next(iter(result.items()))
    if language(text) != brief.lang:
        known = translate_known(text, brief.lang)
        if known is None and brief.named_language:
            known = str(translate(text, brief.lang, True)["translation"])
        return {**result, name: known or text}
    return result


def _how_many(instruction: str) -> int:
    match = re.search(r"\b([2-9])\b|([二两三四五六])(?=个|条)", instruction)
    if not match:
        return 3
    return (
        int(match.group(1))
        if match.group(1)
        else {"二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}[match.group(2)]
    )


def _from_tools(request: Request, lang: Lang) -> str:
    results = []
    for message in reversed(request.messages):
        if message.role != "tool":
            break
        results.append(message.content)
    given = ("；" if lang == "zh" else "; ").join(r.strip() for r in reversed(results))
    return f"根据工具返回的结果：{given}" if lang == "zh" else f"According to the tool: {given}"


def _plain(result: dict[str, Any], brief: Brief) -> str:
    value = next(iter(result.values()))
    if isinstance(value, list):
        return ("、" if brief.lang == "zh" else ", ").join(map(str, value))
    return str(value)


def _sentiment(result: dict[str, Any], brief: Brief) -> str:
    name = reading.label_name(result["sentiment"], brief.lang)
    if brief.terse:
        return name
    why = (
        (f"，依据：{result['reason']}" if brief.lang == "zh" else f"; words: {result['reason']}")
        if result["reason"]
        else ""
    )
    return (
        f"{name}（{result['score']:+.2f}{why}）"
        if brief.lang == "zh"
        else f"{name} ({result['score']:+.2f}{why})"
    )


def _entities(result: dict[str, Any], brief: Brief) -> str:
    found = [f"{e['text']} [{e['type']}]" for e in result["entities"]]
    return ("；" if brief.lang == "zh" else "; ").join(found) or (
        "没有找到实体。" if brief.lang == "zh" else "No entities found."
    )


def _judge(result: dict[str, Any], brief: Brief) -> str:
    verdict = result.get("winner", result["score"])
    return str(verdict) if brief.terse else f"{verdict}\n{result['reason']}"


def _rag(result: dict[str, Any], brief: Brief) -> str:
    marks = "".join(f" [{source}]" for source in result["sources"])
    return f"{result['answer']}{marks}"


def _questions(result: dict[str, Any], brief: Brief) -> str:
    return "\n".join(f"{i}. {q}" for i, q in enumerate(result["questions"], 1))


def _joke(result: dict[str, Any], brief: Brief) -> str:
    return f"{result['setup']}\n{result['punchline']}"


def _pros_cons(result: dict[str, Any], brief: Brief) -> str:
    heads = ("优点", "缺点") if brief.lang == "zh" else ("Pros", "Cons")
    return "\n".join(
        f"{head}{'：' if brief.lang == 'zh' else ':'}\n"
        + "\n".join(f"- {line}" for line in lines or ["没有提到" if brief.lang == "zh" else "none mentioned"])
        for head, lines in zip(heads, (result["pros"], result["cons"]), strict=True)
    )


_RENDER: Mapping[str, Callable[[dict[str, Any], Brief], str]] = {
    "sentiment": _sentiment, "entities": _entities, "judge": _judge, "rag": _rag,
    "questions": _questions, "joke": _joke, "pros_cons": _pros_cons,
}  # fmt: skip

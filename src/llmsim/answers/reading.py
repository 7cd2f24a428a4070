"""Reading tasks: sentiment, topics, keywords, entities, summary."""

import random
import re
from collections import Counter
from functools import cache
from typing import Any

from llmsim.answers.lexicon import lexicon
from llmsim.text import Lang, is_function_word, language, phrases, sentences, shorten, terms

_LABELS_ZH = {"positive": "正面", "negative": "负面", "neutral": "中性", "mixed": "褒贬参半"}
_LATIN = re.compile(r"[A-Za-z][A-Za-z'\-]*")


def label_name(label: str, lang: Lang) -> str:
    """A sentiment label in a language."""
    return _LABELS_ZH.get(label, label) if lang == "zh" else label


def _hits(text: str, words: frozenset[str] | tuple[str, ...]) -> list[tuple[int, str]]:
    """Where words of a list stand in a text, longest first where they overlap."""
    lower = text.lower()
    found: list[tuple[int, str]] = []
    taken: set[int] = set()
    for word in sorted(words, key=lambda w: (-len(w), w)):
        for match in _inflected(word).finditer(lower):
            span = set(range(*match.span()))
            if not span & taken:
                taken |= span
                found.append((match.start(), word))
    return sorted(found)


@cache
def _inflected(word: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![a-z]){re.escape(word)}(?:d|s|ed|es|ing)?(?![a-z])" if word.isascii() else re.escape(word)
    )


def _negated(text: str, at: int) -> bool:
    before = text[max(0, at - 14) : at].lower()
    near = before.rsplit(",", 1)[-1].rsplit("，", 1)[-1].rsplit("。", 1)[-1]
    words = _LATIN.findall(near)[-3:]
    if any(w in lexicon().negation or w.endswith("n't") for w in words):
        return True
    return any(near.endswith(mark) for mark in lexicon().negation if not mark.isascii())


def sentiment(text: str, sure: bool, rng: random.Random) -> dict[str, Any]:
    """Sentiment with score from -1 to 1, and the words that speak for it.  Unsure: it may fall for the wrong side."""
    words = lexicon()
    lang = language(text)
    for_: list[str] = []
    against: list[str] = []
    for signs, same, other in ((words.positive, for_, against), (words.negative, against, for_)):
        for at, word in _hits(text, signs):
            if _negated(text, at):
                other.append(f"not {word}" if word.isascii() else f"不{word}")
            else:
                same.append(word)
    weight = len(for_) + len(against)
    score = (len(for_) - len(against)) / weight if weight else 0.0
    if for_ and against and abs(score) <= 0.25:
        label = "mixed"
    else:
        label = "positive" if score > 0 else "negative" if score < 0 else "neutral"
    if not sure:
        label = {"mixed": rng.choice(("positive", "negative")), "neutral": "positive"}.get(label, "mixed")
        score = {"positive": 0.4, "negative": -0.4}.get(label, 0.0)
    confidence = round(0.6 + 0.35 * abs(score) + 0.05 * rng.random(), 2)
    reason = "、".join([*for_, *against][:6]) if lang == "zh" else ", ".join([*for_, *against][:6])
    return {"sentiment": label, "score": round(score, 2), "confidence": confidence, "reason": reason}


def topics(text: str, lang: Lang, limit: int = 3) -> dict[str, Any]:
    """The topics a text touches, strongest first; none of the known ones: its keywords."""
    ranked = [(len(_hits(text, topic.words)), -i, topic) for i, topic in enumerate(lexicon().topics)]
    found = [topic.name(lang) for hits, _, topic in sorted(ranked, key=lambda r: r[:2], reverse=True) if hits]
    return {"topics": found[:limit] or keywords(text, limit)["keywords"]}


def keywords(text: str, limit: int = 5) -> dict[str, Any]:
    """The most frequent content words; among equals the longer and earlier ones."""
    counted = Counter(phrases(text))
    order = {term: i for i, term in reversed(list(enumerate(counted)))}
    ranked = sorted(counted, key=lambda t: (-counted[t], -len(t), order[t]))
    return {"keywords": ranked[:limit]}


_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_UNIT = "kg|g|km|m|mm|L|ml|hours?|days?|years?|lumens?|公斤|千克|克|公里|米|毫米|升|毫升|小时|天|年|流明|折"
_ENTITY = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
        (
            "money",
            r"[¥￥$€£]\s?\d[\d,]*(?:\.\d+)?(?:\s(?:thousand|million|billion))?|\d[\d,]*(?:\.\d+)?\s?(?:元|美元|[Dd]ollars?|[Yy]uan|USD|CNY)",
        ),
        (
            "date",
            rf"\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}|(?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}日|{_MONTH}\s\d{{1,2}}(?:,\s\d{{4}})?",
        ),
        ("order", r"\b[A-Z]{1,3}-?\d{4,}\b"),
        ("quantity", rf"\d+(?:\.\d+)?\s?(?:{_UNIT})(?![A-Za-z])"),
        (
            "organisation",
            r"(?:[A-Z][\w&]*\s)+(?:Inc|Ltd|Corp|Company|Group|Works|Mills|Labs|Foundry|Corporation)\b"
            r"|[\u3400-\u9fff]{2,8}(?:公司|集团|工厂|纺织|实验室|株式会社)",
        ),
        ("title", r"《[^》]+》"),
    )
)
_PLACES_ZH = re.compile(
    "北京|上海|广州|深圳|成都|杭州|南京|武汉|西安|重庆|苏州|昆明|拉萨|青岛|宁波|香港|台北|旧金山|纽约|伦敦|巴黎|东京|柏林"
)
_NAME = re.compile(r"\b[A-Z][a-z]+(?:\s(?:[A-Z][a-z]+|\d+))*\b")
# A person's name in Chinese: a common surname at the start of a run, before a word that people do something with.
_PERSON_ZH = re.compile(
    r"(?<![\u3400-\u9fff])(?:[张王李刘陈杨赵吴徐孙胡朱郭罗梁宋郑谢韩唐冯董][\u3400-\u9fff]{1,2}?)(?=先生|女士|经理|[于在说和与从向对、])"
)


def entities(text: str, names: dict[str, str]) -> dict[str, Any]:
    """Names, amounts, dates and places in the order they stand.  `names` maps known names to their types."""
    found: list[tuple[int, str, str]] = []
    taken: set[int] = set()

    def add(at: int, end: int, kind: str) -> None:
        span = set(range(at, end))
        if not span & taken:
            taken.update(span)
            found.append((at, text[at:end], kind))

    for name in sorted(names, key=len, reverse=True):
        for match in re.finditer(re.escape(name), text, re.IGNORECASE):
            add(*match.span(), names[name])
    for kind, pattern in _ENTITY:
        for match in pattern.finditer(text):
            add(*match.span(), kind)
    for match in _PLACES_ZH.finditer(text):
        add(*match.span(), "place")
    for match in _PERSON_ZH.finditer(text):
        add(*match.span(), "name")
    for match in _NAME.finditer(text):
        before = text[max(0, match.start() - 6) : match.start()].lower()
        first, _, more = match.group().partition(" ")
        # Any word is capitalised at the start of a sentence; only with another one after it is it taken for a name.
        starts = not before.strip() or before.rstrip()[-1] in ".!?:。！？：\n"
        if starts and (not more or is_function_word(first)):
            if more:
                add(match.start() + len(first) + 1, match.end(), "name")
            continue
        add(*match.span(), "place" if re.search(r"\b(?:in|from|at|to|near)\s$", before) else "name")
    unique = {(what, kind): None for _, what, kind in sorted(found)}
    return {"entities": [{"text": what, "type": kind} for what, kind in unique]}


def summary(text: str, sure: bool, limit: int | None = None, most: int = 2) -> dict[str, Any]:
    """The sentences that say most, in their order, `most` at most.  Unsure: only the first one."""
    found = sentences(text)
    if not found:
        return {"summary": text.strip()}
    weight = Counter(terms(text))
    want = 1 if not sure or len(found) < 3 else most
    scored = sorted(
        range(len(found)),
        key=lambda i: (-(1.5 if i == 0 else 1.0) * _weight(found[i], weight), i),
    )
    kept = sorted(scored[:want]) if sure else [0]
    joined = ("" if language(text) == "zh" else " ").join(found[i] for i in kept)
    if limit is None:
        limit = 90 if language(text) == "zh" else 240
    return {"summary": shorten(joined, limit)}


def _weight(sentence: str, weight: Counter[str]) -> float:
    words = terms(sentence)
    return sum(weight[w] for w in words) / (len(words) + 4) if words else 0.0


_ONE = re.compile(r"\b(?:one|a single|1)[- ]sentence\b|一句话|一个句子", re.IGNORECASE)


def asked_sentences(instruction: str) -> int:
    """How many sentences a summary may have: one where the instruction says so, else two."""
    return 1 if _ONE.search(instruction) else 2


def asked_length(instruction: str, lang: Lang) -> int | None:
    """A limit in characters, where the instruction names one ("20 words", "30 字以内")."""
    match = re.search(r"(\d+)\s*(?:个)?(words?|characters?|字|汉字)", instruction)
    if not match:
        return None
    return int(match.group(1)) * (6 if match.group(2).startswith("word") and lang == "en" else 1)

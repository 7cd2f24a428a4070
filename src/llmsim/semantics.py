"""Meaning without a model: words of both languages that stand for one idea count as the same.

The glossary gives the ideas, so a Chinese question finds an English passage and "rainproof" finds "waterproof".
Retrieval, embeddings and the answers share this notion of similarity.
"""

import re
from collections import Counter
from functools import cache, lru_cache

from llmsim.corpus import corpus, glossary
from llmsim.text import is_function_word, terms

# What a question word looks for in an answer.
_LOOKS_FOR = {
    ("how long", "多久", "多长时间", "几天", "多少天"): "days hours month year 天 小时 年 月",
    ("how much", "多少钱", "什么价", "how expensive"): "costs yuan price 售价 费用 元",
    ("how heavy", "weigh", "多重", "有多轻"): "weight grams kg 重 克 公斤",
    ("how warm", "how cold", "多冷", "多少度"): "temperature degrees 温标 度",
    (
        "who makes",
        "who supplies",
        "supplier",
        "谁生产",
        "谁供应",
        "供应商",
        "厂家",
    ): "makes weaves builds fills supplies 生产 织造 供应",
}


@cache
def _ideas() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern that finds every known word, longest first, and the idea of each."""
    idea: dict[str, str] = {}
    for number, term in enumerate(glossary()):
        if is_function_word(term.en[0]):
            continue
        for word in (*term.en, *(f"{word}s" for word in term.en), *term.zh):
            idea.setdefault(word.lower(), f"#{number}")
    # Names after common words: "tent" is the same idea in both languages, although one product is called so for short.
    for entity in corpus().entities.values():
        for name in entity.names:
            idea.setdefault(name.lower(), f"@{entity.id}")
    alternatives = [
        rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)
        for word in sorted(idea, key=len, reverse=True)
    ]
    return re.compile("|".join(alternatives), re.IGNORECASE), idea


@lru_cache(maxsize=4096)
def ideas(text: str) -> frozenset[str]:
    """The ideas and the remaining words of a text."""
    return frozenset(weights(text))


def weights(text: str) -> Counter[str]:
    """How often each idea, or word that stands for none, is in a text."""
    pattern, idea = _ideas()
    found: Counter[str] = Counter(idea[match.group().lower()] for match in pattern.finditer(text))
    found.update(terms(pattern.sub(" ", text)))
    return found


def affinity(question: str, passage: str) -> float:
    """How much of what a question is about a passage has, from 0 to 1."""
    asked = ideas(question)
    if not asked:
        return 0.0
    have = ideas(passage)
    lower = question.lower()
    sought = " ".join(answer for asks, answer in _LOOKS_FOR.items() if any(word in lower for word in asks))
    bonus = 0.25 if sought and ideas(sought) & have else 0.0
    return min(1.0, len(asked & have) / len(asked) + bonus)

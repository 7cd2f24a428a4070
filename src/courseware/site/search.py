"""What jieba has to know so that the search finds what is there.

Material indexes the words that jieba cuts, and its engine matches a word only from its start. So a compound must be cut
into its words (otherwise 循环 does not find 事件循环), and a term must be cut alike wherever it stands.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

import jieba

TERMS = (
    "并发",
    "限流",
    "降级",
    "协程",
    "线程",
    "异步",
    "重试",
    "超时",
    "回退",
    "分支",
    "合并",
    "归约",
    "等待",
    "键",
)
"""Short terms of the course, each one word."""
COMPOUNDS = (
    "并行执行",
    "并发执行",
    "事件循环",
    "线程池",
    "虚拟时钟",
    "结果合并",
    "错误处理",
    "单飞行",
    "连接池",
    "时间线",
)
"""Terms of the course made of words that readers search for by themselves."""


def teach(glossary: Iterable[str] = ()) -> None:
    """Teach jieba the course's terms and the Chinese words of the glossary."""
    jieba.setLogLevel(logging.WARNING)
    for term in sorted(
        {*TERMS, *COMPOUNDS, *filter(_is_chinese, glossary)}, key=lambda term: (len(term), term)
    ):
        parts = max(_splits(term), key=_plausible, default=(term,)) if len(term) > 2 else (term,)
        for part in parts:
            if len(part) > 1:
                jieba.suggest_freq(part, tune=True)
        if len(parts) > 1:
            jieba.suggest_freq(parts, tune=True)


def _is_chinese(term: str) -> bool:
    return bool(term) and all("\u4e00" <= letter <= "\u9fff" for letter in term)


def _splits(term: str) -> Iterator[tuple[str, ...]]:
    """Every way to cut a term into two dictionary words, and those into two again."""
    for at in range(1, len(term)):
        left, right = term[:at], term[at:]
        if jieba.get_FREQ(left) and jieba.get_FREQ(right) and max(len(left), len(right)) > 1:
            yield (left, right)
            yield from ((*more, right) for more in _splits(left) if len(left) > 2)
            yield from ((left, *more) for more in _splits(right) if len(right) > 2)


def _plausible(parts: tuple[str, ...]) -> tuple[int, int]:
    """Few single characters first, then the commoner of the rarer words."""
    return (-sum(len(part) == 1 for part in parts), min(jieba.get_FREQ(part) or 0 for part in parts))

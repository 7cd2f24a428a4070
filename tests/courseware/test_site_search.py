"""jieba and the search's settings: a word is found wherever it stands, also inside a compound."""

from __future__ import annotations

import jieba
import pytest

from courseware.site.search import teach


@pytest.fixture(autouse=True, scope="module")
def taught() -> None:
    teach(["结构化并发", "扇出", "event loop"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("并行执行机制", ["并行", "执行", "机制"]),
        ("事件循环", ["事件", "循环"]),
        ("线程池的大小", ["线程", "池", "的", "大小"]),
        ("连接池", ["连接", "池"]),
        ("虚拟时钟", ["虚拟", "时钟"]),
        ("结果合并策略", ["结果", "合并", "策略"]),
        ("错误处理", ["错误", "处理"]),
        ("时间线", ["时间", "线"]),
        ("结构化并发", ["结构化", "并发"]),
        ("被限流之后降级", ["被", "限流", "之后", "降级"]),
    ],
)
def test_compounds_are_cut_into_the_words_readers_search_for(text: str, words: list[str]) -> None:
    assert jieba.lcut(text) == words


def test_what_jieba_knew_stays_one_word() -> None:
    assert jieba.lcut("异步编程") == ["异步", "编程"]
    assert jieba.lcut("概率") == ["概率"]

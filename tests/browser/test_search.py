"""Search finds what is there: the built site's index, asked through the engine that the site ships."""

from __future__ import annotations

import pytest

from tests.browser.serving import SITE
from tests.searching import found, holding, texts

QUERIES = {
    "zh": [
        *(
            "并行",
            "并发",
            "执行",
            "并行执行",
            "事件循环",
            "循环",
            "线程",
            "线程池",
            "协程",
            "分支",
            "结果",
            "取消",
        ),
        *("异常", "等待", "虚拟时钟", "信号量", "调度", "阻塞", "字典", "超时", "默认", "并发上限"),
        *(
            "RunnableParallel",
            "Parallel",
            "RunnableLambda",
            "max_concurrency",
            "concurrency",
            "ainvoke",
            "invoke",
        ),
        *("asyncio.gather", "gather", "ThreadPoolExecutor", "afunc", "time.sleep", "langchain-core", "GIL"),
        *(
            "RunnableParallel 分支",
            "ainvoke 取消",
            "线程池 invoke",
            "max_concurrency 线程",
            "asyncio 事件循环",
        ),
    ],
    "en": [
        *(
            "parallel",
            "concurrent",
            "thread",
            "pool",
            "coroutine",
            "cancel",
            "branch",
            "waiting",
            "slowest",
            "with",
        ),
        *(
            "RunnableParallel",
            "RunnableLambda",
            "max_concurrency",
            "ainvoke",
            "invoke",
            "asyncio.gather",
            "GIL",
        ),
        *("event loop", "thread pool", "ainvoke cancel", "semaphore limit"),
    ],
}


@pytest.mark.parametrize("lang", QUERIES)
def test_every_page_that_holds_the_words_is_found(lang: str) -> None:
    answers, pages = found(SITE / lang, QUERIES[lang]), texts(SITE / lang)

    expected = {query: holding(pages, query) for query in QUERIES[lang]}
    assert {query for query in QUERIES[lang] if not expected[query]} == set(), "queries that test nothing"
    missed = {
        query: expected[query] - answers[query] for query in QUERIES[lang] if expected[query] - answers[query]
    }
    assert missed == {}


def test_what_is_not_there_is_not_found() -> None:
    assert found(SITE / "zh", ["zzyzx"])["zzyzx"] == set()

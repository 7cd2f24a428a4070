"""A user's program as a strict type checker sees it; `assert_type` says what must be inferred."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, assert_type

from fanout import (
    Adaptive,
    Batching,
    CircuitBreaker,
    Lambda,
    Map,
    Outcomes,
    Parallel,
    Quorum,
    Race,
    RateLimiter,
    Step,
    passthrough,
)
from fanout.merge import append


def search(query: str) -> list[str]:
    return [f"vector: {query}"]


async def browse(query: str) -> list[str]:
    return [f"web: {query}"]


async def tokens(query: str) -> AsyncIterator[str]:
    yield query


def count(results: list[str]) -> int:
    return len(results)


def embed(texts: list[str]) -> list[float]:
    return [float(len(text)) for text in texts]


def policies() -> None:
    chain: Step[str, list[str]] = Lambda(search)
    sturdy = chain.with_timeout(1).with_retry(3, on=(OSError, TimeoutError)).with_fallbacks([lambda _: []])
    assert_type(sturdy.invoke("q"), list[str])
    assert_type(chain.with_limit(RateLimiter(60)).with_limit(Adaptive(4)).invoke("q"), list[str])
    assert_type(chain.with_hedge(0.1).with_breaker(CircuitBreaker()).invoke("q"), list[str])
    cached = chain.with_cache(ttl=60, key=str.lower)
    assert_type(cached.invoke("q"), list[str])
    cached.clear()
    with ThreadPoolExecutor(1) as pool:
        assert_type(chain.on(pool).invoke("q"), list[str])
    assert_type(Batching(embed, size=8), Batching[str, float])
    assert_type(Parallel(a=chain).with_retry(2).invoke("q"), dict[str, Any])


def main() -> dict[str, Any]:
    policies()
    assert_type(Lambda(search), Lambda[str, list[str]])
    assert_type(Lambda(browse), Lambda[str, list[str]])
    assert_type(Lambda(tokens), Lambda[str, str])

    chain = Lambda(search) | count
    assert_type(chain, Step[str, int])
    assert_type(Lambda(browse) | count | str, Step[str, str])
    assert_type(chain.invoke("q"), int)
    assert_type(chain.batch(["q"]), list[int])
    assert_type(chain.batch(["q"], errors="collect"), Outcomes[int])
    assert_type(chain.map(limit=4), Map[str, int])
    assert_type(Race(a=search, b=search).invoke("q"), list[str])
    assert_type(Race(a=browse, b=browse), Race[str, list[str]])
    assert_type(Race(a=Lambda(search), b=browse), Race[str, list[str]])
    assert_type(Map(browse), Map[str, list[str]])
    assert_type(Lambda(lambda _: 1).invoke("anything"), int)
    assert_type(Quorum(1, a=search, b=search).invoke("q"), dict[str, list[str]])

    retrieve = Parallel(vector=search, web=Lambda(lambda q: [f"web: {q}"]))
    assert_type(retrieve, Parallel[Any, dict[str, Any]])
    assert_type(Parallel(a=search, errors="collect"), Parallel[Any, Outcomes[Any]])
    assert_type(Parallel(a=search, merge=append), Parallel[Any, list[Any]])
    assert_type((passthrough | {"a": search}).invoke("q"), dict[str, Any])

    async def asynchronous() -> int:
        result = await (Lambda(browse) | count).ainvoke("q")
        assert_type(result, int)
        return result

    assert asyncio.run(asynchronous()) == 1
    return retrieve.invoke("q")

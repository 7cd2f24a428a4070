"""Retrievers with latency over the bundled corpus, for retrieval from several sources at once."""

import asyncio
import time
from collections import Counter
from functools import cached_property
from threading import Lock
from typing import Any, ClassVar, Literal

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from llmsim.latency import Latency
from llmsim.retrieval import Hit, graph_index, keyword_index, vector_index
from llmsim.runclock import RunClock
from llmsim.seeds import generator
from llmsim.text import Lang, language


class RetrieverUnavailableError(RuntimeError):
    """The store behind a retriever did not answer (on purpose: see `error_rate`)."""


class SimulatedRetriever(BaseRetriever):
    """What the three retrievers share: latency and errors drawn per query from a seed, and the form of documents.

    `k` documents at most (also as an argument of `invoke`); `lang` is the language of the texts, by default the
    query's.  `kinds` keeps to some kinds of documents (product, policy, review, supplier, guide).
    """

    model_config = ConfigDict(ignored_types=(cached_property,))

    source: ClassVar[str] = ""
    k: int = 3
    lang: Literal["zh", "en"] | None = None
    kinds: tuple[str, ...] = ()
    latency: Latency = Latency()
    error_rate: float = Field(default=0.0, ge=0, le=1)
    seed: int = 0

    @cached_property
    def _calls(self) -> Counter[str]:
        return Counter()

    @cached_property
    def _clock(self) -> RunClock:
        return RunClock()

    @cached_property
    def _lock(self) -> Any:
        return Lock()

    def _hits(self, query: str, k: int, lang: Lang) -> list[Hit]:
        raise NotImplementedError

    def _fate(self, query: str) -> tuple[float, bool]:
        """Seconds this search takes, and whether it fails at their end."""
        with self._lock:
            if self._clock.tick():
                self._calls.clear()
            nth = self._calls[query]
            self._calls[query] += 1
        rng = generator(self.seed, self.source, query, nth)
        return self.latency.draw(rng).ttft, rng.random() < self.error_rate

    def _found(self, query: str, failed: bool, k: int | None) -> list[Document]:
        if failed:
            raise RetrieverUnavailableError(f"the {self.source} store is unavailable")
        lang = self.lang or language(query)
        wanted = self.k if k is None else k
        hits = self._hits(query, wanted if not self.kinds else 10_000, lang)
        kept = [hit for hit in hits if not self.kinds or hit.document.kind in self.kinds][:wanted]
        return [_document(hit, lang, self.source) for hit in kept]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        seconds, failed = self._fate(query)
        time.sleep(seconds)
        return self._found(query, failed, k)

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        seconds, failed = self._fate(query)
        await asyncio.sleep(seconds)
        return self._found(query, failed, k)


def _document(hit: Hit, lang: Lang, source: str) -> Document:
    metadata = {
        "source": source, "kind": hit.document.kind, "title": hit.document.title[lang], "score": round(hit.score, 4)
    }  # fmt: skip
    if hit.path:
        metadata["path"] = list(hit.path)
    return Document(id=hit.document.id, page_content=hit.document.text(lang), metadata=metadata)


class VectorRetriever(SimulatedRetriever):
    """By meaning: finds synonyms and across languages, and always finds something."""

    source: ClassVar[str] = "vector"
    latency: Latency = Latency(ttft=0.12, sigma=0.3, tail=0.03)

    def _hits(self, query: str, k: int, lang: Lang) -> list[Hit]:
        return vector_index().search(query, k)


class KeywordRetriever(SimulatedRetriever):
    """By the words as written: fast, exact, blind to synonyms, and perhaps empty-handed."""

    source: ClassVar[str] = "keyword"
    latency: Latency = Latency(ttft=0.04, sigma=0.2, tail=0.01)

    def _hits(self, query: str, k: int, lang: Lang) -> list[Hit]:
        return keyword_index().search(query, k, lang)


class GraphRetriever(SimulatedRetriever):
    """Along relations from the things a query names, up to `depth` steps: slow, and finds what no wording shares."""

    source: ClassVar[str] = "graph"
    latency: Latency = Latency(ttft=0.35, sigma=0.35, tail=0.05)
    depth: int = Field(default=2, ge=0)

    def _hits(self, query: str, k: int, lang: Lang) -> list[Hit]:
        return graph_index().search(query, k, self.depth)

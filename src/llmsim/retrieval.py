"""Three ways to search the corpus: by meaning, by words, along relations.  Pure functions, no waiting."""

import math
import re
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from llmsim.corpus import Corpus, Document, corpus
from llmsim.semantics import affinity, weights
from llmsim.text import Lang, terms


@dataclass(frozen=True)
class Hit:
    """A document found: its score (higher is better; only comparable within one search) and how it was found."""

    document: Document
    score: float
    path: tuple[str, ...] = field(default=())


class VectorIndex:
    """Cosine similarity of TF-IDF vectors over ideas, so that synonyms and both languages meet."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        counted = [weights(" ".join([*d.title.values(), d.text("en"), d.text("zh")])) for d in documents]
        seen = Counter(idea for count in counted for idea in count)
        self._rarity = {idea: math.log((1 + len(documents)) / (1 + n)) + 1 for idea, n in seen.items()}
        self._vectors = [self._unit(count) for count in counted]

    def _unit(self, count: Mapping[str, int]) -> dict[str, float]:
        raw = {idea: (1 + math.log(n)) * self._rarity.get(idea, 0.0) for idea, n in count.items()}
        length = math.sqrt(sum(v * v for v in raw.values())) or 1.0
        return {idea: v / length for idea, v in raw.items()}

    def search(self, query: str, k: int) -> list[Hit]:
        """The k nearest documents; there are always k, as with any vector search, however far they are."""
        asked = self._unit(weights(query))
        scored = (sum(v * vector.get(idea, 0.0) for idea, v in asked.items()) for vector in self._vectors)
        return _best(zip(self.documents, scored, strict=True), k)


class KeywordIndex:
    """BM25 (Robertson and Zaragoza, 2009; k1 = 1.2, b = 0.75) over the words as written, one language at a time."""

    K1, B = 1.2, 0.75

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self._counts = {
            lang: [Counter(terms(d.title[lang] + " " + d.text(lang))) for d in documents]
            for lang in ("en", "zh")
        }

    def search(self, query: str, k: int, lang: Lang) -> list[Hit]:
        """Up to k documents that share a word with the query; perhaps none."""
        counts = self._counts[lang]
        average = sum(c.total() for c in counts) / len(counts)
        asked = set(terms(query))
        rarity = {w: self._rarity(sum(w in c for c in counts), len(counts)) for w in asked}
        scored = []
        for document, count in zip(self.documents, counts, strict=True):
            norm = self.K1 * (1 - self.B + self.B * count.total() / average)
            score = sum(rarity[w] * count[w] * (self.K1 + 1) / (count[w] + norm) for w in asked if w in count)
            scored.append((document, score))
        return [hit for hit in _best(scored, k) if hit.score > 0]

    @staticmethod
    def _rarity(n: int, total: int) -> float:
        return math.log(1 + (total - n + 0.5) / (n + 0.5))


class GraphIndex:
    """Walks the relations from the entities that a query names, nearest first."""

    def __init__(self, source: Corpus) -> None:
        self._source = source
        self._named = {
            name.lower(): entity.id for entity in source.entities.values() for name in entity.names
        }
        longest_first = sorted(self._named, key=len, reverse=True)
        self._names = re.compile("|".join(map(_whole, longest_first)), re.IGNORECASE)
        self._edges: dict[str, list[tuple[str, str]]] = {id: [] for id in source.entities}
        for a, relation, b in source.relations:
            self._edges[a].append((f"{a} -{relation}-> {b}", b))
            self._edges[b].append((f"{b} <-{relation}- {a}", a))

    def mentioned(self, query: str) -> list[str]:
        """The entities that a query names, in its order."""
        return list(
            dict.fromkeys(self._named[match.group().lower()] for match in self._names.finditer(query))
        )

    def search(self, query: str, k: int, depth: int = 2) -> list[Hit]:
        """Up to k documents about the named entities or their neighbours; `path` says how each was reached.

        One document of each entity comes before further ones of the same, nearest entities first, and among equals
        the one closer to the query: what is new here is the neighbourhood.
        """
        paths: dict[str, tuple[str, ...]] = dict.fromkeys(self.mentioned(query), ())
        queue = deque(paths)
        while queue:
            here = queue.popleft()
            if len(paths[here]) >= depth:
                continue
            for step, there in self._edges[here]:
                if there not in paths:
                    paths[there] = (*paths[here], step)
                    queue.append(there)
        seen: Counter[str] = Counter()
        hits = []
        for document in self._source.documents:
            reached = [id for id in document.about if id in paths]
            if reached:
                nearest = min(reached, key=lambda id: len(paths[id]))
                path = paths[nearest]
                close = 0.05 * affinity(query, f"{document.text('en')} {document.text('zh')}")
                hits.append(Hit(document, 1 / (1 + len(path) + 1.5 * seen[nearest]) + close, path))
                seen[nearest] += 1
        return sorted(hits, key=lambda hit: -hit.score)[:k]


def _whole(name: str) -> str:
    return rf"\b{re.escape(name)}\b" if name.isascii() else re.escape(name)


def _best(scored: Iterable[tuple[Document, float]], k: int) -> list[Hit]:
    return sorted((Hit(document, score) for document, score in scored), key=lambda hit: -hit.score)[:k]


@cache
def vector_index() -> VectorIndex:
    """The corpus by meaning."""
    return VectorIndex(corpus().documents)


@cache
def keyword_index() -> KeywordIndex:
    """The corpus by words."""
    return KeywordIndex(corpus().documents)


@cache
def graph_index() -> GraphIndex:
    """The corpus by relations."""
    return GraphIndex(corpus())

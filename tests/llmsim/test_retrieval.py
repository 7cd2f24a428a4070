"""Three ways to search, each good at something else; and the corpus they search."""

from typing import Any

import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableParallel
from langchain_tests.integration_tests import RetrieversIntegrationTests

from fanout.clock import simulate
from llmsim import GraphRetriever, KeywordRetriever, Latency, VectorRetriever
from llmsim.corpus import corpus, glossary
from llmsim.embedding import embed
from llmsim.langchain_retrievers import RetrieverUnavailableError, SimulatedRetriever
from llmsim.text import language

INSTANT = Latency.fixed(0.0)


def found(retriever: SimulatedRetriever, query: str, **options: Any) -> list[str]:
    return [document.id or "" for document in retriever.invoke(query, **options)]


class _Standard(RetrieversIntegrationTests):
    kind: type[BaseRetriever]

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return self.kind

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"latency": INSTANT}

    @property
    def retriever_query_example(self) -> str:
        return "Cirrus tent waterproof"

    test_ainvoke_returns_documents = pytest.mark.asyncio(
        RetrieversIntegrationTests.test_ainvoke_returns_documents
    )


class TestVectorStandard(_Standard):
    kind = VectorRetriever


class TestKeywordStandard(_Standard):
    kind = KeywordRetriever


class TestGraphStandard(_Standard):
    kind = GraphRetriever


def test_vectors_meet_across_languages_where_keywords_do_not() -> None:
    query = "冲锋衣渗水"
    assert found(VectorRetriever(latency=INSTANT), query)[0] == "rev-squall-2"
    english = KeywordRetriever(latency=INSTANT, lang="en")
    assert found(english, query) == []
    assert found(english, "leaked shoulders rain")[0] == "rev-squall-2"


def test_the_graph_reaches_what_no_wording_shares() -> None:
    # Why does the Beacon fail in winter?  Its supplier's page says it, without naming the season's complaint.
    documents = GraphRetriever(latency=INSTANT, k=10).invoke("Beacon")
    paths = {document.id: document.metadata.get("path") for document in documents}
    assert paths["prod-beacon"] is None
    assert paths["sup-lumina"] is None or paths["sup-lumina"] == ["beacon <-supplies- lumina"]
    far = GraphRetriever(latency=INSTANT, k=20).invoke("北磨纺织")
    assert {"prod-cirrus", "prod-squall", "prod-atlas"} <= {document.id for document in far}
    assert found(GraphRetriever(latency=INSTANT), "nothing of the shop") == []


@pytest.mark.parametrize(
    "query", ["Why does the Squall leak at the shoulders?", "飑线冲锋衣为什么肩膀渗水？", "the jacket leaks"]
)
def test_the_graph_brings_the_neighbourhood_and_not_only_more_of_the_same(query: str) -> None:
    assert found(GraphRetriever(latency=INSTANT), query)[:2] == ["prod-squall", "sup-northmill"]


@pytest.mark.parametrize(
    ("english", "chinese"), [("tent", "帐篷"), ("boots", "徒步靴"), ("headlamp", "头灯")]
)
def test_common_names_reach_the_graph_in_either_language(english: str, chinese: str) -> None:
    graph = GraphRetriever(latency=INSTANT)
    assert found(graph, f"my {english}") == found(graph, f"我的{chinese}") != []


def test_plurals_and_returns_are_searched_for() -> None:
    assert found(VectorRetriever(latency=INSTANT), "How long do refunds take?")[0] == "pol-returns"
    assert found(KeywordRetriever(latency=INSTANT), "return")[0].startswith("pol-")


def test_documents_come_in_the_querys_language_or_the_one_asked_for() -> None:
    retriever = VectorRetriever(latency=INSTANT, k=1)
    assert retriever.invoke("Can I return a used stove?")[0].page_content.isascii()
    assert language(retriever.invoke("用过的炉具能退吗")[0].page_content) == "zh"
    assert language(VectorRetriever(latency=INSTANT, lang="zh").invoke("returns")[0].page_content) == "zh"


def test_kinds_narrow_the_search() -> None:
    reviews = VectorRetriever(latency=INSTANT, k=4, kinds=("review",)).invoke("battery")
    assert {document.metadata["kind"] for document in reviews} == {"review"}
    assert len(reviews) == 4


def test_several_sources_at_once_take_as_long_as_the_slowest() -> None:
    sources = RunnableParallel(
        vector=VectorRetriever(latency=Latency.fixed(0.12)),
        keyword=KeywordRetriever(latency=Latency.fixed(0.04)),
        graph=GraphRetriever(latency=Latency.fixed(0.35)),
    )
    assert simulate(sources.ainvoke("Squall leaks")).elapsed == 0.35
    assert simulate(sources.invoke, "Squall leaks").elapsed == 0.35


def test_failures_and_latency_repeat_with_the_run() -> None:
    retriever = VectorRetriever(error_rate=0.5, seed=3)

    async def outcomes() -> list[str]:
        seen = []
        for number in range(12):
            try:
                await retriever.ainvoke(f"tent {number}")
                seen.append("ok")
            except RetrieverUnavailableError:
                seen.append("failed")
        return seen

    first, second = simulate(outcomes()), simulate(outcomes())
    assert set(first.value) == {"ok", "failed"}
    assert (first.value, first.elapsed) == (second.value, second.elapsed)


def test_the_corpus_is_whole_and_bilingual() -> None:
    shop = corpus()
    assert len(shop.documents) >= 40
    assert len({document.id for document in shop.documents}) == len(shop.documents)
    for document in shop.documents:
        assert len(document.en) == len(document.zh), document.id
        assert language(document.text("zh")) == "zh"
        assert language(document.text("en")) == "en"
        assert set(document.about) <= set(shop.entities), document.id
    for a, _, b in shop.relations:
        assert {a, b} <= set(shop.entities)
    named = [name for entity in shop.entities.values() for name in {name.lower() for name in entity.names}]
    assert len(named) == len(set(named)), "two entities share a name"
    words = [word.lower() for term in glossary() for word in (*term.en, *term.zh)]
    assert len(words) == len(set(words)), "a word stands for two ideas"


def test_embeddings_have_unit_length_and_the_dimensions_asked_for() -> None:
    for text in ("waterproof tent", "防水", "", "?!"):
        for dimensions in (8, 256):
            vector = embed(text, dimensions)
            assert len(vector) == dimensions
            assert sum(v * v for v in vector) == pytest.approx(1.0)

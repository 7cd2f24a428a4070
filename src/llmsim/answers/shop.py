"""What the simulated models know without being told: the shop of the corpus, and this course's vocabulary."""

import json
import re
from functools import cache
from importlib.resources import files

from llmsim.corpus import corpus
from llmsim.retrieval import graph_index
from llmsim.semantics import affinity
from llmsim.text import Lang

_DESCRIBE = re.compile(r"descri|introduc|tell me about|what is|介绍|描述|是什么|文案", re.IGNORECASE)
_SUPPLIER = re.compile(r"\bsuppl|\bwho makes\b|\bmade by\b|供应|厂家|谁生产|谁做", re.IGNORECASE)
_KINDS = {
    "product": "product 产品 商品",
    "policy": "policy 政策",
    "supplier": "supplier 供应商",
    "place": "store 门店",
}


@cache
def names() -> dict[str, str]:
    """The shop's proper names with their types; common nouns among the aliases are left out."""
    kinds = {"shop", "product", "supplier", "place"}
    return {
        name: entity.type
        for entity in corpus().entities.values()
        if entity.type in kinds
        for name in (entity.en, entity.zh, *(alias for alias in entity.aliases if alias[:1].isupper()))
    }


def kinds(text: str) -> str:
    """What sorts of things of the shop a text names, as words."""
    return " ".join(_KINDS.get(corpus().entities[id].type, "") for id in graph_index().mentioned(text))


def known(text: str, lang: Lang) -> tuple[str, ...]:
    """The sentences that answer a question about the shop or the course's terms, if some clearly do."""
    mentioned = graph_index().mentioned(text)
    documents = [
        document
        for document in corpus().documents
        if document.kind in ("product", "policy") and not set(document.about).isdisjoint(mentioned)
    ]
    if _SUPPLIER.search(text):  # who makes a thing is a step away from it
        near = (hit.document for hit in graph_index().search(text, 20, depth=1))
        lines = [
            line
            for document in near
            if document.kind == "supplier"
            for line in (document.zh if lang == "zh" else document.en)
        ]
        if lines:
            return (max(lines, key=lambda line: affinity(text, line)),)
    if documents and _DESCRIBE.search(text):
        return documents[0].zh if lang == "zh" else documents[0].en
    # What is asked about the thing decides between its lines, not its name, which all of them could have.
    asked = text
    for name in (name for id in mentioned for name in corpus().entities[id].names):
        asked = re.sub(re.escape(name), " ", asked, flags=re.IGNORECASE)
    policies = [document for document in documents if document.kind == "policy"]
    for question, where in ((asked, documents), (text, policies)):
        lines = [line for document in where for line in (document.zh if lang == "zh" else document.en)]
        best = max(lines, key=lambda line: affinity(question, line), default="")
        if best and affinity(question, best) >= 0.2:
            return (best,)
    return _definition(text, lang)


def _definition(text: str, lang: Lang) -> tuple[str, ...]:
    """The definition of the term of the course that a text asks about; the longest one named wins."""
    lower = text.lower()
    found = [(len(name), entry) for name, entry in _terms().items() if _names(lower, name)]
    return (max(found, key=lambda pair: pair[0])[1][lang],) if found else ()


def _names(text: str, term: str) -> bool:
    if term.isascii():  # "average" does not speak of RAG
        return re.search(rf"(?<![a-z]){re.escape(term)}s?(?![a-z])", text) is not None
    return term in text


@cache
def _terms() -> dict[str, dict[Lang, str]]:
    entries = json.loads(files("llmsim.answers").joinpath("knowledge.json").read_text("utf-8"))
    return {
        name.lower(): {"zh": entry["zh"], "en": entry["en"]} for entry in entries for name in entry["names"]
    }

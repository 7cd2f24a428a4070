"""A small bilingual corpus: the products, policies, reviews and suppliers of an invented outdoor shop."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from llmsim.text import Lang


@dataclass(frozen=True)
class Entity:
    """A thing documents speak of, with its names in both languages."""

    id: str
    type: str
    en: str
    zh: str
    aliases: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return (self.en, self.zh, *self.aliases)


@dataclass(frozen=True)
class Document:
    """A short text in both languages; sentence n of one is sentence n of the other."""

    id: str
    kind: str
    about: tuple[str, ...]
    title: Mapping[str, str]
    en: tuple[str, ...]
    zh: tuple[str, ...]

    def text(self, lang: Lang) -> str:
        """The text in one language."""
        return "".join(self.zh) if lang == "zh" else " ".join(self.en)


@dataclass(frozen=True)
class Corpus:
    """Everything, as loaded from the package.  `relations` are (entity, relation, entity)."""

    entities: Mapping[str, Entity]
    relations: tuple[tuple[str, str, str], ...]
    documents: tuple[Document, ...]

    def of_kind(self, kind: str) -> tuple[Document, ...]:
        """The documents of one kind: product, policy, review, supplier or guide."""
        return tuple(d for d in self.documents if d.kind == kind)

    def __getitem__(self, id: str) -> Document:
        return next(d for d in self.documents if d.id == id)


@dataclass(frozen=True)
class Term:
    """Words of both languages for one idea; the first of each is the usual one."""

    en: tuple[str, ...]
    zh: tuple[str, ...]


def _read(name: str) -> str:
    return files("llmsim.corpus").joinpath(name).read_text("utf-8")


@cache
def corpus() -> Corpus:
    """The bundled corpus."""
    raw = json.loads(_read("corpus.json"))
    entities = {e["id"]: Entity(**{**e, "aliases": tuple(e["aliases"])}) for e in raw["entities"]}
    documents = (
        Document(d["id"], d["kind"], tuple(d["about"]), d["title"], tuple(d["en"]), tuple(d["zh"]))
        for d in raw["documents"]
    )
    return Corpus(entities, tuple((a, r, b) for a, r, b in raw["relations"]), tuple(documents))


@cache
def glossary() -> tuple[Term, ...]:
    """The bundled glossary: the shop's vocabulary in both languages."""
    return tuple(Term(tuple(t["en"]), tuple(t["zh"])) for t in json.loads(_read("glossary.json")))

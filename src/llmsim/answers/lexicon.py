"""The word lists behind sentiment and topics (`lexicon.json`)."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from llmsim.text import Lang


@dataclass(frozen=True)
class Topic:
    """A topic: its name in both languages, and the words that show it."""

    en: str
    zh: str
    words: tuple[str, ...]

    def name(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Lexicon:
    """Words of both languages together; a text has the ones it has."""

    positive: frozenset[str]
    negative: frozenset[str]
    negation: frozenset[str]
    but: frozenset[str]
    topics: tuple[Topic, ...]


@cache
def lexicon() -> Lexicon:
    """The bundled lists."""
    raw = json.loads(files("llmsim.answers").joinpath("lexicon.json").read_text("utf-8"))

    def both(name: str) -> frozenset[str]:
        return frozenset(raw[name]["en"]) | frozenset(raw[name]["zh"])

    topics = tuple(Topic(t["en"], t["zh"], tuple(t["words"])) for t in raw["topics"])
    return Lexicon(both("positive"), both("negative"), both("negation"), both("but"), topics)

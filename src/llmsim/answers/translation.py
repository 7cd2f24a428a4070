"""Translation between Chinese and English: sentences known from the corpus exactly, others word by word.

A word-by-word rendering is rough, and honest about it: words that the glossary does not have stay as they are.
"""

import re
from functools import cache
from typing import Any

from llmsim.corpus import corpus, glossary
from llmsim.text import Lang, language, sentences


def translate(text: str, target: Lang, sure: bool) -> dict[str, Any]:
    """The text in the target language.  Unsure: without the corpus's sentences, so rougher."""
    if language(text) == target:
        return {"translation": text.strip(), "target": target}
    memory = _memory(target) if sure else {}
    parts = [_remembered(memory, s, target) or _by_words(s, target) for s in sentences(text)] or [text]
    return {"translation": ("" if target == "zh" else " ").join(parts), "target": target}


def translate_known(text: str, target: Lang) -> str | None:
    """The text in the target language if the corpus has every sentence of it, else None."""
    parts = [_memory(target).get(_key(sentence)) for sentence in sentences(text)]
    if not parts or None in parts:
        return None
    return ("" if target == "zh" else " ").join(part for part in parts if part)


def _remembered(memory: dict[str, str], sentence: str, target: Lang) -> str | None:
    """The known translation, ended as the sentence is: titles have no mark of their own."""
    known = memory.get(_key(sentence))
    if known and sentence[-1] in ".。" and known[-1] not in ".。!！?？":
        known += "。" if target == "zh" else "."
    return known


def _key(sentence: str) -> str:
    return re.sub(r"\W+", "", sentence).lower()


@cache
def _memory(target: Lang) -> dict[str, str]:
    known: dict[str, str] = {}
    for document in corpus().documents:
        pairs = [(document.title["zh"], document.title["en"]), *zip(document.zh, document.en, strict=True)]
        for zh, en in pairs:
            known[_key(zh if target == "en" else en)] = en if target == "en" else zh
    return known


@cache
def equivalents(target: Lang) -> dict[str, str]:
    """Words of the other language and the usual word for each in the target language, longest first."""
    table: dict[str, str] = {}
    for entity in corpus().entities.values():
        table[(entity.zh if target == "en" else entity.en).lower()] = (
            entity.en if target == "en" else entity.zh
        )
    for term in glossary():
        for word in term.zh if target == "en" else term.en:
            table.setdefault(word.lower(), term.en[0] if target == "en" else term.zh[0])
    return dict(sorted(table.items(), key=lambda item: -len(item[0])))


_MARKS = str.maketrans("，。！？；：（）、", ",.!?;:(),")
_MARKS_BACK = str.maketrans(",.!?;:()", "，。！？；：（）")


def _by_words(sentence: str, target: Lang) -> str:
    table = equivalents(target)
    if target == "en":
        found = re.compile("|".join(map(re.escape, table)))
        rough = found.sub(lambda m: f" {table[m.group().lower()]} ", sentence.lower())
        rough = re.sub(r"\s*([，。！？；：、])\s*", r"\1 ", rough).translate(_MARKS)
        rough = re.sub(r"\s+", " ", rough).strip()
        return re.sub(r"\bi\b", "I", rough[:1].upper() + rough[1:])
    found = re.compile(r"\b(?:" + "|".join(map(re.escape, table)) + r")\b", re.IGNORECASE)
    rough = found.sub(
        lambda m: table[m.group().lower()], re.sub(r"\b(?:the|a|an)\s+", "", sentence, flags=re.IGNORECASE)
    )
    rough = re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", rough)
    if re.search(r"\d\.\d", rough):
        return rough
    return re.sub(r"(?<=[，。！？；：])\s+", "", rough.translate(_MARKS_BACK))

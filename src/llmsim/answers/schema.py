"""Filling a JSON schema: fields with a known name get the task's result, the others what the text offers."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from llmsim.answers.brief import Brief
from llmsim.answers.grounded import classify
from llmsim.answers.reading import label_name
from llmsim.text import sentences

Facts = Callable[[str], dict[str, Any]]
Schema = Mapping[str, Any]

# Field names (as a pattern) → the task and the entry of its result.
_FIELDS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), task, entry)
    for pattern, task, entry in (
        (r"^(?:sentiment|polarity|mood|tone|emotion|情感|情绪)", "sentiment", "sentiment"),
        (r"confidence|certainty|置信", "sentiment", "confidence"),
        (r"^(?:topics?|themes?|tags?|aspects?|主题|话题|标签)", "topics", "topics"),
        (r"^(?:key_?words?|关键词)", "keywords", "keywords"),
        (r"entit|^(?:实体)", "entities", "entities"),
        (r"summar|abstract|gist|tl_?dr|摘要|总结", "summary", "summary"),
        (r"translat|译", "translate", "translation"),
        (r"^(?:setup)$", "joke", "setup"),
        (r"^(?:punch_?line)$", "joke", "punchline"),
        (r"^(?:title|headline|subject|标题)$", "title", "title"),
        (r"sub_?questions?|queries|questions|子问题", "questions", "questions"),
        (r"^(?:pros|strengths|advantages|优点)", "pros_cons", "pros"),
        (r"^(?:cons|weaknesses|drawbacks|issues|complaints|problems|缺点|问题)", "pros_cons", "cons"),
        (r"^(?:reply|response|email|回复)$", "reply", "reply"),
        (r"winner|better|preferred", "judge", "winner"),
        (r"^(?:passed|ok|correct|relevant|acceptable)$", "judge", "passed"),
        (r"sources?|citations?|来源", "rag", "sources"),
    )
)
_REASON = re.compile(r"reason|explanation|justification|rationale|why|理由|依据|解释", re.IGNORECASE)
_SCORE = re.compile(r"score|rating|grade|mark|stars|分", re.IGNORECASE)
_ANSWER = re.compile(r"^(?:answer|result|output|text|content|message|答案|回答)$", re.IGNORECASE)
_QUOTED = re.compile(r"['\"“「‘《]([^'\"”」’》\n]{1,80})['\"”」’》]")
_NAME = re.compile(
    r"(?:\b(?:in|for|of|at|from|to|about|named|called|is)\s+)?\b([A-Z][\w.]*(?:\s+[A-Z][\w.]*)*(?:,\s?[A-Z]{2}\b)?)"
)
_SKIP = frozenset(
    (
        "What", "Which", "Who", "Where", "When", "Why", "How", "Is", "Are", "Do", "Does", "Can", "Could", "Tell",
        "Give", "Using", "Use", "Create", "Make", "Get", "Find", "Please", "The", "A", "An", "I", "If", "Extract",
        "Analyse", "Analyze", "Write",
    )
)  # fmt: skip


class _Numbers:
    """The numbers of a text, handed out in order; the last one is repeated when they run out."""

    def __init__(self, text: str) -> None:
        self._left = re.findall(r"-?\d+(?:\.\d+)?", text)
        self._last = "1"

    def next(self) -> float:
        if self._left:
            self._last = self._left.pop(0)
        return float(self._last)


def fill(schema: Schema, brief: Brief, facts: Facts) -> Any:
    """A value that fits the schema (objects, arrays, enums, unions, references; text, numbers, booleans)."""
    return _Filler(schema, brief, facts).value(schema, "")


class _Filler:
    def __init__(self, root: Schema, brief: Brief, facts: Facts) -> None:
        self.root, self.brief, self.facts = root, brief, facts
        self.asked = brief.text if brief.text != brief.instruction else brief.instruction
        self.numbers = _Numbers(re.sub(r"[A-Za-z_]\w*\d\w*", " ", self.asked))
        self.words = self._names()

    def _names(self) -> Iterator[str]:
        quoted = _QUOTED.findall(self.asked)
        named = [n for n in _NAME.findall(self.asked) if n not in _SKIP]
        places = [
            e["text"]
            for e in self.facts("entities")["entities"]
            if e["type"] in ("place", "name", "product", "organisation")
        ]
        return iter(dict.fromkeys([*quoted, *places, *named]))

    def value(self, schema: Schema, name: str) -> Any:
        if "$ref" in schema:
            node: Any = self.root
            for part in str(schema["$ref"]).lstrip("#/").split("/"):
                node = node[part]
            return self.value(node, name)
        for union in ("anyOf", "oneOf", "allOf"):
            if options := schema.get(union):
                return self.value(next((o for o in options if o.get("type") != "null"), options[0]), name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._one_of(list(schema["enum"]), name)
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((k for k in kind if k != "null"), "null")
        if kind == "object":
            return {key: self.value(sub, key) for key, sub in schema.get("properties", {}).items()}
        if kind == "array":
            return self._array(schema, name)
        if kind in ("integer", "number"):
            return self._number(schema, name, kind == "integer")
        if kind == "boolean":
            known = self._known(name)
            return known if isinstance(known, bool) else self.facts("sentiment")["score"] >= 0
        return None if kind == "null" else self._string(schema, name)

    def _known(self, name: str) -> Any:
        for pattern, task, entry in _FIELDS:
            if pattern.search(name):
                return self.facts(task).get(entry)
        return None

    def _one_of(self, options: list[Any], name: str) -> Any:
        texts = [str(o).lower() for o in options]
        known = self._known(name) if name else None
        if isinstance(known, str):
            for spelling in (
                known,
                label_name(known, "zh") if known in ("positive", "negative", "neutral", "mixed") else known,
            ):
                for option, text in zip(options, texts, strict=True):
                    if text == spelling or text.startswith(spelling[:3]):
                        return option
        if {"positive", "negative"} <= set(texts):
            label = self.facts("sentiment")["sentiment"]
            return options[texts.index(label if label in texts else "negative")]
        if all(isinstance(o, str) for o in options):
            return classify(options, self.asked, True, random.Random(0))["label"]
        return options[0]

    def _array(self, schema: Schema, name: str) -> list[Any]:
        items = schema.get("items", {"type": "string"})
        known = self._known(name)
        if isinstance(known, list) and known:
            if items.get("type", "string") == "string" and "enum" not in items:
                return [k["text"] if isinstance(k, dict) else k for k in known]
            if isinstance(known[0], dict) and set(known[0]) <= set(items.get("properties", {})):
                return known
        if isinstance(known, list) and not known and items.get("type", "string") == "string":
            return []
        count = max(1, int(schema.get("minItems", 1)))
        return [self.value(items, name.rstrip("s")) for _ in range(count)]

    def _number(self, schema: Schema, name: str, whole: bool) -> float | int:
        low, high = schema.get("minimum"), schema.get("maximum")
        if re.search(r"confidence|certainty|置信", name, re.IGNORECASE):
            found = float(self.facts("sentiment")["confidence"])
        elif _SCORE.search(name):
            mood = float(self.facts("sentiment")["score"])
            if self.brief.task == "judge":
                found = float(self.facts("judge")["score"])
            elif low is not None and high is not None:
                found = low + (high - low) * (mood + 1) / 2
            else:
                found = round(1 + 4 * (mood + 1) / 2) if whole else mood
        else:
            found = self.numbers.next()
        if low is not None:
            found = max(found, low)
        if high is not None:
            found = min(found, high)
        return round(found) if whole else found

    def _string(self, schema: Schema, name: str) -> str:
        known = self._known(name)
        if isinstance(known, str) and known:
            return known
        if isinstance(known, list) and known:
            return ", ".join(k["text"] if isinstance(k, dict) else str(k) for k in known)
        if _REASON.search(name):
            return str(
                self.facts("judge" if self.brief.task == "judge" else "sentiment").get("reason")
                or self.facts("summary")["summary"]
            )
        if _ANSWER.search(name):
            return str(next(iter(self.facts(self.brief.task).values())))
        if re.search(r"query|question|查询|问题|description|details?|描述", name, re.IGNORECASE):
            return self.asked.strip()
        if re.search(r"label|category|class|intent|route|类别|意图", name, re.IGNORECASE):
            return str(self.facts("classify")["label"])
        if name == "language" or name == "lang":
            return self.brief.lang
        default = schema.get("default")
        word = next(self.words, None)
        if word is not None:
            return word
        return default if isinstance(default, str) else next(iter(sentences(self.asked)), self.asked) or name

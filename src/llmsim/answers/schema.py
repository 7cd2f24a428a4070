"""Filling a JSON schema: fields with a known name get the task's result, the others what the text offers."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from llmsim.answers.brief import Brief
from llmsim.answers.fields import ANSWER, FIELDS, NAMED, REASON, SCORE, Numbers
from llmsim.answers.grounded import classify
from llmsim.answers.reading import label_name
from llmsim.errors import BadRequestError
from llmsim.text import sentences

Facts = Callable[[str], dict[str, Any]]
Schema = Mapping[str, Any]

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
_DEEPEST, _MOST_ITEMS = 50, 1000
_TEXT: Schema = {"type": "string"}


class _EndlessError(BadRequestError):
    """A schema that contains itself; whoever encloses it may be able to leave it out."""


def _wrong(what: str) -> BadRequestError:
    return BadRequestError(f"Invalid schema: {what}.", param="schema")


def _rank(option: Any) -> int:
    """Options that say something first, then null, then those that say nothing."""
    if isinstance(option, Mapping):
        return 2 if not option else int(option.get("type") == "null")
    return 0


def fill(schema: Schema, brief: Brief, facts: Facts) -> Any:
    """A value that fits the schema (objects, arrays, enums, unions, references; text, numbers, booleans).

    A schema that contains itself is followed once, then ended by null, an empty list or a left-out property.
    Raises a 400 where that cannot be done, and where the schema is none.
    """
    return _Filler(schema, brief, facts).value(schema, "")


class _Filler:
    def __init__(self, root: Schema, brief: Brief, facts: Facts) -> None:
        self.root, self.brief, self.facts = root, brief, facts
        self.asked = brief.text if brief.text != brief.instruction else brief.instruction
        self.numbers = Numbers(re.sub(r"[A-Za-z_]\w*\d\w*", " ", self.asked))
        self.words = self._names()
        self._open: list[str] = []
        """The references being followed, outermost first."""

    def _names(self) -> Iterator[str]:
        quoted = _QUOTED.findall(self.asked)
        named = [n for n in _NAME.findall(self.asked) if n not in _SKIP]
        places = [
            e["text"]
            for e in self.facts("entities")["entities"]
            if e["type"] in ("place", "name", "product", "organisation")
        ]
        return iter(dict.fromkeys([*quoted, *places, *named]))

    def value(self, schema: Any, name: str, depth: int = 0) -> Any:
        if schema is True:
            schema = {}
        if not isinstance(schema, Mapping):
            raise _wrong(f"{name or 'it'} is not an object")
        if depth > _DEEPEST:
            raise _wrong("it is nested too deeply")
        if "$ref" in schema:
            return self._referred(str(schema["$ref"]), name, depth)
        for union in ("anyOf", "oneOf", "allOf"):
            if union in schema:
                return self._first_of(schema[union], name, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            if not isinstance(schema["enum"], list) or not schema["enum"]:
                raise _wrong(f"the enum of {name or 'it'} is not a list of values")
            return self._one_of(schema["enum"], name)
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((k for k in kind if k != "null"), "null")
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, name, depth)
        if kind in ("integer", "number"):
            return self._number(schema, name, kind == "integer")
        if kind == "boolean":
            known = self._known(name)
            return known if isinstance(known, bool) else self.facts("sentiment")["score"] >= 0
        return None if kind == "null" else self._string(schema, name)

    def _referred(self, reference: str, name: str, depth: int) -> Any:
        if reference in self._open:
            raise _EndlessError(f"Invalid schema: {reference} contains itself without end.", param="schema")
        node: Any = self.root
        for part in filter(None, reference.lstrip("#").split("/")):
            if not isinstance(node, Mapping) or part not in node:
                raise _wrong(f"{reference} is not there")
            node = node[part]
        self._open.append(reference)
        try:
            return self.value(node, name, depth + 1)
        finally:
            self._open.pop()

    def _first_of(self, options: Any, name: str, depth: int) -> Any:
        if not isinstance(options, list) or not options:
            raise _wrong(f"the options of {name or 'it'} are not a list of schemas")
        ranked = sorted(options, key=_rank)
        for option in ranked[:-1]:
            try:
                return self.value(option, name, depth + 1)
            except _EndlessError:
                continue
        return self.value(ranked[-1], name, depth + 1)

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        if not isinstance(properties, Mapping):
            raise _wrong("its properties are not an object")
        filled = {}
        for key, inner in properties.items():
            try:
                filled[key] = self.value(inner, key, depth + 1)
            except _EndlessError:
                if key in schema.get("required", ()):
                    raise
        return filled

    def _known(self, name: str) -> Any:
        for pattern, task, entry in FIELDS:
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

    def _array(self, schema: Schema, name: str, depth: int) -> list[Any]:
        items = schema.get("items", _TEXT)
        if not isinstance(items, Mapping):
            items = _TEXT
        known = self._known(name)
        if isinstance(known, list) and known:
            if items.get("type", "string") == "string" and "enum" not in items:
                return [k["text"] if isinstance(k, dict) else k for k in known]
            if isinstance(known[0], dict) and set(known[0]) <= set(items.get("properties", {})):
                return known
        if isinstance(known, list) and not known and items.get("type", "string") == "string":
            return []
        least = schema.get("minItems", 0)
        if not isinstance(least, int) or not 0 <= least <= _MOST_ITEMS:
            raise _wrong(f"the minItems of {name or 'it'} is not a number from 0 to {_MOST_ITEMS}")
        if not items and not least:  # where LangChain found a schema inside itself, it leaves nothing
            return []
        try:
            return [self.value(items, name.rstrip("s"), depth + 1) for _ in range(max(1, least))]
        except _EndlessError:
            if least:
                raise
            return []

    def _number(self, schema: Schema, name: str, whole: bool) -> float | int:
        low, high = schema.get("minimum"), schema.get("maximum")
        if not all(bound is None or isinstance(bound, int | float) for bound in (low, high)):
            raise _wrong(f"the bounds of {name or 'it'} are not numbers")
        if re.search(r"confidence|certainty|置信", name, re.IGNORECASE):
            found = float(self.facts("sentiment")["confidence"])
        elif SCORE.search(name):
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
        if REASON.search(name):
            return str(
                self.facts("judge" if self.brief.task == "judge" else "sentiment").get("reason")
                or self.facts("summary")["summary"]
            )
        if ANSWER.search(name):
            return str(next(iter(self.facts(self.brief.task).values())))
        if re.search(r"query|question|查询|问题|description|details?|描述", name, re.IGNORECASE):
            return self.asked.strip()
        if re.search(r"label|category|class|intent|route|类别|意图", name, re.IGNORECASE):
            return str(self.facts("classify")["label"])
        if name == "language" or name == "lang":
            return self.brief.lang
        default = schema.get("default")
        named = next((kind for pattern, kind in NAMED if pattern.search(name)), None)
        of_kind = [e["text"] for e in self.facts("entities")["entities"] if e["type"] == named]
        if of_kind:
            return str(of_kind[0])
        word = next(self.words, None)
        if word is not None:
            return word
        return default if isinstance(default, str) else next(iter(sentences(self.asked)), self.asked) or name

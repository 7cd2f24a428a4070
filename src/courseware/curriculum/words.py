"""Pydantic's findings, in words for a lesson author, and the small repairs that let the other checks go on."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable, Iterator

from pydantic_core import ErrorDetails

from courseware.curriculum.base import LANGS, Item
from courseware.curriculum.yaml_source import Loc

_STAND_IN = "…"
PATTERNS = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "lower-case ASCII words joined by hyphens",
    r"^[a-z0-9]+(_[a-z0-9]+)*$": "lower-case ASCII words joined by underscores",
}


def say(error: ErrorDetails) -> str:
    """One validation error as a sentence."""
    loc, kind, given, context = error["loc"], error["type"], error["input"], error.get("ctx", {})
    name = next((str(step) for step in reversed(loc) if isinstance(step, str)), "file")
    if (
        name in LANGS
        and kind in {"missing", "string_type", "string_too_short"}
        and not given_text(kind, given)
    ):
        return f'a translation is missing: this text has no "{name}"'
    match kind:
        case "missing":
            return f'"{name}" is missing'
        case "extra_forbidden" if " " in name:
            return f'"{name}" is read as a key: a text in {{…}} that holds a comma must stand in quotes'
        case "extra_forbidden":
            return f'unknown key "{name}"{suggestion(name, _field_names())}'
        case "model_type" | "model_attributes_type" if context.get("class_name") == "Text":
            return f'"{name}" must be written in both languages: {{zh: …, en: …}}'
        case "model_type" | "model_attributes_type" | "dict_type":
            return f'"{name}" must be a mapping (key: value)'
        case "list_type":
            return f'"{name}" must be a list'
        case "string_type":
            return (
                f'"{name}" must be a text; put {given!r} in quotes'
                if given is not None
                else f'"{name}" is empty'
            )
        case "string_too_short":
            return f'"{name}" is empty'
        case "string_pattern_mismatch":
            pattern = context["pattern"]
            return f'"{given}" cannot be the {name}: {PATTERNS.get(pattern, f"it must look like {pattern}")}'
        case "int_type" | "int_from_float":
            return f'"{name}" must be a whole number, not {given!r}'
        case "float_type":
            return f'"{name}" must be a number, not {given!r}'
        case "bool_type":
            return f'"{name}" must be true or false, not {given!r}'
        case "too_short":
            return f'"{name}" needs at least {context["min_length"]}; here it is {context["actual_length"]}'
        case "too_long":
            return f'"{name}" holds at most {context["max_length"]}; here it is {context["actual_length"]}'
        case "literal_error":
            return f'"{given}" is no {name}; it must be {context["expected"]}'
        case "union_tag_invalid":
            return f'there is no kind "{context["tag"]}"; it must be one of {context["expected_tags"]}'
        case "union_tag_not_found":
            return '"kind" is missing'
    message = error["msg"]
    return f'"{name}": {message[0].lower()}{message[1:]}'


def given_text(kind: str, given: object) -> bool:
    """Whether a language holds something, only of the wrong type."""
    return kind == "string_type" and given is not None


def suggestion(name: str, known: Iterable[str]) -> str:
    """ "; did you mean …?" if one of the known names is close."""
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return f'; did you mean "{close[0]}"?' if close else ""


def settle(data: object, loc: Loc) -> Loc:
    """Pydantic's place without what the file does not have (the tag of a union), except for a missing last
    key.
    """
    place: list[int | str] = []
    node = data
    for index, step in enumerate(loc):
        if (isinstance(node, dict) and step in node) or (
            isinstance(node, list) and isinstance(step, int) and step < len(node)
        ):
            node = node[step]  # type: ignore[index]
            place.append(step)
        elif index == len(loc) - 1:
            place.append(step)
    return tuple(place)


def mend(data: object, errors: Iterable[ErrorDetails]) -> tuple[object, set[Loc]] | None:
    """A copy of the data with unknown keys left out and missing translations stood in for, and the places of
    the latter.

    With it the file's references can be checked although something in it is wrong. None if that is not
    enough.
    """
    mended, stood_in = copy.deepcopy(data), set()
    for error in errors:
        loc = settle(data, error["loc"])
        parent = mended
        for step in loc[:-1]:
            parent = parent[step]  # type: ignore[index]
        if error["type"] == "extra_forbidden" and isinstance(parent, dict):
            parent.pop(loc[-1], None)
        elif loc and loc[-1] in LANGS and isinstance(parent, dict):
            parent[loc[-1]] = _STAND_IN
            stood_in.add(loc)
        elif error.get("ctx", {}).get("class_name") == "Text" and isinstance(parent, dict | list):
            parent[loc[-1]] = dict.fromkeys(LANGS, _STAND_IN)  # type: ignore[index]
            stood_in.update((*loc, lang) for lang in LANGS)
        else:
            return None
    return mended, stood_in


def _field_names() -> set[str]:
    return {name for model in _items(Item) for name in model.model_fields}


def _items(model: type[Item]) -> Iterator[type[Item]]:
    for one in model.__subclasses__():
        yield one
        yield from _items(one)

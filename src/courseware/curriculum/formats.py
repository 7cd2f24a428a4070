"""The reference of all formats, written from the models themselves."""

from __future__ import annotations

import datetime
import inspect
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from pydantic import BaseModel, HttpUrl, RootModel
from pydantic.fields import FieldInfo

from courseware.curriculum.base import Reference, Text, Texts
from courseware.curriculum.reading import FOLDER, FORMATS
from courseware.curriculum.words import PATTERNS

_NAMES: dict[Any, str] = {
    str: "string",
    int: "whole number",
    float: "number",
    bool: "true or false",
    datetime.date: "date (2026-01-31)",
    HttpUrl: "URL",
    Text: "{zh, en}",
    Texts: "{zh: [], en: []}",
}


def describe() -> str:
    """Every format with its fields, as Markdown."""
    parts = [f"# {FOLDER}/", inspect.cleandoc(Text.__doc__ or "")]
    told: set[str] = set()
    for pattern, model in FORMATS.items():
        about = (inspect.getmodule(model).__doc__ or "").strip()
        if about in told:
            about = inspect.cleandoc(model.__doc__ or "")
        told.add(about)
        parts += [f"## {FOLDER}/{pattern}", about, *_models(model, set())]
    return "\n\n".join(parts) + "\n"


def _models(model: type[BaseModel], seen: set[type]) -> Iterator[str]:
    """A section for the model and for each model below it, once."""
    seen.add(model)
    if issubclass(model, RootModel):
        return
    lines = [f"**{model.__name__}**"]
    if model.__doc__ and seen - {model}:
        lines.append(inspect.cleandoc(model.__doc__).replace("\n", " "))
    yield "\n\n".join(
        (" — ".join(lines), "\n".join(_field(name, one) for name, one in model.model_fields.items()))
    )
    for field in model.model_fields.values():
        for inner in _below(field.annotation):
            if inner not in seen:
                yield from _models(inner, seen)


def _field(name: str, field: FieldInfo) -> str:
    needed = "" if field.is_required() else ", optional"
    about = f": {' '.join(field.description.split())}" if field.description else ""
    return f"- `{name}` ({_type(field.annotation)}{_limits(field.metadata)}{needed}){about}"


def _type(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation in _NAMES:
        return _NAMES[annotation]
    if origin is Annotated:
        return _type(inner[0])
    if origin is Literal:
        return " | ".join(str(one) for one in inner)
    if origin is list:
        return f"list of {_type(inner[0])}"
    if origin is dict:
        return f"mapping of {_type(inner[1])}"
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_type(one) for one in inner if one is not types.NoneType))
    if inspect.isclass(annotation) and issubclass(annotation, Reference):
        return f"id of a {annotation.kind}"
    return str(annotation.__name__)


def _limits(metadata: list[Any]) -> str:
    words = []
    for one in metadata:
        if pattern := getattr(one, "pattern", None):
            words.append(PATTERNS.get(pattern, f"like {pattern}"))
        match one:
            case Ge(ge=value):
                words.append(f"≥ {value}")
            case Gt(gt=value):
                words.append(f"> {value}")
            case Le(le=value):
                words.append(f"≤ {value}")
            case MinLen(min_length=value):
                words.append(f"at least {value}")
            case MaxLen(max_length=value):
                words.append(f"at most {value}")
    return f", {', '.join(words)}" if words else ""


def _below(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel) and annotation not in (Text, Texts):
        yield annotation
    for inner in get_args(annotation):
        yield from _below(inner)

"""What all formats of `curriculum/` are made of: items, texts in two languages, ids and references to ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar, Literal, Protocol, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, StringConstraints, model_validator
from pydantic_core import CoreSchema, core_schema

from courseware.curriculum.yaml_source import Loc

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
"""An id: lower-case ASCII words joined by hyphens, stable for ever, the same in both languages."""
Markdown = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(min_length=1)]

_CJK = re.compile(r"[\u4e00-\u9fff]")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_LANGUAGE_FREE = re.compile(r"`[^`\n]+`|[-+\d.,:×%/() ]+(?:ms|s|K|M|kB|KB|MB)?")


class Item(BaseModel):
    """A mapping in a file of `curriculum/`. Unknown keys are refused, nothing is converted in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    def problems(self) -> Iterator[tuple[Loc, str]]:
        """What is wrong inside this item although each field for itself is right: (place, words)."""
        yield from ()


class Text(Item):
    """A text in both languages: `{zh: …, en: …}`, Markdown. What has no language (code in backticks, a number
    with its unit) may stand alone: "`ainvoke`", "0.3 s".
    """

    zh: Markdown
    en: Markdown

    def get(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, value: object) -> object:
        if isinstance(value, str) and _LANGUAGE_FREE.fullmatch(value.strip()):
            return {"zh": value, "en": value}
        return value

    def problems(self) -> Iterator[tuple[Loc, str]]:
        chinese = len(_CJK.findall(self.en))
        if chinese > 3 and chinese * 2 > len(self.en):
            yield ("en",), "the English text is Chinese"
        prose = _CODE.sub("", self.zh)
        if self.zh == self.en and len(prose.split()) > 2 and not _LANGUAGE_FREE.fullmatch(prose):
            yield ("zh",), "the Chinese text is the English one: a translation is missing"


class Texts(Item):
    """Words or answers that each language has its own list of: `{zh: […], en: […]}`."""

    zh: list[Markdown]
    en: list[Markdown]

    def get(self, lang: Lang) -> list[str]:
        return self.zh if lang == "zh" else self.en

    def problems(self) -> Iterator[tuple[Loc, str]]:
        for lang in LANGS:
            if not self.get(lang):
                yield (lang,), f'"{lang}" is empty: a translation is missing'


class Reference(str):
    """The id of something that is defined elsewhere; `kind` says what. Checked wherever it occurs."""

    kind: ClassVar[str]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.str_schema(strict=True, min_length=1),
            serialization=core_schema.to_string_ser_schema(),
        )


class DocumentId(Reference):
    kind = "document"


class StageId(Reference):
    kind = "stage"


class PathId(Reference):
    kind = "path"


class MisconceptionId(Reference):
    kind = "misconception"


class QuizId(Reference):
    kind = "quiz"


class ExerciseId(Reference):
    kind = "exercise"


class PredictId(Reference):
    kind = "predict"


class CardId(Reference):
    kind = "card"


class ClaimId(Reference):
    kind = "claim"


class Place(Item):
    """Where something is taught: a document and, if it can be said, the heading or block in it."""

    document: DocumentId
    anchor: Key | None = None


def walk(value: object, loc: Loc = ()) -> Iterator[tuple[Loc, object]]:
    """Every item and value below (and with) `value`, each with its place in the file."""
    yield loc, value
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from walk(getattr(value, name), (*loc, name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, (*loc, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from walk(inner, (*loc, index))


def repeated(ids: Iterable[str], what: str, prefix: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """A problem for each id that a list holds a second time; the items of the list are at `(*prefix, index)`."""
    seen: set[str] = set()
    for index, one in enumerate(ids):
        if one in seen:
            yield (*prefix, index), f'the {what} "{one}" is listed twice'
        seen.add(one)


class Named(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> str: ...


def repeated_ids(items: Iterable[Named], field: str, what: str) -> Iterator[tuple[Loc, str]]:
    """The same for items with an id of their own, listed under `field`."""
    for loc, words in repeated([one.id for one in items], what, (field,)):
        yield (*loc, "id"), words

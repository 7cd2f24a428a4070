"""`strings/<component>.yml`: the words of the interface, `key: {zh: …, en: …}`.

Code passes the qualified name ("component.key") to `t`, in Python, TypeScript and templates alike, so that a
check can tell which keys are missing and which are no longer used. `{name}` in a text is filled in by the
caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated

from pydantic import RootModel, StringConstraints

from courseware.curriculum.base import Code, Lang, Text
from courseware.curriculum.yaml_source import Loc

StringKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$")]
_SLOT = re.compile(r"\{(\w+)\}")


class Label(Text):
    """A text of the interface; spaces at its ends are meant (", ")."""

    zh: Code
    en: Code


class StringTable(RootModel[dict[StringKey, Label]]):
    """One component's file."""

    def problems(self) -> Iterator[tuple[Loc, str]]:
        for key, text in self.root.items():
            zh, en = (set(_SLOT.findall(one)) for one in (text.zh, text.en))
            for slot in sorted(zh ^ en):
                lacking = "zh" if slot in en else "en"
                yield (key, lacking), f'"{lacking}" has no {{{slot}}} although the other language has'


class Strings(Mapping[str, Text]):
    """All tables together, by qualified key ("component.key")."""

    def __init__(self, tables: Mapping[str, StringTable]) -> None:
        self._texts = {
            f"{name}.{key}": text for name, table in tables.items() for key, text in table.root.items()
        }

    def __getitem__(self, key: str) -> Text:
        return self._texts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def translator(self, lang: Lang) -> Callable[..., str]:
        """`t(key, **slots)` for one language. Raises KeyError for an unknown key and for a slot that is not
        filled.
        """

        def t(key: str, **slots: object) -> str:
            return self[key].get(lang).format(**slots)

        return t

"""Interface strings: every key that code asks for must exist, every key that exists must be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from courseware.curriculum.faults import Fault
from courseware.curriculum.reading import Reading
from courseware.curriculum.strings import StringTable
from courseware.curriculum.words import suggestion

_PLACES = ("src/courseware/**/*.py", "hooks/*.py", "web/src/**/*.ts", "web/theme/**/*.html")
_KEY = re.compile(r"""["'`](?P<component>[a-z][a-z0-9-]*)\.(?P<key>[a-z][a-z0-9_-]*)(?P<open>\$?\{)?""")
_COMMENT = re.compile(r"\s*(#|//|\*|/\*)")
_CALL = re.compile(r"""(?<!\blang\.)\bt\(\s*f?$""")  # `lang.t` is the theme's own


def check_strings(reading: Reading) -> Iterator[Fault]:
    """A key counts as used wherever code holds its qualified name as a string; what it passes to `t` must exist.

    A name with a gap in it ("map.state-" and then `${…}` or `{…}`) uses every key that begins so.
    """
    tables = {file.id: (file, table.root) for file, table in reading.of(StringTable)}
    used: set[tuple[str, str]] = set()
    for path in _sources(reading.root):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for match in _KEY.finditer(line):
                component, key = match["component"], match["key"]
                keys = tables[component][1].keys() if component in tables else set()
                matching = {one for one in keys if one == key or (match["open"] and one.startswith(key))}
                used |= {(component, one) for one in matching}
                if (
                    not matching
                    and _CALL.search(before := line[: match.start()])
                    and not _COMMENT.match(before)
                ):
                    words = f'curriculum/strings/{component}.yml has no key "{key}"{suggestion(key, keys)}'
                    yield Fault(path.relative_to(reading.root).as_posix(), number, words)
    for component, (file, table) in tables.items():
        for key in table:
            if (component, key) not in used:
                yield file.source.fault((key,), f'no code uses the string "{component}.{key}"')


def _sources(root: Path) -> list[Path]:
    return sorted(
        {path for pattern in _PLACES for path in root.glob(pattern) if "node_modules" not in path.parts}
    )

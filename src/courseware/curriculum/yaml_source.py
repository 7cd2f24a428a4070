"""YAML that remembers where it was written.

The rules for plain scalars are those of YAML 1.2's core schema: PyYAML's own (YAML 1.1) read the document id
`03_01` as the number 193 and the word `on` as true.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from courseware.curriculum.faults import Fault

Loc = tuple[int | str, ...]


class _Loader(yaml.CSafeLoader):
    """The fast SafeLoader with YAML 1.2's plain scalars; dates stay as YAML 1.1 has them."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?(?:0|[1-9]\d*)", "-+0123456789"),
    ("float", r"[-+]?(?:0|[1-9]\d*)?\.\d+(?:[eE][-+]?\d+)?|[-+]?[1-9]\d*[eE][-+]?\d+", "-+.0123456789"),
    ("timestamp", r"\d{4}-\d{2}-\d{2}", "0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))


class Source:
    """One parsed file: its plain `data`, the faults of its syntax, and the line of each node."""

    def __init__(self, path: Path, root: Path) -> None:
        self.file = path.relative_to(root).as_posix()
        self.faults: list[Fault] = []
        self.data: object = None
        self._node: yaml.Node | None = None
        self._read(path.read_bytes())

    def fault(self, loc: Loc, words: str) -> Fault:
        """A fault at the node that `loc` (keys and indexes from the top) names, or at the nearest one around
        it.
        """
        return Fault(self.file, self.line(loc), words)

    def line(self, loc: Loc) -> int:
        """Line of the key (in a mapping) or item (in a list) that `loc` leads to.

        Elements of `loc` that the file does not have are passed over: that is how a missing key gets the line
        of the mapping that lacks it.
        """
        node, line = self._node, 1
        for step in loc:
            if isinstance(node, yaml.MappingNode):
                found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
                if found:
                    line, node = found[0].start_mark.line + 1, found[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line + 1
        return line

    def _read(self, raw: bytes) -> None:
        try:
            loader = _Loader(raw.decode("utf-8"))
            self._node = loader.get_single_node()
            self.faults.extend(self._repeated_keys(self._node))
            if self._node is not None:
                self.data = loader.construct_document(self._node)
        except yaml.MarkedYAMLError as error:
            line, words = _explain(error, raw.decode("utf-8"))
            self.faults.append(Fault(self.file, line, f"this is not valid YAML: {words}"))
        except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
            self.faults.append(Fault(self.file, 1, f"this cannot be read as YAML in UTF-8: {error}"))

    def _repeated_keys(self, node: yaml.Node | None) -> list[Fault]:
        faults = []
        if isinstance(node, yaml.MappingNode):
            seen: dict[str, int] = {}
            for key, value in node.value:
                faults += self._repeated_keys(value)
                if not isinstance(key, yaml.ScalarNode):
                    continue  # the constructor refuses such a key
                line = key.start_mark.line + 1
                if key.value in seen:
                    words = f'the key "{key.value}" stands here twice (first on line {seen[key.value]})'
                    faults.append(Fault(self.file, line, words))
                seen.setdefault(key.value, line)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                faults += self._repeated_keys(item)
        return faults


def _explain(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    """Line of a syntax error, and what an author most probably has to do about it."""
    problem = str(error.problem or error.context)
    mark = error.problem_mark or error.context_mark
    if "end of stream" in problem and error.context_mark:
        return error.context_mark.line + 1, "what is opened here is never closed"
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines() or [""]
    here = lines[min(line, len(lines) - 1)]
    hint = ""
    if "cannot start any token" in problem:
        sign = here[column : column + 1]
        hint = (
            "; indent with spaces, not tabs"
            if sign == "\t"
            else f"; a text that begins with {sign} stands in quotes"
        )
    elif "mapping values are not allowed" in problem:
        hint = "; a text that holds a colon and a space stands in quotes"
    elif "expected key" in problem and ('"' in here or "'" in here):
        hint = "; a text with quotation marks inside stands in quotes as a whole"
    return min(line, len(lines) - 1) + 1, problem + hint

"""Makes outputs the same on every machine: no paths of it, no memory addresses, no frames of library internals."""

from __future__ import annotations

import copy
import re
import site
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
_CELL_FILE = re.compile(r"(?:[^\s\"'(]*ipykernel_\d+/)?\b(?P<name>\d+)\.py")
_FRAME = re.compile(r"^  (?:File (?P<file>\S+?):\d+(?: in |$)|Cell In\[\d+\], line )")
_TEXT_TYPES = ("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml")


class Scrubber:
    """Scrubs outputs of one machine.

    `root` is the repository; library paths are this interpreter's. `cells` maps the names that the kernel gives to the
    files it pretends code cells to be, without their ending, to block ids: such a file becomes `[block-id]`.
    """

    def __init__(self, root: Path | None = None, cells: Mapping[str, str] | None = None) -> None:
        self._cells = cells or {}
        libraries = {
            *site.getsitepackages(),
            sysconfig.get_path("purelib"),
            sysconfig.get_path("stdlib"),
            sys.base_prefix,
        }
        folders = [*libraries, *([f"{root}/src", f"{root}/notebooks", str(root)] if root else [])]
        home = str(Path.home())
        with_tilde = [folder.replace(home, "~", 1) for folder in folders if folder.startswith(home + "/")]
        self._folders = sorted({*folders, *with_tilde}, key=len, reverse=True)
        self._home = home

    def text(self, text: str) -> str:
        """Text without this machine's paths, memory addresses and terminal colours."""
        text = ANSI.sub("", text)
        for folder in self._folders:
            text = text.replace(folder + "/", "")
        text = text.replace(self._home + "/", "~/") if self._home != "/" else text
        return _ADDRESS.sub("0x…", _CELL_FILE.sub(self._cell, text))

    def _cell(self, found: re.Match[str]) -> str:
        if found["name"] in self._cells:
            return f"[{self._cells[found['name']]}]"
        return "[cell]" if "ipykernel" in found[0] else found[0]

    def output(self, output: dict[str, Any]) -> dict[str, Any]:
        """A scrubbed copy of one nbformat output."""
        output = copy.deepcopy(output)
        match output["output_type"]:
            case "stream":
                output["text"] = self.text(output["text"])
            case "error":
                output["traceback"] = self.traceback(output).split("\n")
                output["evalue"] = self.text(output["evalue"])
            case _:
                data = output["data"]
                data.update({mime: self.text(data[mime]) for mime in _TEXT_TYPES if mime in data})
                data.update({mime: self._inside(data[mime]) for mime in data if mime.endswith("json")})
        return output

    def _inside(self, value: Any) -> Any:
        match value:
            case str():
                return self.text(value)
            case list():
                return [self._inside(item) for item in value]
            case dict():
                return {key: self._inside(item) for key, item in value.items()}
            case _:
                return value

    def traceback(self, error: dict[str, Any]) -> str:
        """The traceback with the learner's frames and the one that raised; other library frames are counted."""
        lines = self.text("\n".join(error["traceback"])).split("\n")
        return "\n".join(_trim([line.rstrip() for line in lines if line.strip()]))


def _trim(lines: list[str]) -> Iterator[str]:
    frames = list(_frames(lines))
    for library, run in groupby(enumerate(frames), key=lambda item: _package(item[1][0]) != ""):
        group = list(run)
        if not library:
            yield from (line for _, frame in group for line in frame)
            continue
        last = group[-1][0]
        raised_here = last + 1 < len(frames) and not _FRAME.match(frames[last + 1][0])
        hidden = group[:-1] if raised_here else group
        if hidden:
            packages = sorted({_package(frame[0]) for _, frame in hidden})
            yield f"  … {len(hidden)} frame{'s'[: len(hidden) > 1]} in {', '.join(packages)}"
        if raised_here:
            yield from group[-1][1]


def _frames(lines: list[str]) -> Iterator[list[str]]:
    """Each frame with its source line; every other line for itself."""
    frame: list[str] | None = None
    for line in lines:
        if _FRAME.match(line):
            if frame:
                yield frame
            frame = [line]
        elif frame and line.startswith("    "):
            frame.append(line)
        else:
            if frame:
                yield frame
            frame = None
            yield [line]
    if frame:
        yield frame


def _package(frame: str) -> str:
    match = _FRAME.match(frame)
    if match is None or not match["file"] or match["file"].startswith("["):
        return ""
    return re.split(r"[/.]", match["file"].removeprefix("~/"))[0]

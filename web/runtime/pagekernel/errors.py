"""Tracebacks as a learner needs them: the lesson's own lines, the place that raised, the message."""

import traceback
from types import TracebackType
from typing import Any

CELL = "["
"""Cells are compiled under the name `[block-id]`."""


def describe(error: BaseException) -> dict[str, Any]:
    """`{name, message, traceback, block, line}`; `block` and `line` (from 1) say where the lesson's code stood last."""
    report = traceback.TracebackException.from_exception(error)
    _trim(report, set())
    place = _last_place(error)
    return {
        "name": type(error).__name__,
        "message": _message(error),
        "traceback": "".join(report.format()).rstrip(),
        "block": place[0],
        "line": place[1],
    }


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def _last_place(error: BaseException) -> tuple[str | None, int | None]:
    if isinstance(error, SyntaxError) and (error.filename or "").startswith(CELL):
        return _block(error.filename or ""), error.lineno
    place: tuple[str | None, int | None] = (None, None)
    step: TracebackType | None = error.__traceback__
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        if name.startswith(CELL):
            place = _block(name), step.tb_lineno
        step = step.tb_next
    return place


def _block(filename: str) -> str:
    return filename.strip("[]")


def _trim(report: traceback.TracebackException, seen: set[int]) -> None:
    """Keep the lesson's frames and the last one, here and in all errors that led to this one."""
    if id(report) in seen:
        return
    seen.add(id(report))
    frames = list(report.stack)
    kept = [frame for frame in frames if frame.filename.startswith(CELL)]
    if frames and frames[-1] not in kept and "pagekernel" not in frames[-1].filename:
        kept.append(frames[-1])
    report.stack = traceback.StackSummary.from_list(kept)
    for inner in (report.__cause__, report.__context__, *(report.exceptions or ())):
        if inner is not None:
            _trim(inner, seen)

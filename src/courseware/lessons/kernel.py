"""Runs inside a lesson's kernel before the first cell; imports nothing of the course.

IPython prints exception groups to stderr as plain text. Here they become error outputs like every other exception.
"""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Any


def prepare() -> None:
    """Give the kernel's shell a handler for exceptions that are, or come from, a group."""
    from IPython import get_ipython  # only a kernel has one

    get_ipython().set_custom_exc((Exception,), _show)


def _show(
    shell: Any,
    kind: type[BaseException],
    value: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    if not _has_group(value):
        shell.showtraceback((kind, value, trace), tb_offset=tb_offset)
        return []
    inside = trace.tb_next if trace else None  # the first frame is the shell's own
    lines = traceback.format_exception(kind, value, inside)
    shell._showtraceback(kind, value, lines)
    return lines


def _has_group(error: BaseException | None) -> bool:
    if error is None or isinstance(error, BaseExceptionGroup):
        return error is not None
    return _has_group(error.__cause__) or _has_group(error.__context__)

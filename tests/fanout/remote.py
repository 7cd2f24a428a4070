"""Functions that other processes can import: what tests send to executors."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextvars import ContextVar

var: ContextVar[str] = ContextVar("var", default="unset")


def square(x: int) -> int:
    return x * x


def where(_: object) -> tuple[int, str, str]:
    """Process, thread and context it runs in."""
    return os.getpid(), threading.current_thread().name, var.get()


def fail(x: int) -> int:
    raise ValueError(f"no {x}")


def parts(n: int) -> Iterator[str]:
    yield from map(str, range(n))


async def fetch(x: int) -> int:
    return x

"""Runs blocks of lessons: one namespace per lesson, output as it comes, the value of the last line, errors, Stop."""

import ast
import asyncio
import builtins
import gc
import inspect
import json
import linecache
import random
import sys
import time
import types
import warnings
from collections.abc import Callable
from typing import Any

from pagekernel import green_threads, serial_threads
from pagekernel.display import bundle
from pagekernel.errors import describe

Emit = Callable[[str, str], object]
"""Takes the kind of an event and its data as JSON."""

FLUSH_SECONDS = 0.05
OUTPUT_LIMIT = 200_000
"""Characters that one run may print: more would only freeze the page."""


class Stream:
    """Stands for `sys.stdout`: what is written goes out in pieces, at most so often as a page can draw."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, name: str, emit: Emit) -> None:
        self.name = name
        self._emit = emit
        self._parts: list[str] = []
        self._sent_at = 0.0
        self._left = OUTPUT_LIMIT

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._left > 0:
            self._parts.append(text[: self._left])
            self._left -= len(text)
            if self._left <= 0:
                self._parts.append("\n…")
        if _real_clock() - self._sent_at > FLUSH_SECONDS:
            self.flush()
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if self._parts:
            text = "".join(self._parts)
            self._parts.clear()
            self._sent_at = _real_clock()
            self._emit("stream", json.dumps({"name": self.name, "text": text}))

    def refill(self) -> None:
        """A new run has its own limit."""
        self.flush()
        self._left = OUTPUT_LIMIT

    def isatty(self) -> bool:
        return False

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


_real_clock = time.monotonic


class Kernel:
    """All lessons of one visit. One block runs at a time."""

    def __init__(self, emit: Emit, labels: dict[str, str], *, threads: bool) -> None:
        self._labels = labels
        self._emit = emit
        self.concurrent = threads
        """Whether threads overlap here."""
        self._lessons: dict[str, types.ModuleType] = {}
        self._task: asyncio.Task[None] | None = None
        self._streams = Stream("stdout", emit), Stream("stderr", emit)
        sys.stdout, sys.stderr = self._streams
        builtins.display = self.display

    def display(self, *values: object) -> None:
        """Show values in the middle of a block, as in a notebook."""
        for value in values:
            self._show(value)

    def _show(self, value: object) -> None:
        for stream in self._streams:
            stream.flush()
        self._emit("data", json.dumps(bundle(value, self._labels), default=str))

    async def run(self, lesson: str, block: str, code: str) -> None:
        """Run the code of one block and emit all that comes of it; returns when it has ended, however it did."""
        for stream in self._streams:
            stream.refill()
        self._task = asyncio.ensure_future(self._run(self._module(lesson), block, code))
        try:
            await self._task
        except asyncio.CancelledError:
            self._report(KeyboardInterrupt())
        finally:
            self._task = None
            for stream in self._streams:
                stream.flush()
            if self.concurrent:
                with warnings.catch_warnings():
                    warnings.simplefilter(
                        "ignore"
                    )  # of coroutines that nobody awaited: it would name this line
                    gc.collect()

    def stop(self) -> bool:
        """Cancel what waits; False if nothing does (it computes, or it is over)."""
        waiting = bool(green_threads.interrupt())
        if self._task is not None and not waiting:
            self._task.cancel()
        return waiting

    def forget(self, lesson: str) -> None:
        """Begin that lesson anew."""
        self._lessons.pop(lesson, None)

    def _report(self, error: BaseException) -> None:
        for stream in self._streams:
            stream.flush()
        self._emit("error", json.dumps(describe(error)))

    def _module(self, lesson: str) -> types.ModuleType:
        """The lesson's namespace is `__main__` while it runs, which is where the virtual clock looks for names."""
        if lesson not in self._lessons:
            module = self._lessons[lesson] = types.ModuleType("__main__")
            module.__dict__["display"] = self.display
            random.seed()
        sys.modules["__main__"] = self._lessons[lesson]
        return self._lessons[lesson]

    async def _run(self, module: types.ModuleType, block: str, code: str) -> None:
        try:
            await self._executed(module, block, code)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # a task that lets KeyboardInterrupt out takes the page's loop with it
            self._report(error)

    async def _executed(self, module: types.ModuleType, block: str, code: str) -> None:
        name = f"[{block}]"
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        tree = ast.parse(code, name)
        last = tree.body.pop() if tree.body and _is_shown(tree.body[-1], code) else None
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        await _executed(compile(tree, name, "exec", flags, dont_inherit=True), module)
        if isinstance(last, ast.Expr):
            shown = compile(ast.Expression(last.value), name, "eval", flags, dont_inherit=True)
            value = await _executed(shown, module)
            if value is not None:
                module.__dict__["_"] = value
                self._show(value)


def _is_shown(statement: ast.stmt, code: str) -> bool:
    return isinstance(statement, ast.Expr) and not code.rstrip().endswith(";")


async def _executed(code: types.CodeType, module: types.ModuleType) -> Any:
    value = eval(code, module.__dict__)
    return await value if code.co_flags & inspect.CO_COROUTINE else value


def start(emit: Emit, labels: str = "{}") -> Kernel:
    """Make this interpreter ready; call it before anything that uses threads is imported.

    `labels`: the words of drawn traces, as JSON; English where one is missing.
    """
    threads = green_threads.install()
    if not threads:
        serial_threads.install()
    return Kernel(emit, json.loads(labels), threads=threads)

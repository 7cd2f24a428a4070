"""What a simulation replaces, wherever it was imported, and how all of it is put back."""

import _thread
import asyncio
import concurrent.futures
import sys
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime
from queue import SimpleQueue as real_simple_queue
from types import MethodType, ModuleType
from typing import Any

from fanout.clock import clock as clocks
from fanout.clock import locks, threads
from fanout.clock.locks import is_real
from fanout.clock.loop import VirtualLoop
from fanout.clock.times import TIME_FUNCTIONS, VirtualDatetime

_real_new_event_loop = asyncio.new_event_loop
_real_run = asyncio.run


def _new_event_loop() -> asyncio.AbstractEventLoop:
    """Stands for `asyncio.new_event_loop`."""
    clock = clocks.current_clock()
    return _real_new_event_loop() if clock is None else VirtualLoop(clock)


def _run(main: Any, **options: Any) -> Any:
    """Stands for `asyncio.run`."""
    return _real_run(main, **options) if clocks.current_clock() is None else clocks.run(main, **options)


#: The real thing and what stands for it. Of two real things with one stand-in the first is put into modules that were
#: imported during the simulation, so the public name comes first.
_PAIRS: list[tuple[object, object]] = [
    *((function.real, function) for function in TIME_FUNCTIONS),
    (threading.Lock, locks.Lock),
    (_thread.allocate_lock, locks.Lock),
    (threading.RLock, locks.RLock),
    (real_simple_queue, locks.SimpleQueue),
    (_real_new_event_loop, _new_event_loop),
    (_real_run, _run),
]
_VIRTUAL = {id(real): virtual for real, virtual in _PAIRS}
_REAL = {id(virtual): real for real, virtual in reversed(_PAIRS)}

#: Modules that ask `datetime.now`, but hold no data classes whose fields could come to be of type `VirtualDatetime`.
_DATETIME_MODULES = ("__main__", "langchain_core.tracers.")

_METHODS = {
    "start": threads.start,
    "_bootstrap": threads.bootstrap,
    "join": threads.join,
    "is_alive": threads.is_alive,
}


def stand_in(value: Any) -> Any:
    """What stands for `value`, got hold of before the simulation: for `time.sleep`, say, or `pool.submit`."""
    if isinstance(value, MethodType) and isinstance(
        value.__self__, threading.Thread | concurrent.futures.Executor
    ):
        return getattr(value.__self__, value.__name__)
    return _VIRTUAL.get(id(value), value)


def _is_left_alone(module: str) -> bool:
    return (
        module in ("_thread", "_queue", "fanout.clock")
        or module.startswith(("fanout.clock.", "importlib", "_frozen_importlib"))
        or is_real(module)
    )


class Patches:
    """A set of replacements that can be undone."""

    def __init__(self) -> None:
        self._entries: list[tuple[dict[str, Any], str, object, object]] = []
        self._attributes: list[tuple[Any, str, object]] = []
        self._modules: frozenset[str] = frozenset()

    def install(self) -> None:
        self._modules = frozenset(sys.modules)
        for module, namespace in _namespaces(self._modules):
            self._replace_values(namespace, _VIRTUAL)
            if module.startswith(_DATETIME_MODULES) and namespace.get("datetime") is datetime:
                self._set_entry(namespace, "datetime", VirtualDatetime)
            if module == "__main__":
                self._wrap_locks(namespace)
        for name, method in _METHODS.items():
            self._set_attribute(threading.Thread, name, method)
        self._set_attribute(concurrent.futures.ThreadPoolExecutor, "submit", threads.submit)
        self._set_attribute(concurrent.futures._base, "Future", threads.NumberedFuture)
        self._set_attribute(concurrent.futures, "Future", threads.NumberedFuture)
        if "concurrent.futures.process" in sys.modules:
            self._refuse_processes()
        else:
            self._set_attribute(concurrent.futures, "__getattr__", self._load_executor)

    def undo(self) -> None:
        for owner, name, original in reversed(self._attributes):
            setattr(owner, name, original)
        for namespace, name, original, replacement in reversed(self._entries):
            if namespace.get(name) is replacement:
                namespace[name] = original
        self._entries.clear()
        # What was imported meanwhile has found the stand-ins.
        for _, namespace in _namespaces((sys.modules.keys() - self._modules) | {"__main__"}):
            self._replace_values(namespace, _REAL)

    def _replace_values(self, namespace: dict[str, Any], replacements: dict[int, object]) -> None:
        # One look in C at each of thousands of namespaces; only the few that have something are gone through.
        if replacements.keys().isdisjoint(map(id, namespace.values())):
            return
        for name, value in list(namespace.items()):
            if id(value) in replacements:
                self._set_entry(namespace, name, replacements[id(value)])

    def _wrap_locks(self, namespace: dict[str, Any]) -> None:
        """Locks that an earlier notebook cell has made take part; the real lock stays the truth."""
        for name, value in list(namespace.items()):
            if isinstance(value, _thread.LockType):
                self._set_entry(namespace, name, locks.VirtualLock(value))

    def _set_entry(self, namespace: dict[str, Any], name: str, replacement: object) -> None:
        self._entries.append((namespace, name, namespace[name], replacement))
        namespace[name] = replacement

    def _set_attribute(self, owner: Any, name: str, replacement: object) -> None:
        self._attributes.append((owner, name, getattr(owner, name)))
        setattr(owner, name, replacement)

    def _refuse_processes(self) -> None:
        from concurrent.futures.process import ProcessPoolExecutor

        self._set_attribute(
            ProcessPoolExecutor, "submit", threads.refusing_processes(ProcessPoolExecutor.submit)
        )

    def _load_executor(self, name: str) -> Any:
        """`concurrent.futures` imports the process pool when it is first asked for."""
        original = next(value for owner, key, value in self._attributes if key == "__getattr__")
        value = original(name)  # type: ignore[operator]
        if name == "ProcessPoolExecutor":
            self._refuse_processes()
        return value


def _namespaces(names: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The global variables of those modules that a simulation may touch."""
    for name in list(names):
        module = sys.modules.get(name)
        if isinstance(module, ModuleType) and not _is_left_alone(name):
            # Past the hooks of modules that load lazily.
            yield name, object.__getattribute__(module, "__dict__")

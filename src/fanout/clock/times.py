"""The functions of `time`, and `datetime.now`, on the virtual clock."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any

from fanout.clock.clock import VirtualClock, current_clock
from fanout.clock.locks import is_real
from fanout.clock.strand import to_ns

_real_monotonic = time.monotonic


def now() -> float:
    """Seconds on the clock of the calling thread: since the start of its simulation, else `time.monotonic()`.

    Unlike the functions of `time` it never counts as polling.
    """
    clock = current_clock()
    return _real_monotonic() if clock is None else clock.ns / 1e9


class TimeFunction:
    """Stands for a function of `time`.

    An object, not a function: stored in a class body it must not turn into a method, as the built-in does not.
    """

    def __init__(self, name: str, virtual: Callable[..., Any]) -> None:
        self.__name__ = name
        self.real: Callable[..., Any] = getattr(time, name)
        self._virtual = virtual

    def __call__(self, *args: Any) -> Any:
        clock = current_clock()
        if clock is None or is_real(sys._getframe(1).f_globals.get("__name__", "")):
            return self.real(*args)
        return self._virtual(clock, *args)

    def __repr__(self) -> str:
        return f"<virtual time.{self.__name__}>"


def _sleep(clock: VirtualClock, seconds: float, /) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    clock.sleep(to_ns(seconds))


def _time_ns(clock: VirtualClock) -> int:
    return clock.epoch_ns + clock.read()


def _time(clock: VirtualClock) -> float:
    return _time_ns(clock) / 1e9


def _elapsed_ns(clock: VirtualClock) -> int:
    return clock.read()


def _elapsed(clock: VirtualClock) -> float:
    return clock.read() / 1e9


def _broken_down(name: str) -> Callable[..., Any]:
    real = getattr(time, name)

    def of_virtual_now(clock: VirtualClock, seconds: float | None = None, /) -> Any:
        return real(_time(clock) if seconds is None else seconds)

    return of_virtual_now


_real_strftime, _real_localtime = time.strftime, time.localtime


def _strftime(clock: VirtualClock, format: str, parts: Any = None, /) -> str:
    return _real_strftime(format, _real_localtime(_time(clock)) if parts is None else parts)


_VIRTUAL: dict[str, Callable[..., Any]] = {
    "sleep": _sleep,
    "time": _time,
    "time_ns": _time_ns,
    "monotonic": _elapsed,
    "monotonic_ns": _elapsed_ns,
    "perf_counter": _elapsed,
    "perf_counter_ns": _elapsed_ns,
    "localtime": _broken_down("localtime"),
    "gmtime": _broken_down("gmtime"),
    "ctime": _broken_down("ctime"),
    "strftime": _strftime,
}

TIME_FUNCTIONS = [TimeFunction(name, virtual) for name, virtual in _VIRTUAL.items()]


class _DatetimeType(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class VirtualDatetime(datetime, metaclass=_DatetimeType):
    """Stands for `datetime` where a module asks it for the present. All that it makes are plain datetimes."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return datetime(*args, **kwargs)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        clock = current_clock()
        return datetime.now(tz) if clock is None else datetime.fromtimestamp(_time(clock), tz)

    @classmethod
    def utcnow(cls) -> Any:
        return cls.now(UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> Any:
        return cls.now()

"""The log of a run, and its bill."""

import html
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import Literal

from llmsim.chat import Usage
from llmsim.faults import Kind
from llmsim.models import Model

NOTHING = Usage(0, 0)

Outcome = Literal["running", "ok", "error", "rate_limited", "timeout", "cancelled"]


@dataclass
class Entry:
    """One attempt at a request.  Times are seconds on the simulator's clock, counted from its first request.

    A retry is an entry of its own (`attempt` counts from 0).  `usage` and `cost` are what was billed: everything
    for a finished answer; the prompt and the tokens made so far for one that was cut, timed out or cancelled;
    nothing for an error.
    """

    id: str
    model: str
    attempt: int
    start: float
    stream: bool
    outcome: Outcome = "running"
    fault: Kind | None = None
    status: int | None = None
    queued: float = 0.0
    first_token: float | None = None
    end: float | None = None
    usage: Usage = NOTHING
    cost: float = 0.0

    @property
    def seconds(self) -> float | None:
        """From start to end, None while it runs."""
        return None if self.end is None else self.end - self.start


@dataclass
class Account:
    """Totals of one model."""

    requests: int = 0
    ok: int = 0
    rate_limited: int = 0
    errors: int = 0
    timeouts: int = 0
    cancelled: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0

    def add(self, entry: Entry) -> None:
        """Count a finished entry."""
        self.requests += 1
        self.ok += entry.outcome == "ok"
        self.rate_limited += entry.outcome == "rate_limited"
        self.errors += entry.outcome == "error"
        self.timeouts += entry.outcome == "timeout"
        self.cancelled += entry.outcome == "cancelled"
        self.prompt_tokens += entry.usage.prompt_tokens
        self.completion_tokens += entry.usage.completion_tokens
        self.cost += entry.cost


_COLUMNS = (
    "model",
    "requests",
    "ok",
    "429",
    "errors",
    "timeouts",
    "cancelled",
    "tokens in",
    "tokens out",
    "cost $",
)


@dataclass(frozen=True)
class Bill:
    """What a run used and cost, by model.  Prints as a table."""

    accounts: dict[str, Account]

    @property
    def total(self) -> Account:
        """All models together."""
        total = Account()
        for account in self.accounts.values():
            for name, value in vars(account).items():
                setattr(total, name, getattr(total, name) + value)
        return total

    @property
    def cost(self) -> float:
        """US dollars, at the simulator's invented prices."""
        return self.total.cost

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The table's lines, the total last."""
        for name, account in [*sorted(self.accounts.items()), ("total", self.total)]:
            *counts, cost = vars(account).values()
            yield (name, *(f"{count:,}" for count in counts), f"{cost:.6f}")

    def __str__(self) -> str:
        table = [_COLUMNS, *self.rows()]
        widths = [max(len(row[i]) for row in table) for i in range(len(_COLUMNS))]
        lines = []
        for name, *cells in table:
            numbers = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
            lines.append("  ".join([name.ljust(widths[0]), *numbers]))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


class Ledger:
    """Every attempt of a run: the last `keep` in full, all of them in the totals.  Safe to use from threads.

    `on_attempt` is called with each entry as it opens and again as it closes, in the task or thread that makes the
    attempt, so that a tracer finds its own context there.
    """

    def __init__(self, keep: int = 100_000, on_attempt: Callable[[Entry], None] | None = None) -> None:
        self._on_attempt = on_attempt
        self._entries: deque[Entry] = deque(maxlen=keep)
        self._accounts: dict[str, Account] = {}
        self._lock = Lock()
        self.in_flight = 0
        self.peak_in_flight = 0

    def open(self, entry: Entry) -> None:
        """An attempt begins."""
        with self._lock:
            self._entries.append(entry)
            self.in_flight += 1
            self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
        if self._on_attempt:
            self._on_attempt(entry)

    def close(self, entry: Entry, model: Model, outcome: Outcome, now: float, usage: Usage) -> None:
        """An attempt ends; what it used is priced.  A second end is ignored."""
        with self._lock:
            if entry.outcome != "running":
                return
            entry.outcome, entry.end, entry.usage = outcome, now, usage
            entry.cost = model.cost(usage)
            self.in_flight -= 1
            self._accounts.setdefault(entry.model, Account()).add(entry)
        if self._on_attempt:
            self._on_attempt(entry)

    @property
    def entries(self) -> list[Entry]:
        """The log, oldest first."""
        with self._lock:
            return list(self._entries)

    def latest(self, count: int) -> list[Entry]:
        """The last few entries, newest first."""
        with self._lock:
            return list(islice(reversed(self._entries), count))

    def bill(self) -> Bill:
        """The totals so far; attempts that still run are not in it."""
        with self._lock:
            return Bill({name: Account(**vars(account)) for name, account in self._accounts.items()})

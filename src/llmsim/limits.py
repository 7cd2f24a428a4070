"""Requests and tokens per minute, as token buckets, and a backend's capacity, as a queue."""

import heapq
from dataclasses import dataclass, field

from llmsim.errors import RateLimitError


@dataclass(frozen=True)
class Limits:
    """What one model allows.

    `rpm` and `tpm` are requests and tokens per minute (None: unlimited).  A bucket holds `burst` seconds' worth and
    starts full, so 60 lets a whole minute's quota through at once, and 1 enforces it second by second.
    `capacity` is how many answers the backend works on at the same time (None: any number); further ones queue.
    `charge_rejected` lets refused requests use quota too, as OpenAI's documentation says of its limits.
    """

    rpm: float | None = None
    tpm: float | None = None
    burst: float = 60.0
    capacity: int | None = None
    charge_rejected: bool = False

    def __post_init__(self) -> None:
        if any(limit is not None and limit <= 0 for limit in (self.rpm, self.tpm, self.capacity)):
            raise ValueError("rpm, tpm and capacity must be positive, or None for no limit")
        if self.burst <= 0:
            raise ValueError("burst is a number of seconds and must be positive")


_CLOCK_ERROR = 1e-8
"""Seconds by which sums of clock readings may be off; a wait served exactly must be enough all the same."""


class Bucket:
    """A token bucket: holds up to `size`, gains `per_second`.

    Whoever comes a clock's rounding too early is let in on credit, so that a wait served exactly is enough; the
    credit is paid back, so that it never adds up.
    """

    def __init__(self, per_minute: float, burst: float) -> None:
        self.per_minute = per_minute
        self.per_second = per_minute / 60
        self.size = max(1.0, self.per_second * burst)
        self.credit = self.per_second * _CLOCK_ERROR
        self.level = self.size
        self.at: float | None = None

    def refill(self, now: float) -> None:
        """Add what has flowed in since the last call."""
        if self.at is not None and now > self.at:
            self.level = min(self.size, self.level + (now - self.at) * self.per_second)
        self.at = now

    def wait_for(self, amount: float) -> float:
        """Seconds until `amount` is there (0 when it is; infinite when it never fits)."""
        if amount > self.size:
            return float("inf")
        missing = amount - self.level
        return missing / self.per_second if missing > self.credit else 0.0

    def take(self, amount: float) -> None:
        """Use `amount`, for which `wait_for` was 0."""
        self.level -= amount

    def drain(self, amount: float) -> None:
        """Use as much of `amount` as there is."""
        self.level -= min(amount, max(0.0, self.level))

    def until_full(self) -> float:
        """Seconds until the bucket is full again."""
        return (self.size - self.level) / self.per_second


@dataclass
class Gate:
    """One model's limits at work.  All times come from the caller, so that any clock will do."""

    model: str
    limits: Limits
    _requests: Bucket | None = field(init=False)
    _tokens: Bucket | None = field(init=False)
    _busy_until: list[float] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        limits = self.limits
        self._requests = Bucket(limits.rpm, limits.burst) if limits.rpm else None
        self._tokens = Bucket(limits.tpm, limits.burst) if limits.tpm else None

    def admit(self, now: float, tokens: int) -> None:
        """Charge one request of so many tokens, or raise a 429 that says how long to wait."""
        wanted = [
            (bucket, amount, kind)
            for bucket, amount, kind in ((self._requests, 1, "requests"), (self._tokens, tokens, "tokens"))
            if bucket is not None
        ]
        for bucket, _, _ in wanted:
            bucket.refill(now)
        refused = any(bucket.wait_for(amount) > 0 for bucket, amount, _ in wanted)
        if refused and self.limits.charge_rejected:
            for bucket, amount, _ in wanted:
                bucket.drain(amount)
        if refused:
            waits = [(bucket.wait_for(amount), bucket, amount, kind) for bucket, amount, kind in wanted]
            raise self._refusal(*max(waits, key=lambda entry: entry[0]))
        for bucket, amount, _ in wanted:
            bucket.take(amount)

    def _refusal(self, wait: float, bucket: Bucket, amount: float, kind: str) -> RateLimitError:
        unit = "requests per min (RPM)" if kind == "requests" else "tokens per min (TPM)"
        used = f"Limit {bucket.per_minute:g}, Used {bucket.size - bucket.level:.0f}, Requested {amount:g}."
        if wait == float("inf"):
            message = (
                f"Request too large for {self.model} on {unit}: {used} It must be smaller to run at all."
            )
            return RateLimitError(message, type=kind, code="rate_limit_exceeded", headers=self.headers())
        message = (
            f"Rate limit reached for {self.model} on {unit}: {used} Please try again in {duration(wait)}."
        )
        return RateLimitError(
            message, type=kind, code="rate_limit_exceeded", retry_after=wait, headers=self.headers()
        )

    def headers(self) -> dict[str, str]:
        """The `x-ratelimit-*` headers of a response at this moment."""
        found = {}
        for kind, bucket in (("requests", self._requests), ("tokens", self._tokens)):
            if bucket is not None:
                found[f"x-ratelimit-limit-{kind}"] = f"{bucket.per_minute:.0f}"
                found[f"x-ratelimit-remaining-{kind}"] = f"{int(bucket.level)}"
                found[f"x-ratelimit-reset-{kind}"] = duration(bucket.until_full())
        return found

    def queue(self, now: float, service: float) -> float:
        """Seconds that a request of `service` seconds waits for a free place, first come, first served.

        The place is taken for the whole service time, whether or not the caller stays to hear the answer.
        """
        capacity = self.limits.capacity
        if capacity is None:
            return 0.0
        while self._busy_until and self._busy_until[0] <= now:
            heapq.heappop(self._busy_until)
        start = now
        if len(self._busy_until) >= capacity:
            start = heapq.heappop(self._busy_until)
        heapq.heappush(self._busy_until, start + service)
        return start - now


def duration(seconds: float) -> str:
    """A duration as OpenAI's headers write it: `12ms`, `1.5s`, `6m0s`."""
    if seconds < 1:
        return f"{max(0, round(seconds * 1000))}ms"
    if seconds < 60:
        return f"{round(seconds, 3):g}s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest}s"

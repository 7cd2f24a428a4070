"""How long an answer takes: the time to its first token, then a pace of tokens."""

import math
import random
from dataclasses import dataclass
from typing import Self

from llmsim.seeds import normal, normal_cdf


@dataclass(frozen=True)
class Timing:
    """One request's draw: seconds to the first token, and the pace after it (tokens per second)."""

    ttft: float
    rate: float


@dataclass(frozen=True)
class Latency:
    """A latency distribution.

    The time to the first token (TTFT) is log-normal around `ttft` with shape `sigma`; a fraction `tail` of the
    requests falls into a heavy tail instead, a Pareto law of index `alpha` from `tail_from × ttft` cut off at
    `longest`.  Tokens then come at `rate` per second (log-normal between requests with shape `rate_sigma`), each
    gap uniform within ±`jitter` of its mean.
    """

    ttft: float = 0.5
    sigma: float = 0.25
    tail: float = 0.02
    tail_from: float = 3.0
    alpha: float = 1.5
    longest: float = 60.0
    rate: float = 60.0
    rate_sigma: float = 0.1
    jitter: float = 0.5

    def __post_init__(self) -> None:
        if self.ttft < 0 or self.rate <= 0:
            raise ValueError("ttft must not be negative and rate must be positive")
        if not (0 <= self.tail <= 1 and 0 <= self.jitter <= 1):
            raise ValueError("tail and jitter are fractions between 0 and 1")
        if self.sigma < 0 or self.rate_sigma < 0 or self.alpha <= 0:
            raise ValueError("sigma and rate_sigma must not be negative, alpha must be positive")
        if self.tail and self.ttft and self.tail_from * self.ttft >= self.longest:
            raise ValueError("the tail must begin below `longest`")

    @classmethod
    def fixed(cls, ttft: float, rate: float = math.inf) -> Self:
        """No chance at all: every request waits `ttft` seconds, then gets `rate` tokens per second."""
        return cls(ttft=ttft, sigma=0.0, tail=0.0, rate=rate, rate_sigma=0.0, jitter=0.0, longest=math.inf)

    def draw(self, rng: random.Random) -> Timing:
        """One request's timing; always the same four draws, so that settings do not shift one another's luck."""
        which, place, spread, pace = (rng.random() for _ in range(4))
        if which < self.tail:
            start = self.tail_from * self.ttft
            reach = 1 - (start / self.longest) ** self.alpha if start else 0.0
            ttft = start * (1 - place * reach) ** (-1 / self.alpha)
        else:
            ttft = self.ttft * math.exp(self.sigma * normal(spread))
        return Timing(ttft, self.rate * math.exp(self.rate_sigma * normal(pace)))

    def gap(self, timing: Timing, rng: random.Random) -> float:
        """Seconds between two tokens."""
        return (1 + self.jitter * (2 * rng.random() - 1)) / timing.rate

    def cdf(self, seconds: float) -> float:
        """The probability that the first token has come after so many seconds (the queue not counted)."""
        if seconds <= 0:
            return 0.0
        if self.sigma and self.ttft:
            body = normal_cdf(math.log(seconds / self.ttft) / self.sigma)
        else:
            body = float(seconds >= self.ttft)
        start = self.tail_from * self.ttft
        if not self.tail or not start:
            return body
        if seconds <= start:
            beyond = 0.0
        elif seconds >= self.longest:
            beyond = 1.0
        else:
            beyond = (1 - (start / seconds) ** self.alpha) / (1 - (start / self.longest) ** self.alpha)
        return (1 - self.tail) * body + self.tail * beyond

"""Faults on purpose: every one seeded, so that a bad day can be lived through again."""

from dataclasses import dataclass
from typing import Literal

from llmsim.seeds import generator


@dataclass(frozen=True)
class Burst:
    """Errors that come in clusters: each window of `every` seconds holds one burst of `lasts` seconds.

    Where in the window it lies is drawn from the seed.  Inside it, requests fail at `error_rate`.
    """

    every: float = 60.0
    lasts: float = 5.0
    error_rate: float = 0.8

    def __post_init__(self) -> None:
        if not 0 < self.lasts <= self.every:
            raise ValueError("a burst must last longer than 0 s and fit into its window")

    def covers(self, now: float, seed: int) -> bool:
        """Whether the second `now` of the run lies in a burst."""
        window = int(now // self.every)
        start = window * self.every + generator(seed, "burst", window).random() * (self.every - self.lasts)
        return start <= now < start + self.lasts


@dataclass(frozen=True)
class Outage:
    """From second `start` to second `end` of the run nothing works: 503 at once, or no answer at all."""

    start: float
    end: float
    kind: Literal["unavailable", "hang"] = "unavailable"
    models: tuple[str, ...] = ()
    """Only these models; empty for all."""

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError("an outage must end after it starts, and start at second 0 or later")


Kind = Literal["outage", "hang", "error", "cut", "slow", "malformed"]


@dataclass(frozen=True)
class Faults:
    """How requests go wrong.  Rates are probabilities per request; times are seconds.

    `error_rate`: a 5xx after a fraction of the usual wait.  `hang_rate`: no answer; after `gives_up_after` the
    endpoint itself ends it with a 504, if the client has not before.  `cut_rate`: the connection breaks part way.
    `slow_rate`: tokens trickle `slow_factor` times slower.  `malformed_rate`: the text is damaged (a JSON answer
    is cut or wrapped in prose, another one breaks off).  The first kind that strikes in the order of `Kind` counts.
    """

    error_rate: float = 0.0
    hang_rate: float = 0.0
    cut_rate: float = 0.0
    slow_rate: float = 0.0
    malformed_rate: float = 0.0
    slow_factor: float = 10.0
    gives_up_after: float = 600.0
    bursts: tuple[Burst, ...] = ()
    outages: tuple[Outage, ...] = ()

    def __post_init__(self) -> None:
        for rate in (self.error_rate, self.hang_rate, self.cut_rate, self.slow_rate, self.malformed_rate):
            if not 0 <= rate <= 1:
                raise ValueError("a rate is a probability between 0 and 1")

    def outage(self, model: str, now: float) -> Outage | None:
        """The outage that holds at this second of the run, if any."""
        for outage in self.outages:
            if outage.start <= now < outage.end and (not outage.models or model in outage.models):
                return outage
        return None

    def strike(self, model: str, now: float, seed: int, luck: tuple[float, ...]) -> Kind | None:
        """Which fault a request meets, if any.

        `luck` is five uniform draws, one for each kind that depends on chance, so that no setting changes another's.
        """
        outage = self.outage(model, now)
        if outage:
            return "hang" if outage.kind == "hang" else "outage"
        hang, error, cut, slow, malformed = luck
        if hang < self.hang_rate:
            return "hang"
        worst = max([self.error_rate, *(b.error_rate for b in self.bursts if b.covers(now, seed))])
        if error < worst:
            return "error"
        if cut < self.cut_rate:
            return "cut"
        if slow < self.slow_rate:
            return "slow"
        return "malformed" if malformed < self.malformed_rate else None


NONE = Faults()

"""fanout: run steps side by side. Structured, typed, on asyncio or on threads, in real or in virtual time."""

from fanout.batching import Batching
from fanout.breaker import CircuitBreaker, CircuitOpen
from fanout.leaf import Lambda
from fanout.limits import Adaptive, Limiter, RateLimiter
from fanout.map import Map
from fanout.outcome import Err, Ok, Outcomes
from fanout.parallel import Parallel
from fanout.race import Quorum, Race
from fanout.sequence import Sequence
from fanout.shape import assign, passthrough, pick
from fanout.step import Step

__all__ = [
    "Adaptive",
    "Batching",
    "CircuitBreaker",
    "CircuitOpen",
    "Err",
    "Lambda",
    "Limiter",
    "Map",
    "Ok",
    "Outcomes",
    "Parallel",
    "Quorum",
    "Race",
    "RateLimiter",
    "Sequence",
    "Step",
    "assign",
    "passthrough",
    "pick",
]

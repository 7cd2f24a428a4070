"""fanout: run steps side by side. Structured, typed, on asyncio or on threads, in real or in virtual time."""

from fanout.leaf import Lambda
from fanout.map import Map
from fanout.outcome import Err, Ok, Outcomes
from fanout.parallel import Parallel
from fanout.race import Quorum, Race
from fanout.sequence import Sequence
from fanout.shape import assign, passthrough, pick
from fanout.step import Step

__all__ = [
    "Err",
    "Lambda",
    "Map",
    "Ok",
    "Outcomes",
    "Parallel",
    "Quorum",
    "Race",
    "Sequence",
    "Step",
    "assign",
    "passthrough",
    "pick",
]

"""Randomness that depends on what is asked, not on when it is asked.

A shared generator would make a request's fate depend on how many requests came before it, so two branches
that swap places would swap their faults.  Here every request owns a generator, seeded by a hash of the
simulator's seed, the request, and how often that same request was made before.
"""

import hashlib
import math
import random
from statistics import NormalDist

_NORMAL = NormalDist()


def digest(*parts: object) -> int:
    """A 64-bit hash of the parts' text, the same in every process and on every platform."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"
    )


def generator(*parts: object) -> random.Random:
    """A generator seeded by the parts.  Only its `random()` should be used: that is stable across versions."""
    return random.Random(digest(*parts))


def normal(uniform: float) -> float:
    """The standard normal quantile of a uniform draw."""
    return _NORMAL.inv_cdf(min(max(uniform, 1e-12), 1 - 1e-12))


def normal_cdf(z: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-z / math.sqrt(2))

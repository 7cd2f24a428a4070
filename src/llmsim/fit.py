"""Does what was measured follow the distribution that was configured?"""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple


class Fit(NamedTuple):
    """A one-sample Kolmogorov–Smirnov test: the largest distance between the two curves, and how likely chance
    alone makes it at least as large."""

    distance: float
    p_value: float
    size: int


def kolmogorov_smirnov(sample: Iterable[float], cdf: Callable[[float], float]) -> Fit:
    """Compare a sample with a distribution function.

    The p-value is Kolmogorov's limit law with Stephens' correction for the sample's size (Stephens 1970), good to
    a few percent from about 40 values on.
    """
    values = sorted(sample)
    n = len(values)
    if n == 0:
        raise ValueError("no values to compare")
    distance = max(max((i + 1) / n - (p := cdf(value)), p - i / n) for i, value in enumerate(values))
    x = (math.sqrt(n) + 0.12 + 0.11 / math.sqrt(n)) * distance
    p_value = (
        2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * x) ** 2) for k in range(1, 101)) if x > 0.2 else 1.0
    )
    return Fit(distance, min(1.0, max(0.0, p_value)), n)

"""Embeddings without a model: a text's ideas, hashed into a vector of unit length."""

import math

from llmsim.seeds import digest
from llmsim.semantics import weights

DIMENSIONS = 256


def embed(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """A vector of unit length; texts that share ideas, in either language, point the same way.

    Each idea adds its weight at two places with a sign, all by hash (feature hashing, Weinberger et al. 2009).
    """
    vector = [0.0] * dimensions
    for idea, count in weights(text).items() or {text: 1}.items():
        hashed = digest("embedding", idea)
        for place, sign in (
            (hashed & 0xFFFFFF, hashed >> 62 & 1),
            (hashed >> 24 & 0xFFFFFF, hashed >> 63 & 1),
        ):
            vector[place % dimensions] += (1 + math.log(count)) * (1 if sign else -1)
    length = math.sqrt(sum(v * v for v in vector))
    if not length:  # two places can cancel out
        vector[digest("embedding", text) % dimensions] = length = 1.0
    return [v / length for v in vector]

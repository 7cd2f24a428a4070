"""How several results become one.

Every strategy is called `how(old, *new)`: what there was before (None for nothing), and what the branches returned, in
declared order. Taking all branches at once keeps a join of 10 000 linear. The same functions serve `Parallel(merge=…)`,
where nothing is old, and the keys of a graph's state.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import reduce
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
Strategy: TypeAlias = Callable[..., Any]


class MergeConflict(ValueError):
    """Two branches wrote the same key, and nothing says how their values become one."""


def replace(old: Any, *new: Any) -> Any:
    """The last value written; `old` if there is none. Associative."""
    return new[-1] if new else old


def append(old: Any, *new: Any) -> list[Any]:
    """One list of everything. A list is added item by item, any other value as one item, None not at all.

    Associative. The rule for values that are no lists is that of Spring AI Alibaba's `AppendStrategy`.
    """
    return [item for value in (old, *new) for item in _items(value)]


def unique(old: Any, *new: Any) -> list[Any]:
    """`append` without repetitions: of equal items the first stays. Associative, and idempotent.

    Linear for hashable items; each item that cannot be hashed is compared with the others of its kind.
    """
    seen: set[Hashable] = set()
    odd: list[Any] = []
    result = []
    for item in append(old, *new):
        try:
            if item in seen:
                continue
            seen.add(item)
        except TypeError:
            if item in odd:
                continue
            odd.append(item)
        result.append(item)
    return result


def merge(old: Any, *new: Any) -> dict[Any, Any]:
    """One mapping with all keys; of values for the same key the last declared stays. Not deep. None counts as empty.

    Associative. Use `by_key` to combine the values of a key, or to refuse it if two branches write the same one.
    """
    result: dict[Any, Any] = {}
    for value in (old, *new):
        if value is not None:
            result.update(value)
    return result


def concat(old: Any, *new: Any) -> Any:
    """Everything in one piece, with `+`: texts, lists, tuples, messages. None counts as nothing. Associative.

    Linear for texts and lists. Raises `TypeError` if two values cannot be added.
    """
    values = [value for value in (old, *new) if value is not None]
    if not values:
        return None
    if all(type(value) is str for value in values):
        return "".join(values)
    if all(type(value) is list for value in values):
        return [item for value in values for item in value]
    return reduce(lambda total, value: total + value, values)


def fold(function: Callable[[Any, Any], Any]) -> Strategy:
    """A strategy out of a function of two values, such as `operator.add` or LangGraph's `add_messages`.

    It is applied from the left, as often as there are values. It is associative if the function is.
    """

    def folded(old: Any, *new: Any) -> Any:
        values = new if old is None else (old, *new)
        return reduce(function, values) if values else None

    folded.__name__ = folded.__qualname__ = f"fold({getattr(function, '__name__', function)})"
    return folded


def vote(old: Any, *new: Any) -> Any:
    """The value that most branches returned; of several, the one declared first. None is no vote.

    `old` has a vote if it is given. Not associative: give all votes at once. This is the majority of self-consistency:
    X. Wang et al., "Self-consistency improves chain of thought reasoning in language models" (ICLR 2023). Values are
    compared as they are: bring answers to a common form first. Linear for hashable values.
    """
    values = [value for value in (old, *new) if value is not None]
    counts: dict[Any, list[Any]] = {}  # identity -> [votes, value]
    for value in values:
        counts.setdefault(_identity(value), [0, value])[0] += 1
    return max(counts.values(), key=lambda count: count[0], default=(0, None))[1]


def reciprocal_rank(
    old: Any,
    *new: Iterable[Any],
    k: float = 60,
    key: Callable[[Any], Hashable] | None = None,
    weights: Iterable[float] | None = None,
) -> list[Any]:
    """One ranking out of several: reciprocal rank fusion.

    An item scores the sum of `weight / (k + rank)` over the rankings that hold it, rank 1 being the best; the higher
    the score the further in front, and of equal scores what appears first in the rankings as declared. Scores are
    summed exactly, so the order of the rankings decides nothing else. `k` (60 in the paper) says how fast rank stops
    mattering. An item twice in one ranking counts where it is ranked best. None is an empty ranking.

    `key` tells which items are the same (the default: equal items, or items that print the same if they cannot be
    hashed); `weights` gives one number for each ranking, `old` first if it is not None.

    Not associative: give all rankings at once. Options: `functools.partial(reciprocal_rank, k=10)`. After G. Cormack,
    C. Clarke and S. Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods"
    (SIGIR 2009).
    """
    rankings = list(new) if old is None else [old, *new]
    weight = [1.0] * len(rankings) if weights is None else list(weights)
    if len(weight) != len(rankings):
        raise ValueError(f"{len(rankings)} rankings need as many weights, not {len(weight)}")
    if k < 0:
        raise ValueError(f"k must not be negative: {k}")
    identify = key or _identity
    found: dict[Hashable, Any] = {}
    scores: dict[Hashable, list[float]] = {}
    for ranking, share in zip(rankings, weight, strict=True):
        ranked: set[Hashable] = set()
        for rank, item in enumerate(ranking or (), start=1):
            identity = identify(item)
            if identity not in ranked:
                ranked.add(identity)
                found.setdefault(identity, item)
                scores.setdefault(identity, []).append(share / (k + rank))
    totals = {identity: math.fsum(score) for identity, score in scores.items()}
    return [found[identity] for identity in sorted(totals, key=lambda identity: -totals[identity])]


def by_key(strategies: Mapping[Any, Strategy] | None = None, *, strict: bool = True) -> Strategy:
    """A strategy for mappings that merges each key by its own strategy.

    A key without a strategy may be written by one branch only: two raise `MergeConflict`, which names the key (as
    LangGraph does). With `strict=False` the last declared one wins (as in langgraph4j and Spring AI Alibaba). Keys that
    no branch writes stay as they are; None is an empty mapping.
    """
    known = dict(strategies or {})

    def merged(old: Any, *new: Any) -> dict[Any, Any]:
        result = dict(old or {})
        written: dict[Any, list[Any]] = {}
        for writes in new:
            for key, value in (writes or {}).items():
                written.setdefault(key, []).append(value)
        for key, values in written.items():
            if key in known:
                result[key] = known[key](result.get(key), *values)
            elif strict and len(values) > 1:
                raise MergeConflict(
                    f"{len(values)} branches write {key!r} and no strategy says how to merge it: "
                    f"declare one, for example {{{key!r}: append}}, or let the last one win with strict=False"
                )
            else:
                result[key] = values[-1]
        return result

    return merged


def _items(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _identity(item: Any) -> Hashable:
    """What tells whether two items are the same: the item, or how it prints if it cannot be hashed."""
    try:
        hash(item)
    except TypeError:
        return (type(item), repr(item))
    return item  # type: ignore[no-any-return]

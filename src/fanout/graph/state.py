"""The state of a running graph: a chain of commits, and the order in which branches were declared.

A node commits what it wrote on top of what it was given. Where branches meet, what none of them shares with all the
others is replayed in declared order on top of the last commit that all have in common, so nothing depends on who
finished first, nothing is written twice, and no branch ever sees another's writes before they meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cmp_to_key
from heapq import heapify, heappop, heappush
from typing import Any

from fanout.merge import MergeConflict, Strategy, append, by_key, merge, unique

_EMPTY = (append, unique, merge)
"""Strategies whose result for nothing is worth having from the start."""


class Fork:
    """One split of one walker. `above` is the lineage of the walker that split, `executor` where it ran."""

    __slots__ = ("above", "depth", "executor", "node")

    def __init__(self, node: str, above: Lineage | None, executor: Any) -> None:
        self.node, self.above, self.executor = node, above, executor
        self.depth: int = 0 if above is None else above.fork.depth + 1


class Lineage:
    """Which branch of which split a walker is. It never depends on who else is under way."""

    __slots__ = ("fork", "index")

    def __init__(self, fork: Fork, index: int) -> None:
        self.fork, self.index = fork, index


def _meet(one: Lineage, other: Lineage) -> tuple[Lineage, Lineage]:
    """The two branches of one split that these come from. A loop, as there may be very many splits above."""
    while one.fork is not other.fork:
        deeper = one.fork.depth - other.fork.depth
        if deeper >= 0:
            assert one.fork.above is not None
            one = one.fork.above
        if deeper <= 0:
            assert other.fork.above is not None
            other = other.fork.above
    return one, other


def _compare(one: Lineage, other: Lineage) -> int:
    one, other = _meet(one, other)
    return one.index - other.index


by_lineage = cmp_to_key(_compare)
"""A sort key: branches in declared order, each with all that has come of it."""


def split_of(lineages: Iterable[Lineage]) -> Fork:
    """The innermost split that all of these come from."""
    first, *others = lineages
    for other in others:
        if other.fork is not first.fork:
            first, _ = _meet(first, other)
    return first.fork


class Commit:
    """What one node wrote (or a join of several commits, which writes nothing), and after what."""

    __slots__ = ("node", "number", "parents", "state", "writes")

    def __init__(
        self, number: int, node: str, writes: Mapping[Any, Any], parents: tuple[Commit, ...]
    ) -> None:
        self.number, self.node, self.writes, self.parents = number, node, writes, parents
        self.state: dict[Any, Any] | None = None
        """Worked out when somebody asks: a branch that goes straight to a join needs none."""


class History:
    """All commits of one run."""

    def __init__(self, keys: Mapping[Any, Strategy], strict: bool, given: Mapping[Any, Any]) -> None:
        self._keys, self._strict = keys, strict
        self._how = by_key(keys, strict=False)  # conflicts are found here: one branch may write a key twice
        self._count = 0
        self._joins: dict[tuple[Commit, ...], Commit] = {}
        self._forgotten: list[Mapping[Any, Any]] = []
        self.root = self.commit((), "", {})
        empty = {key: how(None) for key, how in keys.items() if how in _EMPTY}
        self.root.state = self._how(empty, given)

    def commit(self, parents: tuple[Commit, ...], node: str, writes: Mapping[Any, Any]) -> Commit:
        """What a node wrote after its one parent."""
        self._count += 1
        return Commit(self._count, node, writes, parents)

    def state(self, commit: Commit) -> dict[Any, Any]:
        """The state after a commit: not to be changed."""
        pending = []
        while commit.state is None:
            pending.append(commit)
            [commit] = commit.parents
        state = commit.state
        for commit in reversed(pending):
            state = commit.state = self._how(state, commit.writes)
        return state

    def join(self, heads: Iterable[Commit], at: str) -> Commit:
        """One commit after all of these, given in declared order. Raises `MergeConflict`."""
        distinct = tuple(dict.fromkeys(heads))
        if len(distinct) == 1:
            return distinct[0]
        joined = self._joins.get(distinct)
        if (
            joined is None
        ):  # the same branches that meet at two nodes share one commit, and so a base later on
            base = self._base(distinct)
            commits = self._since(base, distinct)
            if self._strict:
                self._check(commits, at)
            joined = self._joins[distinct] = self.commit(distinct, "", {})
            joined.state = self._how(self.state(base), *[commit.writes for commit in commits])
        return joined

    def writes(self, head: Commit) -> list[Mapping[Any, Any]]:
        """All that was written up to a commit, in order, without what was given."""
        return self._forgotten + [
            commit.writes for commit in self._since(self.root, (head,)) if commit.writes
        ]

    def forget(self, head: Commit) -> None:
        """Let go of all commits before this one, on which everything to come will stand."""
        self.state(head)
        self._forgotten, head.parents, self.root = self.writes(head), (), head
        self._joins.clear()

    def _base(self, heads: tuple[Commit, ...]) -> Commit:
        """The last commit that every way back from the heads goes through.

        The last commit that all heads *share* would not do: branches that cross have several, and none holds what the
        others do. Who comes earlier on a way has the smaller number, so the largest can be taken away until one is
        left.
        """
        frontier = {-head.number: head for head in heads}
        numbers = list(frontier)
        heapify(numbers)
        while len(numbers) > 1:
            for parent in frontier.pop(heappop(numbers)).parents:
                if -parent.number not in frontier:
                    frontier[-parent.number] = parent
                    heappush(numbers, -parent.number)
        return frontier[numbers[0]]

    def _since(self, base: Commit, heads: tuple[Commit, ...]) -> list[Commit]:
        """The commits after `base`: each after its parents, otherwise in the order of the heads."""
        done, order, stack = {base}, [], list(reversed(heads))
        while stack:
            commit = stack[-1]
            todo = [parent for parent in commit.parents if parent not in done] if commit not in done else None
            if todo:
                stack += reversed(todo)
                continue
            stack.pop()
            if todo is not None:
                done.add(commit)
                order.append(commit)
        return order

    def _check(self, commits: Iterable[Commit], at: str) -> None:
        """Two commits that write the same undeclared key must be one after the other."""
        last: dict[Any, Commit] = {}
        for commit in commits:
            for key in commit.writes:
                if key in self._keys:
                    continue
                if key in last and not _follows(commit, last[key]):
                    raise MergeConflict(
                        f"the branches of {last[key].node!r} and {commit.node!r}, which meet at {at!r}, both write "
                        f"{key!r} and no strategy says how to merge it: declare one, for example "
                        f"Graph({{{key!r}: append}}), or let the last one win with compile(strict=False)"
                    )
                last[key] = commit


def _follows(commit: Commit, earlier: Commit) -> bool:
    """Whether `earlier` is on a way back from `commit`."""
    seen, stack = {commit}, [commit]
    while stack:
        for parent in stack.pop().parents:
            if parent is earlier:
                return True
            if parent.number > earlier.number and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return False


class Final(dict[Any, Any]):
    """The state in which a graph ended, and what it wrote on the way: as a node, a graph hands back only that.

    Otherwise everything it was given would come back as if it had been written.
    """

    __slots__ = ("_how", "_log")

    def __init__(
        self,
        state: Mapping[Any, Any],
        keys: Mapping[Any, Strategy] | None = None,
        log: Iterable[Mapping[Any, Any]] = (),
    ) -> None:
        super().__init__(state)
        self._how, self._log = by_key(keys, strict=False), list(log)

    @property
    def written(self) -> dict[Any, Any]:
        """What was written, merged by the strategies of the graph as if there had been nothing before."""
        written: dict[Any, Any] = self._how(None, *self._log)
        return written

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)

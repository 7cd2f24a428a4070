"""One run of a graph: walkers, and one rule for where they meet.

A walker stands at a node. When the node has run, the walker goes along its edges; several edges make several walkers.
One that comes to a node waits while another can still come there in the same pass; those that wait together become one,
and the node runs. One coordinator moves all walkers between the ends of the nodes, which run side by side: there is
nothing to lock, and no barrier between branches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from fanout.graph.checks import check_one_target
from fanout.graph.events import Told
from fanout.graph.parts import END, START, LoopLimit, Send
from fanout.graph.paths import Passes
from fanout.graph.place import losable, name_node, placed, written
from fanout.graph.plan import Plan
from fanout.graph.state import Commit, Final, Fork, History, Lineage, by_lineage, split_of
from fanout.graph.walker import Crowd, Walker
from fanout.outcome import Chunk, Err, Ok, group
from fanout.runtime import Runtime
from fanout.scope import Scope
from fanout.spans import start_branches
from fanout.step import Step


class Walk:
    """The walkers of one run. `watched`: somebody takes the events."""

    def __init__(
        self, plan: Plan, given: Mapping[Any, Any], executors: Mapping[str, Any], watched: bool
    ) -> None:
        self.plan, self.paths, self.executors = plan, plan.paths, executors
        self.history = History(plan.keys, plan.strict, given)
        self.told = Told(self.history, plan.listeners, watched)
        self._crowd = Crowd(plan.paths)
        self._waiting: dict[tuple[str, Passes], list[Walker]] = {}
        self._ready: deque[Walker] = deque()
        self._running: dict[Walker, None] = {}
        self._ended: list[Walker] = []
        self._won: set[tuple[str, Passes]] = set()
        self._failed: dict[str, dict[Any, BaseException]] = {}
        self._limit = plan.limit if isinstance(plan.limit, int) else None

    def scope(self, rt: Runtime) -> Scope:
        limit = self.plan.limit
        self._scope = (rt if limit is None or isinstance(limit, int) else rt.limited(limit)).scope()
        return self._scope

    def begin(self) -> None:
        """Put the first walker at START."""
        root = self.history.root
        walker = Walker(START, (), Lineage(Fork("", None, None), 0), root, None, None)
        self.told.tell(START, root, {})
        self._crowd.enter(walker)
        self._leave(walker)
        self._go_on()

    def step(self, walker: Walker, outcome: Ok[Any] | Err | Chunk[Any]) -> None:
        """A node, or the router after it, has ended: go on from there."""
        if walker.lost:
            return
        del self._running[walker]
        if isinstance(outcome, Err):
            self._fail(walker, outcome)
        elif walker.routing:
            walker.routing = False
            self._go(walker, self.plan.routes[walker.node].follow(walker.node, outcome.value))
        else:
            writes = written(walker.node, outcome.value)
            walker.head = self.history.commit((walker.head,), walker.node, writes)
            walker.left, walker.branch_of = walker.branch_of, None
            if not (self.plan.fork_join_only and walker.left is not None):
                self.told.tell(walker.node, walker.head, writes)
            self._leave(walker)
        self._go_on()

    def result(self) -> Final:
        """The state at END, where all who came there meet."""
        end = self._join(END, self._ended)
        state = dict(self.history.state(end))
        self.told.tell(END, end, {})
        return Final(state, self.plan.keys, self.history.writes(end))

    # ---- going

    def _leave(self, walker: Walker) -> None:
        """The node has run: ask the router, or go along the edges."""
        if walker.node in self.plan.routes:
            walker.routing = True
            self._ready.append(walker)
        else:
            self._go(walker, self.plan.edges[walker.node])

    def _go(self, walker: Walker, targets: Iterable[str | Send]) -> None:
        """Go to each of these targets, and along the plain edges if a router gave them; to END if there is none."""
        node = walker.node
        if node in self.plan.routes and (plain := self.plan.edges.get(node)):
            targets = [*plain, *(target for target in targets if target not in plain)]
        targets = list(targets) or [END]
        self._crowd.leave(walker)
        if len(targets) == 1:
            self._arrive(walker, targets[0], alone=not self._crowd.bits and not self._ended)
            return
        if self.plan.fork_join_only:
            check_one_target(node, targets, self.plan.edges)
        fork = Fork(node, walker.lineage, walker.executor)
        place = self.executors.get(node, walker.executor)
        for index, target in enumerate(targets):
            branch = Walker(node, walker.passes, Lineage(fork, index), walker.head, place, node)
            self._arrive(branch, target)

    def _arrive(self, walker: Walker, target: str | Send, alone: bool = False) -> None:
        node = target.node if isinstance(target, Send) else target
        edge = (walker.node, node)
        if self.paths.headers:
            walker.passes = self.paths.move(walker.passes, edge)
            if edge in self.paths.back:
                self._again(walker, node, alone)
        walker.node = node
        if isinstance(target, Send):
            walker.input = target
            self._crowd.enter(walker)
            self._ready.append(walker)
        elif node == END:
            self._ended.append(walker)
        elif (node, walker.passes) not in self._won:
            self._crowd.enter(walker)
            waiting = self._waiting.get((node, walker.passes))
            if waiting is None:
                self._waiting[node, walker.passes] = [walker]
                self._crowd.moved = True
            else:
                waiting.append(walker)

    def _again(self, walker: Walker, header: str, alone: bool) -> None:
        """A walker begins a new pass of a loop."""
        if walker.passes[-1] > self.plan.loop_limit:
            raise LoopLimit(
                f"the loop through {walker.node!r} back to {header!r} went round more than "
                f"{self.plan.loop_limit} times: does its router ever leave it? (compile(loop_limit=…) allows more)"
            )
        if alone:  # all that is to come goes back to this one
            walker.lineage = Lineage(Fork("", None, walker.executor), 0)
            self.history.forget(walker.head)

    # ---- meeting

    def _go_on(self) -> None:
        """Run what may run now."""
        while self._crowd.moved:
            self._crowd.moved = False
            for node, passes in list(self._waiting):
                if (node, passes) in self._waiting and (
                    node in self.plan.any_of or next(self._crowd.held_up(node, passes), None) is None
                ):
                    self._meet(node, passes)
        ready = list[Walker]()
        while self._ready and (self._limit is None or len(self._running) + len(ready) < self._limit):
            walker = self._ready.popleft()
            if not walker.lost:
                ready.append(walker)
        if ready:
            self._start(ready)

    def _meet(self, node: str, passes: Passes) -> None:
        """Those who wait at a node become one, which will run it."""
        walkers = self._waiting.pop((node, passes))
        if len(walkers) > 1:
            self._crowd.leave(walkers[0], len(walkers) - 1)
        if node in self.plan.any_of:
            self._won.add((node, passes))
            self._failed.pop(node, None)
            self._drop_losers(node, passes)
        head = self._join(node, walkers)
        walker = walkers[0]  # the first declared, now that they are sorted
        walker.head = head
        if len(walkers) > 1 or node in self.plan.any_of:
            walker.executor = split_of(walker.lineage for walker in walkers).executor
        walker.left = None
        self._ready.append(walker)

    def _join(self, node: str, walkers: list[Walker]) -> Commit:
        """One commit after all of theirs."""
        walkers.sort(key=lambda walker: by_lineage(walker.lineage))
        head = self.history.join([walker.head for walker in walkers], node)
        if self.plan.fork_join_only and walkers[0].left is not None:
            self.told.tell(f"__PARALLEL__({walkers[0].left})", head, {})
        return head

    def _drop_losers(self, node: str, passes: Passes) -> None:
        """Cancel those who could only have come to a node with ANY_OF that has been reached."""
        members = self.plan.any_of[node]
        late = {place for place in self._crowd.held_up(node, passes) if place[0] in members}
        for walker in [*self._running, *self._ready]:
            if (walker.node, walker.passes) in late:
                self._running.pop(walker, None)
                self._lose(walker)
        for place in late & self._waiting.keys():
            for walker in self._waiting.pop(place):
                self._lose(walker)

    def _lose(self, walker: Walker) -> None:
        walker.lost = True
        if walker.stop is not None:
            walker.stop.set()
        self._crowd.leave(walker)

    # ---- running

    def _start(self, walkers: Iterable[Walker]) -> None:
        plain = []
        for walker in walkers:
            self._running[walker] = None
            step, value = self._work(walker)
            if any(walker.node in members for members in self.plan.any_of.values()):
                self._scope.start(walker, losable, walker, step, value)
            elif walker.executor is not None:
                self._scope.start(walker, placed, walker, step, value)
            else:
                plain.append((walker, step, value))
        if plain:
            start_branches(self._scope, plain)

    def _work(self, walker: Walker) -> tuple[Step[Any, Any], Any]:
        """The step to run, and what it is given: a copy of the state, or what was sent."""
        if walker.routing:
            return self.plan.routes[walker.node].router, dict(self.history.state(walker.head))
        step = self.plan.nodes[walker.node]
        if walker.input is not None:
            sent, walker.input = walker.input, None
            return step, sent.arg
        return step, dict(self.history.state(walker.head))

    def _fail(self, walker: Walker, outcome: Err) -> None:
        """Raise the error of a node, unless another branch can still win where this one was going."""
        error = name_node(outcome.error, walker.node)
        rank = self.paths.rank
        for join in sorted(self.plan.any_of, key=rank.__getitem__):
            if walker.node in self.plan.any_of[join] and isinstance(error, Exception):
                errors = self._failed.setdefault(join, {})
                errors[walker] = error
                self._crowd.leave(walker)
                if not any(node in self._crowd.places for node in (join, *self.plan.any_of[join])):
                    raise group(f"ALL {len(errors)} parallel branches failed in ANY_OF strategy", errors)
                return
        outcome.throw()

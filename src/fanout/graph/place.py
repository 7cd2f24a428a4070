"""How a node is run: on the executor of its fork, or so that it can lose; and what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fanout.graph.state import Final
from fanout.outcome import Err
from fanout.recorder import current_recorder
from fanout.runtime import Runtime
from fanout.spans import begin, start_branches, traced
from fanout.step import Step

if TYPE_CHECKING:
    from fanout.graph.walker import Walker

_NOTE = "in node "
_STOP = "stop"


async def placed(rt: Runtime, walker: Walker, step: Step[Any, Any], value: Any) -> Any:
    """Run a node on the executor of its fork."""
    rt = rt.on(walker.executor)
    recorder = current_recorder.get()
    if recorder is None:
        return await step.run(rt, value)
    return await traced(rt, recorder, begin(recorder, walker, step), step, value)


async def losable(rt: Runtime, walker: Walker, step: Step[Any, Any], value: Any) -> Any:
    """Run a node until it ends or `walker.stop` is set. A blocking call is then abandoned."""
    async with (rt if walker.executor is None else rt.on(walker.executor)).scope() as scope:
        walker.stop = scope.runtime.signal()
        if not walker.lost:  # looked at after `stop` is there, as whoever sets it does it the other way round
            start_branches(scope, [(walker, step, value)])
            scope.start(_STOP, _wait, walker)
            async for key, outcome in scope:
                if key is walker:
                    if isinstance(outcome, Err):
                        outcome.throw()
                    return outcome.value
                break
        scope.abandon()
    return None


async def _wait(_: Runtime, walker: Walker) -> None:
    assert walker.stop is not None
    await walker.stop.wait()


def name_node(error: BaseException, node: str) -> BaseException:
    """The same exception with a note that names the node; of a subgraph, the way to it: `in node 'A' / 'A.1'`."""
    notes: list[str] = getattr(error, "__notes__", [])
    for index, note in enumerate(notes):
        if note.startswith(_NOTE):
            notes[index] = f"{_NOTE}{node!r} / {note.removeprefix(_NOTE)}"
            return error
    error.add_note(f"{_NOTE}{node!r}")
    return error


def written(node: str, value: Any) -> Mapping[Any, Any]:
    """What a node has written, from what it returned: of a graph, only what it wrote itself."""
    if value is None:
        return {}
    if isinstance(value, Final):
        return value.written
    if isinstance(value, Mapping):
        return value
    raise TypeError(
        f"node {node!r} must return a mapping of what it writes, or None for nothing, not {value!r:.80}"
    )

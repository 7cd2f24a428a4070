"""What the faults of `llmsim.faults` do to an answer's schedule."""

import random
from dataclasses import replace

from llmsim.answers import Answer
from llmsim.chat import Failure, Step, Text, ToolCallDelta
from llmsim.errors import APIConnectionError, InternalServerError
from llmsim.faults import Faults, Kind
from llmsim.latency import Timing

_STATUS = (
    (0.4, 500, "The server had an error while processing your request. Sorry about that!"),
    (0.5, 502, "Bad gateway."),
    (1.0, 503, "The engine is currently overloaded, please try again later."),
)
_REFUSAL = 0.02
"""Seconds an endpoint that is down takes to say so."""


def instead(fault: Kind | None, timing: Timing, faults: Faults, rng: random.Random) -> list[Step] | None:
    """The schedule of a request that gets no answer at all; None if it gets one."""
    if fault == "outage":
        message = "The service is temporarily unavailable."
        return [
            (_REFUSAL, Failure(InternalServerError(message, status_code=503, code="service_unavailable")))
        ]
    if fault == "hang":
        late = InternalServerError(
            "The upstream did not answer in time.", status_code=504, code="gateway_timeout"
        )
        return [(faults.gives_up_after, Failure(late))]
    if fault == "error":
        draw = rng.random()
        status, message = next((status, message) for bound, status, message in _STATUS if draw < bound)
        return [(timing.ttft * rng.random(), Failure(InternalServerError(message, status_code=status)))]
    return None


def cut(steps: list[Step], rng: random.Random) -> list[Step]:
    """Break the connection after some of the tokens, and before the last."""
    spoken = [i for i, (_, event) in enumerate(steps) if isinstance(event, Text | ToolCallDelta)]
    kept = spoken[: max(1, int(len(spoken) * (0.2 + 0.6 * rng.random())))]
    at = steps[kept[-1]][0] if kept else steps[-1][0]
    broken = APIConnectionError("The connection was closed before the answer was complete.")
    return [*steps[: len(kept)], (at, Failure(broken))]


def malformed(given: Answer, rng: random.Random) -> Answer:
    """Damage an answer the way models do: JSON cut short, wrapped in prose, or with a comma too many."""
    if given.tool_calls:
        first, *rest = given.tool_calls
        return replace(given, tool_calls=(replace(first, arguments=_damaged(first.arguments, rng)), *rest))
    return replace(given, text=_damaged(given.text, rng))


def _damaged(text: str, rng: random.Random) -> str:
    draw = rng.random()
    if not text.lstrip().startswith(("{", "[")):
        return text[: max(1, int(len(text) * (0.3 + 0.4 * draw)))]
    if draw < 0.4:
        return text[: max(1, int(len(text) * 0.7))]
    if draw < 0.7:
        return f"Sure! Here is the JSON you asked for:\n```json\n{text}\n```\nLet me know if you need more."
    return text.rstrip()[:-1] + "," + text.rstrip()[-1]

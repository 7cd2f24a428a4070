"""Deciding which tools to call, and with which arguments."""

import json
import random
import re
from collections.abc import Sequence

from llmsim.answers.brief import Brief
from llmsim.answers.schema import Facts, fill
from llmsim.chat import Request, Tool, ToolCall
from llmsim.text import terms


def choose_tools(request: Request, brief: Brief, facts: Facts, rng: random.Random) -> tuple[ToolCall, ...]:
    """The calls to make: the tool asked for by choice, else those the prompt speaks of; none after a tool answered.

    Only `parallel_tool_calls` lets one answer hold several calls, one for each tool that fits.
    """
    forced = request.tool_choice not in ("auto", "none")
    if not forced and request.messages[-1].role == "tool":
        return ()
    chosen = _fitting(request.tools, brief)
    if forced:
        named = [t for t in request.tools if t.name == request.tool_choice]
        chosen = named or chosen[:1] or list(request.tools[:1])
    if not request.parallel_tool_calls or forced:
        chosen = chosen[:1]
    return tuple(
        ToolCall(
            f"call_{rng.getrandbits(64):016x}",
            tool.name,
            json.dumps(fill(tool.parameters, brief, facts) if tool.parameters else {}, ensure_ascii=False),
        )
        for tool in chosen
    )


def _fitting(tools: Sequence[Tool], brief: Brief) -> list[Tool]:
    """The tools whose name the prompt has, else those that share words with it, best first."""
    named = [
        t for t in tools if re.search(rf"(?<![A-Za-z0-9_]){re.escape(t.name)}(?![A-Za-z0-9_])", brief.asked)
    ]
    if named:
        return named
    words = set(terms(brief.asked))
    shared = [
        (len(words & set(terms(t.name.replace("_", " ") + " " + t.description))), -i)
        for i, t in enumerate(tools)
    ]
    return [tools[-place] for hits, place in sorted(shared, reverse=True) if hits]

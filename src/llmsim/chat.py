"""Requests and what comes back, as plain data: the same for every face of the simulator."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from llmsim import tokens
from llmsim.errors import LLMError
from llmsim.seeds import digest

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls"]


@dataclass(frozen=True)
class ToolCall:
    """A call that the model wants made; `arguments` is JSON text, as the protocol sends it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Message:
    """One message of a conversation, text only."""

    role: Role
    content: str
    name: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None

    def counted(self) -> str:
        """All text of the message that costs tokens."""
        calls = "".join(call.name + call.arguments for call in self.tool_calls)
        return self.content + (self.name or "") + calls


@dataclass(frozen=True)
class Tool:
    """A function the model may call; `parameters` is its JSON schema."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One chat completion request, or (by `kind`) one for embeddings, whose texts are the messages.

    `tool_choice` is "auto", "none", "required", or a tool's name.  `json_schema` asks for an answer of that shape
    ({} asks for any JSON object).  With `temperature` 0 the same prompt always gets the same answer; above it, the
    nth call of a prompt may be answered differently from the first.
    """

    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    parallel_tool_calls: bool = True
    json_schema: Mapping[str, Any] | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    temperature: float = 0.0
    seed: int = 0
    stream: bool = False
    kind: Literal["chat", "embedding"] = "chat"

    def fingerprint(self) -> int:
        """A hash of everything that shapes the answer, but not of how it is delivered."""
        asked = [(m.role, m.counted()) for m in self.messages]
        shape = json.dumps([[t.name, dict(t.parameters)] for t in self.tools], sort_keys=True, default=str)
        wanted = json.dumps(self.json_schema, sort_keys=True, default=str)
        return digest(
            self.model,
            asked,
            shape,
            self.tool_choice,
            wanted,
            self.max_tokens,
            self.stop,
            self.temperature,
            self.seed,
        )

    def prompt_tokens(self) -> int:
        """What the prompt costs in tokens, tools and schema included."""
        if self.kind == "embedding":
            return sum(tokens.count(message.content) for message in self.messages)
        extras = [json.dumps([t.name, t.description, dict(t.parameters)], default=str) for t in self.tools]
        if self.json_schema:
            extras.append(json.dumps(dict(self.json_schema), default=str))
        return tokens.count_messages(m.counted() for m in self.messages) + sum(map(tokens.count, extras))


def as_messages(prompt: "str | Message | Sequence[Message]") -> tuple[Message, ...]:
    """A prompt in any accepted form as messages."""
    if isinstance(prompt, str):
        return (Message("user", prompt),)
    return (prompt,) if isinstance(prompt, Message) else tuple(prompt)


@dataclass(frozen=True)
class Usage:
    """Tokens of one request, as they are billed."""

    prompt_tokens: int
    completion_tokens: int

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True)
class Opened:
    """The request was admitted: its id and the headers its response carries."""

    id: str
    model: str
    created: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Text:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True)
class ToolCallDelta:
    """A piece of a tool call: the first one has the id and the name, the later ones only more argument text."""

    index: int
    arguments: str
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Finish:
    """The end of the answer."""

    reason: FinishReason
    usage: Usage


@dataclass(frozen=True)
class Failure:
    """The request fails here."""

    error: LLMError


Event = Opened | Text | ToolCallDelta | Finish
Step = tuple[float, Text | ToolCallDelta | Finish | Failure]
"""Seconds after the request's start, and what happens then."""


@dataclass(frozen=True)
class Completion:
    """A whole answer."""

    id: str
    model: str
    text: str
    tool_calls: tuple[ToolCall, ...]
    finish_reason: FinishReason
    usage: Usage

    def __str__(self) -> str:
        return self.text

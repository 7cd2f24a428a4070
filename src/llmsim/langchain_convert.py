"""Between LangChain's messages and the simulator's."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_core.exceptions import OutputParserException
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ToolMessage,
    convert_to_openai_messages,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.output_parsers.openai_tools import make_invalid_tool_call, parse_tool_call
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from llmsim import wire_read
from llmsim.chat import Completion, Event, Finish, Opened, Request, Text, ToolCallDelta, Usage


def to_request(messages: Sequence[BaseMessage], settings: Mapping[str, Any], stream: bool) -> Request:
    """LangChain's messages and settings by way of the protocol's JSON, so that both faces read a request alike."""
    body = {name: value for name, value in settings.items() if name in wire_read.KNOWN and value is not None}
    choice = body.get("tool_choice")
    if choice in ("any", True):
        body["tool_choice"] = "required"
    elif isinstance(choice, str) and choice not in ("auto", "none", "required"):
        body["tool_choice"] = {"type": "function", "function": {"name": choice}}
    body["messages"] = convert_to_openai_messages([_plain(m) for m in messages])
    body["stream"] = stream
    return wire_read.read_chat(body)


def _plain(message: BaseMessage) -> BaseMessage:
    """Text only: pictures and the like become a mark in the text, as this endpoint cannot see them."""
    content = message.content
    if isinstance(content, str):
        return message
    parts = [
        part if isinstance(part, str) else part.get("text") or f"[{part.get('type', 'part')}]"
        for part in content
    ]
    known = {"tool_use", "tool_call", "thinking", "reasoning"}
    kept = [
        p
        for p, raw in zip(parts, content, strict=True)
        if isinstance(raw, str) or raw.get("type") not in known
    ]
    if isinstance(message, ToolMessage):
        return ToolMessage("\n".join(kept), tool_call_id=message.tool_call_id, name=message.name)
    return message.model_copy(update={"content": "\n".join(kept)})


def _metadata(model: str, reason: str) -> dict[str, Any]:
    return {"model_name": model, "finish_reason": reason, "model_provider": "llmsim"}


def _usage(usage: Usage) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        total_tokens=usage.total_tokens,
    )


def to_result(done: Completion) -> ChatResult:
    """A whole answer as LangChain's result; tool arguments that are not JSON become invalid tool calls."""
    good, bad = [], []
    for call in done.tool_calls:
        raw = {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        try:
            good.append(parse_tool_call(raw, return_id=True))
        except OutputParserException as error:
            bad.append(make_invalid_tool_call(raw, str(error)))
    message = AIMessage(
        content=done.text,
        id=done.id,
        tool_calls=[call for call in good if call],
        invalid_tool_calls=bad,
        usage_metadata=_usage(done.usage),
        response_metadata=_metadata(done.model, done.finish_reason),
    )
    usage = {
        "prompt_tokens": done.usage.prompt_tokens,
        "completion_tokens": done.usage.completion_tokens,
        "total_tokens": done.usage.total_tokens,
    }
    return ChatResult(
        generations=[ChatGeneration(message=message, generation_info={"finish_reason": done.finish_reason})],
        llm_output={"token_usage": usage, "model_name": done.model, "id": done.id},
    )


class Chunks:
    """One stream's events as LangChain's chunks; the usage comes with the last one."""

    def __init__(self) -> None:
        self._opened: Opened | None = None

    def of(self, event: Event) -> Iterator[ChatGenerationChunk]:
        """The chunks of one event (none when the request is merely opened)."""
        id = self._opened.id if self._opened else None
        match event:
            case Opened():
                self._opened = event
            case Text():
                yield ChatGenerationChunk(message=AIMessageChunk(content=event.text, id=id))
            case ToolCallDelta():
                delta = tool_call_chunk(name=event.name, args=event.arguments, id=event.id, index=event.index)
                yield ChatGenerationChunk(message=AIMessageChunk(content="", id=id, tool_call_chunks=[delta]))
            case Finish():
                model = self._opened.model if self._opened else ""
                yield ChatGenerationChunk(
                    message=AIMessageChunk(
                        content="",
                        id=id,
                        usage_metadata=_usage(event.usage),
                        response_metadata=_metadata(model, event.reason),
                        chunk_position="last",
                    ),
                    generation_info={"finish_reason": event.reason},
                )

"""OpenAI's chat completions protocol as JSON, the way out: answers and streams.  No transport in here."""

import json
from typing import Any

from llmsim.chat import Completion, Event, Finish, Opened, Text, ToolCallDelta, Usage

Json = dict[str, Any]


def usage(spent: Usage) -> Json:
    """The `usage` object."""
    return {
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
        "total_tokens": spent.total_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0
        },
    }  # fmt: skip


def completion(done: Completion, created: int) -> Json:
    """The body of an answer that is not streamed."""
    message: Json = {"role": "assistant", "content": done.text or None, "refusal": None, "annotations": []}
    if done.tool_calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in done.tool_calls
        ]
    elif message["content"] is None:
        message["content"] = ""
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": done.finish_reason}
    return {
        "id": done.id, "object": "chat.completion", "created": created, "model": done.model, "choices": [choice],
        "usage": usage(done.usage), "service_tier": "default", "system_fingerprint": "fp_llmsim",
    }  # fmt: skip


class ChunkWriter:
    """One stream's events as `data:` lines of server-sent events.

    The first chunk carries the role, the last choice the finish reason; with `include_usage` a chunk without
    choices follows that has the usage, and every other chunk has `"usage": null`.
    """

    def __init__(self, opened: Opened, include_usage: bool) -> None:
        head: Json = {
            "id": opened.id, "object": "chat.completion.chunk", "created": opened.created, "model": opened.model,
            "service_tier": "default", "system_fingerprint": "fp_llmsim",
        }  # fmt: skip
        self._include_usage = include_usage
        # Everything but the delta is the same for all chunks of a stream, so it is put into text once.
        self._head = json.dumps(head)[:-1]
        self._tail = ', "usage": null}' if include_usage else "}"
        self._begun = False

    def of(self, event: Event) -> str:
        """The lines for one event; text ready to send."""
        match event:
            case Opened():
                return ""
            case Text():
                return self._lead({"content": ""}) + self._chunk({"content": event.text})
            case ToolCallDelta():
                call: Json = {"index": event.index, "function": {"arguments": event.arguments}}
                if event.id is not None:
                    call = {"index": event.index, "id": event.id, "type": "function",
                            "function": {"name": event.name, "arguments": event.arguments}}  # fmt: skip
                return self._lead({"content": None}) + self._chunk({"tool_calls": [call]})
            case Finish():
                end = self._lead({"content": ""}) + self._chunk({}, event.reason)
                if self._include_usage:
                    spent = json.dumps(usage(event.usage))
                    end += f'data: {self._head}, "choices": [], "usage": {spent}}}\n\n'
                return end + "data: [DONE]\n\n"

    def _lead(self, start: Json) -> str:
        if self._begun:
            return ""
        self._begun = True
        return self._chunk({"role": "assistant", **start, "refusal": None})

    def _chunk(self, delta: Json, reason: str | None = None) -> str:
        choice = json.dumps(
            {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}, ensure_ascii=False
        )
        return f'data: {self._head}, "choices": [{choice}]{self._tail}\n\n'

"""OpenAI's chat completions protocol as JSON, the way in: requests, checked.  No transport in here."""

from collections.abc import Mapping
from typing import Any

from llmsim.chat import (
    Message,
    Request,
    Role,
    Tool,
    ToolCall,
)
from llmsim.errors import BadRequestError

Json = dict[str, Any]

KNOWN = frozenset(
    (
        "model", "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "max_tokens",
        "max_completion_tokens", "stop", "temperature", "seed", "stream", "stream_options", "n",
    )
)  # fmt: skip
"""What is understood of a request.  Everything else (top_p, user, logprobs, …) is accepted and has no effect."""

MOST_STOPS = 4
"""Stop sequences per request, as in OpenAI's reference."""

_ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}


def _wrong(message: str, param: str, code: str | None = None) -> BadRequestError:
    return BadRequestError(message, param=param, code=code)


def read_chat(body: Any) -> Request:
    """A request from its JSON; anything that the protocol does not allow is a 400 that names the parameter."""
    if not isinstance(body, Mapping):
        raise _wrong("We could not parse the JSON body of your request.", "body")
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise _wrong("you must provide a model parameter", "model")
    messages = body.get("messages")
    if not isinstance(messages, list):
        raise _wrong("Missing required parameter: 'messages'.", "messages", "missing_required_parameter")
    if not messages:
        raise _wrong(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
            "messages", "empty_array",
        )  # fmt: skip
    if _number(body, "n", 1, 1, 128) != 1:
        raise _wrong("This endpoint gives one choice per request: 'n' must be 1.", "n", "unsupported_value")
    tools = tuple(_tool(tool, i) for i, tool in enumerate(_list(body, "tools")))
    limit = (
        body.get("max_completion_tokens")
        if body.get("max_completion_tokens") is not None
        else body.get("max_tokens")
    )
    options = body.get("stream_options")
    if options is not None:
        if body.get("stream") is not True:
            raise _wrong(
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options"
            )
        _object(options, "stream_options")
    stop = body.get("stop")
    stops = [stop] if isinstance(stop, str) else stop or []
    if not isinstance(stops, list) or not all(isinstance(s, str) for s in stops):
        raise _wrong(
            "Invalid type for 'stop': expected a string or an array of strings.", "stop", "invalid_type"
        )
    if len(stops) > MOST_STOPS:
        raise _wrong(
            f"Invalid 'stop': array too long. Expected at most {MOST_STOPS} strings.",
            "stop",
            "array_above_max_length",
        )
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        raise _wrong(
            "Invalid 'max_tokens': expected a whole number of at least 1.", "max_tokens", "invalid_value"
        )
    return Request(
        model=model,
        messages=tuple(_message(m, i) for i, m in enumerate(messages)),
        tools=tools,
        tool_choice=_tool_choice(body.get("tool_choice"), tools),
        parallel_tool_calls=body.get("parallel_tool_calls") is not False,
        json_schema=_schema(body.get("response_format")),
        max_tokens=limit,
        stop=tuple(stops),
        temperature=_number(body, "temperature", 0.0, 0.0, 2.0),
        seed=int(_number(body, "seed", 0, -(2**63), 2**63)),
        stream=body.get("stream") is True,
    )


def _list(body: Mapping[str, Any], name: str) -> list[Any]:
    value = body.get(name) or []
    if not isinstance(value, list):
        raise _wrong(f"Invalid type for '{name}': expected an array.", name, "invalid_type")
    return value


def _object(value: Any, at: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(f"Invalid type for '{at}': expected an object.", at, "invalid_type")
    return value


def _string(raw: Mapping[str, Any], name: str, at: str) -> str | None:
    value = raw.get(name)
    if value is not None and not isinstance(value, str):
        raise _wrong(f"Invalid type for '{at}.{name}': expected a string.", f"{at}.{name}", "invalid_type")
    return value


def _number(body: Mapping[str, Any], name: str, default: float, low: float, high: float) -> float:
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(f"Invalid type for '{name}': expected a number.", name, "invalid_type")
    if not low <= value <= high:
        raise _wrong(
            f"Invalid '{name}': must be between {low:g} and {high:g}, but got {value}.", name, "invalid_value"
        )
    return value


def _message(raw: Any, index: int) -> Message:
    at = f"messages[{index}]"
    given = raw.get("role") if isinstance(raw, Mapping) else None
    if not isinstance(given, str) or given not in _ROLES:
        roles = ", ".join(f"'{role}'" for role in _ROLES)
        raise _wrong(
            f"Invalid value for '{at}.role': supported values are {roles}.", f"{at}.role", "invalid_value"
        )
    role = _ROLES[given]
    content = raw.get("content")
    if content is None and role != "assistant":
        raise _wrong(
            f"Invalid value for '{at}.content': expected a string, got null.", f"{at}.content", "invalid_type"
        )
    calls = []
    for call in _list(raw, "tool_calls"):
        if not isinstance(call, Mapping) or not isinstance(call.get("function"), Mapping):
            raise _wrong(
                f"Invalid type for '{at}.tool_calls': expected function calls.",
                f"{at}.tool_calls",
                "invalid_type",
            )
        function = call["function"]
        calls.append(
            ToolCall(
                str(call.get("id", "")), str(function.get("name", "")), str(function.get("arguments", ""))
            )
        )
    name, answered = _string(raw, "name", at), _string(raw, "tool_call_id", at)
    return Message(role, _text(content, at), name, tuple(calls), answered)


def _text(content: Any, at: str) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise _wrong(
            f"Invalid type for '{at}.content': expected a string or an array.",
            f"{at}.content",
            "invalid_type",
        )
    parts = []
    for part in content:
        kind = part.get("type") if isinstance(part, Mapping) else None
        # What is not text becomes a mark: this endpoint neither sees nor hears.
        parts.append(str(part.get("text", "")) if kind in ("text", "refusal") else f"[{kind or 'part'}]")
    return "\n".join(parts)


def _tool(raw: Any, index: int) -> Tool:
    function = raw.get("function") if isinstance(raw, Mapping) else None
    if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
        at = f"tools[{index}].function.name"
        raise _wrong(f"Missing required parameter: '{at}'.", at, "missing_required_parameter")
    at = f"tools[{index}].function"
    parameters = _object(function.get("parameters") or {}, f"{at}.parameters")
    return Tool(function["name"], _string(function, "description", at) or "", parameters)


def _tool_choice(raw: Any, tools: tuple[Tool, ...]) -> str:
    if raw is None:
        return "auto"
    if isinstance(raw, str):
        if raw not in ("auto", "none", "required"):
            raise _wrong(
                "Invalid value for 'tool_choice': 'auto', 'none', 'required' or a function.",
                "tool_choice",
                "invalid_value",
            )
        if raw == "required" and not tools:
            raise _wrong("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice")
        return raw
    named = _object(_object(raw, "tool_choice").get("function"), "tool_choice.function")
    name = _string(named, "name", "tool_choice.function")
    if name not in {tool.name for tool in tools}:
        raise _wrong(f"Tool choice '{name}' not found in 'tools'.", "tool_choice")
    return str(name)


def _schema(raw: Any) -> Mapping[str, Any] | None:
    if raw is None:
        return None
    kind = _object(raw, "response_format").get("type", "text")
    if kind == "text":
        return None
    if kind not in ("json_object", "json_schema", "json_mode"):
        raise _wrong("Invalid value for 'response_format.type'.", "response_format.type", "invalid_value")
    schema = _object(raw.get("json_schema") or {}, "response_format.json_schema").get("schema")
    if kind == "json_schema" and not isinstance(schema, Mapping):
        at = "response_format.json_schema.schema"
        raise _wrong(f"Missing required parameter: '{at}'.", at, "missing_required_parameter")
    return schema if isinstance(schema, Mapping) else {}

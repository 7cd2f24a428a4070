"""Requests that break the protocol get its error bodies, whatever is wrong with them."""

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from llmsim import Latency, Simulator
from llmsim.server import background

FAST = Latency.fixed(0.01, rate=2000)
PROMPT: Any = [{"role": "user", "content": "Translate to Chinese: Dry after two days of rain"}]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with background(Simulator(latency=FAST)) as url:
        yield url


def asked(**more: Any) -> dict[str, Any]:
    """A request's body."""
    return {"model": "sim-large", "messages": PROMPT, **more}


def function(**more: Any) -> dict[str, Any]:
    """A tool."""
    return {"type": "function", "function": {"name": "f", **more}}


def shaped(schema: Any) -> dict[str, Any]:
    """A request's body that asks for an answer of this shape."""
    return asked(response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": schema}})


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"messages": PROMPT}, 400, "model"),
        ({"model": "sim-large"}, 400, "messages"),
        ({"model": "sim-large", "messages": []}, 400, "messages"),
        ({"model": "nobody", "messages": PROMPT}, 404, "model"),
        ({"model": "sim-large", "messages": [{"role": "robot", "content": "x"}]}, 400, "messages[0].role"),
        ({"model": "sim-large", "messages": [{"role": "user"}]}, 400, "messages[0].content"),
        ({"model": "sim-large", "messages": PROMPT, "temperature": 3}, 400, "temperature"),
        ({"model": "sim-large", "messages": PROMPT, "max_tokens": 0}, 400, "max_tokens"),
        ({"model": "sim-large", "messages": PROMPT, "n": 2}, 400, "n"),
        ({"model": "sim-large", "messages": PROMPT, "tool_choice": "required"}, 400, "tool_choice"),
        ({"model": "sim-fast", "messages": PROMPT, "max_tokens": 40_000}, 400, "messages"),
        ({"model": "sim-large", "messages": [{"role": ["user"], "content": "x"}]}, 400, "messages[0].role"),
        (asked(messages=[{"role": "user", "content": "x", "name": 3}]), 400, "messages[0].name"),
        (asked(stream=True, stream_options="x"), 400, "stream_options"),
        (asked(stream_options={"include_usage": True}), 400, "stream_options"),
        (asked(stop=["a"] * 5), 400, "stop"),
        (asked(tools=[function(description=5)]), 400, "tools[0].function.description"),
        (asked(tools=[function(parameters=[1])]), 400, "tools[0].function.parameters"),
        (asked(tools=[function()], tool_choice={"function": "f"}), 400, "tool_choice.function"),
        (
            asked(tools=[function()], tool_choice={"function": {"name": ["f"]}}),
            400,
            "tool_choice.function.name",
        ),
        (asked(response_format="json"), 400, "response_format"),
        (
            asked(response_format={"type": "json_schema", "json_schema": "x"}),
            400,
            "response_format.json_schema",
        ),
        (shaped({"$ref": "#"}), 400, "schema"),
        (shaped({"$ref": "#/$defs/Missing"}), 400, "schema"),
        (shaped({"type": "object", "properties": ["x"]}), 400, "schema"),
        (shaped({"enum": []}), 400, "schema"),
        (shaped({"anyOf": "x"}), 400, "schema"),
        (shaped({"type": "array", "minItems": 10**9}), 400, "schema"),
        (shaped({"type": "integer", "minimum": "x"}), 400, "schema"),
    ],
)
def test_bad_requests_get_the_protocols_error_bodies(
    server: str, body: dict[str, Any], status: int, param: str
) -> None:
    response = httpx.post(f"{server}/chat/completions", json=body, headers={"authorization": "Bearer any"})
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["param"]) == ("invalid_request_error", param)


def test_wrong_paths_methods_bodies_and_keys(server: str) -> None:
    key = {"authorization": "Bearer any"}
    assert (
        httpx.post(f"{server}/nothing", headers=key).json()["error"]["message"]
        == "Invalid URL (POST /v1/nothing)"
    )
    assert httpx.get(f"{server}/chat/completions", headers=key).status_code == 405
    assert httpx.get(f"{server}/chat/completions", headers=key).headers["allow"] == "POST"
    half_a_pair = b'{"model": "\\ud800", "messages": []}'
    for body in (b"", b"{", b"\xff", b"[" * 100_000, half_a_pair, b'{"temperature": NaN}'):
        response = httpx.post(f"{server}/chat/completions", content=body, headers=key)
        assert (response.status_code, response.json()["error"]["type"]) == (400, "invalid_request_error")
    assert httpx.get(f"{server}/models").status_code == 401
    assert httpx.get(f"{server}/models/sim-fast").status_code == 401
    assert httpx.post(f"{server}/chat/completions", json={}).status_code == 401
    with background(Simulator(latency=FAST), api_key="right") as url:
        with pytest.raises(openai.AuthenticationError) as caught:
            openai.OpenAI(base_url=url, api_key="any", max_retries=0).chat.completions.create(
                model="sim-fast", messages=PROMPT
            )
        assert caught.value.code == "invalid_api_key"
        assert "any" not in caught.value.message


@pytest.mark.parametrize(
    "wrong",
    [
        {"input": []},
        {"input": [""]},
        {"input": [True]},
        {"input": [["x"]]},
        {"input": "a", "dimensions": 0},
        {"input": "a", "encoding_format": "hex"},
        {"model": None, "input": "a"},
    ],
)
def test_bad_requests_for_embeddings_are_400s(server: str, wrong: dict[str, Any]) -> None:
    body = {"model": "sim-embedding", **wrong}
    response = httpx.post(f"{server}/embeddings", json=body, headers={"authorization": "Bearer any"})
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"

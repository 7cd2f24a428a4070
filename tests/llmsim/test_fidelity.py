"""What the simulator claims to share with OpenAI's protocol, held against the `openai` client's own source."""

import json

import httpx2
import openai
import pytest
from openai import _constants
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import BaseModel

from llmsim import Latency, LLMError, Message, RateLimitError, Request, Simulator, Tool, errors, session
from llmsim.chat import Opened
from llmsim.wire_write import ChunkWriter, completion

CLIENT = openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1")
WEATHER = Tool("weather", "the weather", {"type": "object", "properties": {"city": {"type": "string"}}})


def undeclared(data: object, model: type[BaseModel]) -> set[str]:
    """Fields that the client's type does not know."""
    assert isinstance(data, dict)
    return set(data) - set(model.model_fields)


def test_retry_constants_are_the_clients() -> None:
    assert session.FIRST_BACKOFF == _constants.INITIAL_RETRY_DELAY
    assert session.LONGEST_BACKOFF == _constants.MAX_RETRY_DELAY
    assert session.LONGEST_RETRY_AFTER == _constants.MAX_RETRY_AFTER_DELAY


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504])
def test_the_same_statuses_are_retried(status: int) -> None:
    assert LLMError("", status_code=status).retryable == CLIENT._should_retry(httpx2.Response(status))


@pytest.mark.parametrize("seconds", [0.0004, 0.25, 1.0, 7.3, 119.0])
def test_the_client_reads_the_wait_that_the_headers_mean(seconds: float) -> None:
    headers = RateLimitError("", retry_after=seconds).headers
    understood = CLIENT._parse_retry_after_header(httpx2.Headers(headers))
    # Rounded up to the millisecond: never too early.
    assert understood == pytest.approx(seconds, abs=0.001)
    assert understood is not None
    assert understood >= seconds


def test_back_off_lies_in_the_clients_range() -> None:
    request = Request("sim-fast", (Message("user", "Hello"),))
    for attempt, most in enumerate([0.5, 1, 2, 4, 8, 8]):
        waits = [session.backoff(LLMError(""), attempt, seed, request) for seed in range(50)]
        assert 0.75 * most <= min(waits) < max(waits) <= most


def test_a_whole_answer_has_no_field_that_the_client_does_not_know() -> None:
    sim = Simulator(latency=Latency.fixed(0.0))
    for options in ({}, {"tools": (WEATHER,), "tool_choice": "required"}):
        body = completion(sim.complete("What is the weather in Chengdu?", **options), 1)  # type: ignore[arg-type]
        parsed = ChatCompletion.model_validate(body, strict=False)
        choice = body["choices"][0]
        assert undeclared(body, ChatCompletion) == set()
        assert undeclared(choice, type(parsed.choices[0])) == set()
        assert undeclared(choice["message"], type(parsed.choices[0].message)) == set()
        assert undeclared(body["usage"], CompletionUsage) == set()


@pytest.mark.parametrize("tools", [(), (WEATHER,)])
def test_chunks_have_no_field_that_the_client_does_not_know(tools: tuple[Tool, ...]) -> None:
    sim = Simulator(latency=Latency.fixed(0.0))
    ask = (Message("user", "What is the weather in Chengdu?"),)
    events = list(session.drive(session.session(sim, Request("sim-fast", ask, tools=tools, stream=True))))
    opened = events[0]
    assert isinstance(opened, Opened)
    writer = ChunkWriter(opened, include_usage=True)
    lines = "".join(writer.of(event) for event in events).split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    for line in lines[:-2]:
        body = json.loads(line.removeprefix("data: "))
        parsed = ChatCompletionChunk.model_validate(body)
        assert undeclared(body, ChatCompletionChunk) == set()
        assert "usage" in body
        for raw, choice in zip(body["choices"], parsed.choices, strict=True):
            assert undeclared(raw, type(choice)) == set()
            assert undeclared(raw["delta"], type(choice.delta)) == set()


@pytest.mark.parametrize(
    "kind",
    [errors.BadRequestError, errors.AuthenticationError, errors.NotFoundError, errors.RateLimitError],
)
def test_the_clients_exceptions_have_the_same_names_and_statuses(kind: type[LLMError]) -> None:
    body = kind("no").body()
    response = httpx2.Response(
        kind("no").status_code or 0, request=httpx2.Request("POST", "http://x"), json=body
    )
    raised = CLIENT._make_status_error_from_response(response)
    assert type(raised).__name__ == kind.__name__
    assert raised.body == body["error"]

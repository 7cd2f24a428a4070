"""The real `openai` client and `ChatOpenAI` against the server, over a socket."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from langchain_core.exceptions import ModelRateLimitError
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from openai.types.chat import ChatCompletionChunk
from pydantic import BaseModel

from llmsim import Faults, Latency, Limits, Outage, Simulator
from llmsim.server import background, listen

FAST = Latency.fixed(0.01, rate=2000)
PROMPT: Any = [{"role": "user", "content": "Translate to Chinese: Dry after two days of rain"}]


@pytest.fixture(scope="module")
def calm() -> Iterator[tuple[Simulator, str]]:
    sim = Simulator(latency=FAST)
    with background(sim) as url:
        yield sim, url


def client(url: str, **settings: Any) -> openai.OpenAI:
    return openai.OpenAI(base_url=url, api_key="any", **{"max_retries": 0, **settings})


def test_a_whole_answer_has_the_shape_the_client_expects(calm: tuple[Simulator, str]) -> None:
    done = client(calm[1]).chat.completions.create(model="sim-large", messages=PROMPT)
    assert done.object == "chat.completion"
    assert done.choices[0].message.content == "两天大雨，里面是干的"
    assert done.choices[0].finish_reason == "stop"
    assert done.usage is not None
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens
    assert done._request_id is not None
    assert done._request_id.startswith("req_")


def test_a_stream_has_role_text_reason_and_usage_in_that_order(calm: tuple[Simulator, str]) -> None:
    stream = client(calm[1]).chat.completions.create(
        model="sim-large", messages=PROMPT, stream=True, stream_options={"include_usage": True}
    )
    chunks: list[ChatCompletionChunk] = list(stream)
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    text = [chunk.choices[0].delta.content or "" for chunk in chunks[:-1]]
    assert "".join(text) == "两天大雨，里面是干的"
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 2) + ["stop"]
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == sum(1 for piece in text if piece)


def test_without_include_usage_there_is_no_usage_chunk_and_the_stream_ends_with_done(
    calm: tuple[Simulator, str],
) -> None:
    with httpx.stream(
        "POST",
        f"{calm[1]}/chat/completions",
        json={"model": "sim-fast", "messages": PROMPT, "stream": True},
        headers={"authorization": "Bearer any"},
    ) as response:
        lines = [line for line in response.iter_lines() if line]
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert lines[-1] == "data: [DONE]"
    assert all("usage" not in json.loads(line.removeprefix("data: ")) for line in lines[:-1])


def test_the_clients_own_retries_honour_retry_after() -> None:
    # 120 a minute with half a second's worth in stock: one at once, the next half a second later.
    sim = Simulator(latency=FAST, limits=Limits(rpm=120, burst=0.5))
    with background(sim) as url:
        patient = client(url, max_retries=2)
        began = time.monotonic()
        for _ in range(2):
            patient.chat.completions.create(model="sim-fast", messages=PROMPT)
        took = time.monotonic() - began
    assert [entry.outcome for entry in sim.log] == ["ok", "rate_limited", "ok"]
    # Without Retry-After the client's first back-off could be as short as 0.375 s.
    assert took >= 0.48


def test_a_429_without_retries_carries_the_protocols_body_and_headers() -> None:
    with background(Simulator(latency=FAST, limits=Limits(rpm=60, burst=1))) as url:
        impatient = client(url)
        impatient.chat.completions.create(model="sim-fast", messages=PROMPT)
        with pytest.raises(openai.RateLimitError) as caught:
            impatient.chat.completions.create(model="sim-fast", messages=PROMPT)
    error = caught.value
    assert (error.code, error.type, error.param) == ("rate_limit_exceeded", "requests", None)
    assert "Please try again in" in error.message
    headers = error.response.headers
    assert headers["retry-after"] == "1"
    assert 0 < int(headers["retry-after-ms"]) <= 1000
    assert headers["x-ratelimit-limit-requests"] == "60"
    assert headers["x-ratelimit-remaining-requests"] == "0"


def test_a_slow_answer_times_out_and_is_cancelled_on_the_server() -> None:
    sim = Simulator(latency=Latency.fixed(30))
    with background(sim) as url:
        with pytest.raises(openai.APITimeoutError):
            client(url, timeout=0.2).chat.completions.create(model="sim-fast", messages=PROMPT)
        until(lambda: sim.ledger.in_flight == 0)
    assert [entry.outcome for entry in sim.log] == ["cancelled"]


def test_a_stream_that_is_closed_early_is_billed_for_what_it_had() -> None:
    sim = Simulator(latency=Latency.fixed(0.01, rate=50))
    with background(sim) as url:
        stream = client(url).chat.completions.create(model="sim-large", messages=PROMPT, stream=True)
        next(stream)
        stream.close()
        until(lambda: sim.ledger.in_flight == 0)
    (entry,) = sim.log
    assert entry.outcome == "cancelled"
    assert entry.usage.prompt_tokens > 0
    assert entry.usage.completion_tokens < 6


def test_connections_are_reused(calm: tuple[Simulator, str]) -> None:
    ports = set()
    with httpx.Client(headers={"authorization": "Bearer any"}) as http:
        for _ in range(5):
            response = http.post(
                f"{calm[1]}/chat/completions", json={"model": "sim-fast", "messages": PROMPT}
            )
            ports.add(response.extensions["network_stream"].get_extra_info("client_addr"))
    assert len(ports) == 1


@pytest.mark.asyncio
async def test_no_response_waits_for_an_acknowledgement() -> None:
    # asyncio sets TCP_NODELAY on what a listener accepts only if that listener names its protocol.
    accepted = asyncio.get_running_loop().create_future()
    with listen(port=0) as listener:
        server = await asyncio.start_server(
            lambda reader, writer: accepted.set_result(writer), sock=listener.dup()
        )
        _, writer = await asyncio.open_connection(*listener.getsockname())
        there = await accepted
        raw = there.get_extra_info("socket")
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        for end in (writer, there):
            end.close()
            await end.wait_closed()
        server.close()


def test_a_cut_connection_is_a_connection_error() -> None:
    with background(Simulator(latency=FAST, faults=Faults(cut_rate=1.0))) as url:
        with pytest.raises(openai.APIConnectionError):
            client(url).chat.completions.create(model="sim-large", messages=PROMPT)
        stream = client(url).chat.completions.create(model="sim-large", messages=PROMPT, stream=True)
        received: list[str | None] = []
        with pytest.raises(openai.APIConnectionError):
            received.extend(chunk.choices[0].delta.content for chunk in stream)
        assert client(url).models.list().data


def test_an_outage_is_a_503() -> None:
    sim = Simulator(latency=FAST, faults=Faults(outages=(Outage(0, 60),)))
    with background(sim) as url, pytest.raises(openai.InternalServerError) as caught:
        client(url).chat.completions.create(model="sim-large", messages=PROMPT, stream=True)
    assert caught.value.status_code == 503


def test_models_can_be_listed_and_looked_up(calm: tuple[Simulator, str]) -> None:
    models = client(calm[1]).models
    assert {model.id for model in models.list()} == {"sim-fast", "sim-large", "sim-thinking", "sim-embedding"}
    assert models.retrieve("sim-fast").owned_by == "llmsim"
    with pytest.raises(openai.NotFoundError):
        models.retrieve("nobody")


def test_chat_openai_invokes_streams_and_sees_langchains_errors(calm: tuple[Simulator, str]) -> None:
    model = ChatOpenAI(model="sim-large", base_url=calm[1], api_key="any", stream_usage=True, max_retries=0)  # type: ignore[arg-type]
    answer = model.invoke("翻译成英文：值得这个价格。")
    assert answer.text == "Worth the price."
    assert answer.usage_metadata is not None
    full = None
    for chunk in model.stream("翻译成英文：值得这个价格。"):
        full = chunk if full is None else full + chunk
    assert full is not None
    assert full.text == "Worth the price."
    assert full.usage_metadata == answer.usage_metadata
    with background(Simulator(latency=FAST, limits=Limits(rpm=60, burst=1))) as url:
        limited = ChatOpenAI(model="sim-large", base_url=url, api_key="any", max_retries=0)  # type: ignore[arg-type]
        limited.invoke("Hello")
        with pytest.raises(ModelRateLimitError):
            limited.invoke("Hello")


class Review(BaseModel):
    """A customer's review, analysed."""

    sentiment: str
    topics: list[str]
    score: int


@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
def test_chat_openai_gets_structured_output(calm: tuple[Simulator, str], method: Any) -> None:
    model = ChatOpenAI(model="sim-large", base_url=calm[1], api_key="any")  # type: ignore[arg-type]
    chain = model.with_structured_output(Review if method != "json_mode" else None, method=method)
    result = chain.invoke(
        "Analyse the sentiment. Answer in JSON.\n\nIt leaked after three hours of rain. I returned it."
    )
    if method == "json_mode":
        assert isinstance(result, dict)
        assert result["sentiment"] == "negative"
    else:
        assert isinstance(result, Review)
        assert result.sentiment == "negative"
        assert "waterproofing" in result.topics
        assert result.score == 1


@pytest.mark.asyncio
async def test_chat_openai_calls_tools_over_a_stream(calm: tuple[Simulator, str]) -> None:
    def get_weather(location: str) -> str:
        """Get the weather at a location."""
        raise NotImplementedError

    full: Any = None
    # The client that ChatOpenAI makes for itself is never closed, and would leave its socket to this test's loop.
    async with openai.DefaultAsyncHttpxClient() as http:
        model = ChatOpenAI(model="sim-large", base_url=calm[1], api_key="any", http_async_client=http)  # type: ignore[arg-type]
        async for chunk in model.bind_tools([get_weather]).astream("What is the weather in Chengdu?"):
            full = chunk if full is None else full + chunk
    assert [(call["name"], call["args"]) for call in full.tool_calls] == [
        ("get_weather", {"location": "Chengdu"})
    ]


def test_openai_embeddings_meet_across_languages(calm: tuple[Simulator, str]) -> None:
    # The length check would fetch a tokenizer's table from the network.
    model = OpenAIEmbeddings(
        model="sim-embedding",
        base_url=calm[1],
        api_key="any",  # type: ignore[arg-type]
        check_embedding_ctx_length=False,
    )
    rain, regen, stove = model.embed_documents(["a waterproof tent", "防水的帐篷", "a gas stove boils water"])
    assert dot(rain, rain) == pytest.approx(1, abs=1e-6)
    assert dot(rain, regen) > 0.7 > 0.3 > dot(rain, stove)


def test_the_status_page_shows_the_run_and_no_secret(calm: tuple[Simulator, str]) -> None:
    root = calm[1].removesuffix("/v1")
    client(calm[1]).chat.completions.create(model="sim-large", messages=PROMPT)
    page = httpx.get(f"{root}/", follow_redirects=True)
    assert page.status_code == 200
    assert "http" not in page.text.replace("http-equiv", "")
    numbers = httpx.get(f"{root}/status.json").json()
    assert numbers["total"]["ok"] >= 1
    assert numbers["recent"][0]["outcome"] == "ok"
    assert "two days of rain" not in json.dumps(numbers)


def dot(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def until(holds: Any, seconds: float = 5.0) -> None:
    """Wait for something that the server does on its own."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)

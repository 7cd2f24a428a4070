"""Many streams at once: none is lost, none is mixed up with another."""

import asyncio
import json

import pytest

from llmsim import Latency, Limits, Simulator
from llmsim.server import background

PACE = Latency(ttft=0.3, sigma=0.2, tail=0, rate=40)


async def one(port: int, number: int) -> str:
    """The text of one stream, over a plain socket: an HTTP library would be the slower half."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps(
        {
            "model": "sim-fast",
            "stream": True,
            "messages": [{"role": "user", "content": f"What is {number} + {number}?"}],
        }
    )
    head = ("POST /v1/chat/completions HTTP/1.0", "authorization: Bearer x", f"content-length: {len(body)}")
    writer.write(("\r\n".join(head) + "\r\n\r\n" + body).encode())
    received = (await reader.read()).decode()
    writer.close()
    assert received.endswith("data: [DONE]\n\n")
    chunks = [json.loads(line[6:]) for line in received.splitlines() if line.startswith("data: {")]
    return "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)


@pytest.mark.parametrize("count", [1, 1000])
def test_every_stream_arrives_whole(count: int) -> None:
    sim = Simulator(latency=PACE, limits=Limits())

    async def all_at_once(port: int) -> list[str]:
        return await asyncio.gather(*(one(port, number) for number in range(count)))

    with background(sim) as url:
        texts = asyncio.run(all_at_once(int(url.rsplit(":", 1)[1].removesuffix("/v1"))))
    assert texts == [f"{number} + {number} = {2 * number:g}" for number in range(count)]
    assert sim.bill().total.ok == count
    assert sim.ledger.in_flight == 0

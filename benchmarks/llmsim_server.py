"""The HTTP server under load: requests per second and tail, and whether a thousand streams all arrive whole.

    python benchmarks/llmsim_server.py [seconds per step]

The server is a process of its own; the load comes from this one, over plain sockets, because an HTTP library would
be the slower half.  Server and load share the machine's cores, so the figures are a lower bound.
"""

import asyncio
import json
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from llmsim import Message, Request, Simulator
from llmsim.models import LARGE
from llmsim.server.run import allow_many_sockets

CONNECTIONS = (1, 10, 100, 1000)
PACE = replace(LARGE.latency, ttft=0.5, rate=30, tail=0)


@contextmanager
def server(*arguments: str) -> Iterator[int]:
    """A server process on a free port; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "llmsim",
        "serve",
        "--port",
        str(port),
        "--rpm",
        "0",
        "--tpm",
        "0",
        *arguments,
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def message(prompt: str, stream: bool) -> bytes:
    """A whole HTTP request."""
    body = json.dumps(
        {"model": LARGE.name, "messages": [{"role": "user", "content": prompt}], "stream": stream}
    )
    head = (
        "POST /v1/chat/completions HTTP/1.1",
        "host: x",
        "authorization: Bearer x",
        f"content-length: {len(body)}",
    )
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


async def whole(reader: asyncio.StreamReader) -> bytes:
    """One response's body, by content length or by chunks."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        return await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append((await reader.readexactly(size + 2))[:-2])
    await reader.readline()
    return b"".join(parts)


class Load(NamedTuple):
    """What one step of the load saw."""

    seconds: float
    times: list[float]


async def requests(port: int, connections: int, seconds: float) -> Load:
    """As many requests as go through, one after another on each connection."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def one(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        ask = message(f"Hello {number}", stream=False)
        while time.perf_counter() < end:
            began = time.perf_counter()
            writer.write(ask)
            assert b'"finish_reason"' in await whole(reader)
            times.append(time.perf_counter() - began)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(connections)))
    return Load(time.perf_counter() - began, times)


class Stream(NamedTuple):
    """One stream: whether all of it came, how many pieces, and how much later than scheduled it ended."""

    complete: bool
    chunks: int
    late: float


async def streams(port: int, count: int) -> tuple[float, list[Stream]]:
    """So many streams at the same time; each is compared with the schedule the simulator has for its prompt."""
    plan = Simulator([LARGE], latency=PACE)
    prompts = [f"Explain parallel step {number} of {count}" for number in range(count)]
    steps = [plan.open(Request(LARGE.name, (Message("user", prompt),))).steps for prompt in prompts]

    async def one(prompt: str, due: float, pieces: int) -> Stream:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        began = time.perf_counter()
        writer.write(message(prompt, stream=True))
        body = await whole(reader)
        late = time.perf_counter() - began - due
        writer.close()
        # The first chunk only has the role.
        chunks = body.count(b"data: {") - 1
        return Stream(body.endswith(b"data: [DONE]\n\n") and chunks == pieces, chunks, late)

    began = time.perf_counter()
    jobs = (one(prompt, step[-1][0], len(step)) for prompt, step in zip(prompts, steps, strict=True))
    results = await asyncio.gather(*jobs, return_exceptions=True)
    took = time.perf_counter() - began
    return took, [r if isinstance(r, Stream) else Stream(False, 0, 0.0) for r in results]


def quantile(values: list[float], q: float) -> float:
    """The q-quantile of sorted values."""
    return values[min(len(values) - 1, int(q * len(values)))]


def main() -> None:
    """Print both tables."""
    allow_many_sockets()
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores shared by server and load")
    print("\nrequests that need no time of the model")
    print(
        f"{'connections':>12}{'requests':>10}{'per second':>12}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'max ms':>9}"
    )
    with server("--ttft", "0", "--rate", "1e9") as port:
        asyncio.run(requests(port, 10, 1.0))  # warm up
        for connections in CONNECTIONS:
            load = asyncio.run(requests(port, connections, seconds))
            times = sorted(1000 * t for t in load.times)
            tail = "".join(f"{quantile(times, q):9.1f}" for q in (0.5, 0.95, 0.99, 1.0))
            print(f"{connections:>12}{len(times):>10}{len(times) / load.seconds:>12.0f}{tail}")
    print(
        f"\nstreams at once, first token after {PACE.ttft} s, then {PACE.rate:g} tokens a second; late: after schedule"
    )
    print(f"{'streams':>12}{'lost':>10}{'chunks/s':>12}{'late p50':>9}{'late p99':>9}{'late max':>9}   (ms)")
    with server("--ttft", str(PACE.ttft), "--rate", str(PACE.rate), "--tail", "0") as port:
        for count in CONNECTIONS:
            took, seen = asyncio.run(streams(port, count))
            late = sorted(1000 * stream.late for stream in seen if stream.complete)
            lost = sum(not stream.complete for stream in seen)
            tail = "".join(f"{quantile(late, q):9.0f}" for q in (0.5, 0.99, 1.0))
            print(f"{count:>12}{lost:>10}{sum(s.chunks for s in seen) / took:>12.0f}{tail}")


if __name__ == "__main__":
    main()

"""`python -m llmsim serve` in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from socket import create_server

import httpx
import openai
import pytest


def start(*arguments: str, **env: str) -> tuple[subprocess.Popen[str], int]:
    with create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "llmsim", "serve", "--port", str(port), *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **env}
    )
    for _ in range(300):
        try:
            httpx.get(f"http://127.0.0.1:{port}/status.json")
            break
        except httpx.TransportError:
            time.sleep(0.05)
    return process, port


def test_it_serves_with_the_settings_given_and_prints_no_key() -> None:
    process, port = start("--ttft", "0.01", "--rpm", "60", "--burst", "1", LLMSIM_API_KEY="sk-secret")
    try:
        client = openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="sk-secret", max_retries=0)
        ask = {"model": "sim-fast", "messages": [{"role": "user", "content": "Hello"}]}
        assert client.chat.completions.create(**ask).choices[0].message.content  # type: ignore[call-overload]
        with pytest.raises(openai.RateLimitError):
            client.chat.completions.create(**ask)  # type: ignore[call-overload]
        with pytest.raises(openai.AuthenticationError):
            client.with_options(api_key="wrong").chat.completions.create(**ask)  # type: ignore[call-overload]
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=20)
    assert f"OPENAI_BASE_URL=http://127.0.0.1:{port}/v1" in output
    assert "sk-secret" not in output


def test_it_stops_quietly_with_streams_open() -> None:
    process, port = start("--ttft", "0.01", "--rate", "0.5")
    body = {"model": "sim-fast", "stream": True, "messages": [{"role": "user", "content": "Explain a queue"}]}
    url, key = f"http://127.0.0.1:{port}/v1/chat/completions", {"authorization": "Bearer sk-secret"}
    with httpx.stream("POST", url, json=body, headers=key, timeout=20) as response:
        received = response.iter_lines()
        assert next(received).startswith("data: ")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
        with pytest.raises(httpx.RemoteProtocolError):
            list(received)
    assert process.returncode == 0
    assert "Traceback" not in output
    assert "sk-secret" not in output


def test_an_address_in_use_is_a_message_in_both_languages() -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "llmsim", "serve", "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    chinese, english = done.stderr.splitlines()
    assert f"127.0.0.1:{port}" in chinese
    assert f"127.0.0.1:{port}" in english


@pytest.mark.parametrize(
    ("wrong", "named"),
    [(("--port", "99999"), "65535"), (("--outage", "5"), "FROM-TO"), (("--outage", "9-3"), "FROM-TO")],
)
def test_wrong_settings_are_messages(wrong: tuple[str, str], named: str) -> None:
    command = [sys.executable, "-m", "llmsim", "serve", *wrong]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_rate_is_a_message_and_not_a_traceback() -> None:
    command = [sys.executable, "-m", "llmsim", "serve", "--error-rate", "7"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "probability" in done.stderr
    assert "Traceback" not in done.stderr

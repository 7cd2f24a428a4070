"""`python -m llmsim serve` in a process of its own."""

import os
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


def test_a_wrong_rate_is_a_message_and_not_a_traceback() -> None:
    command = [sys.executable, "-m", "llmsim", "serve", "--error-rate", "7"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "probability" in done.stderr
    assert "Traceback" not in done.stderr

"""The built site, served by the course's own server, and the Chromium to look at it with."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
FLAGS = [
    "--no-sandbox",  # Chromium refuses to run as root with it, and the pages are our own
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find_chromium() -> str | None:
    """The machine's Chromium or Chrome; `CHROMIUM` names another."""
    names = (
        os.environ.get("CHROMIUM"),
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    )
    return next((found for name in names if name and (found := shutil.which(name))), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served() -> Iterator[str]:
    """Yield the address of the served site, on a port that it was not built for.

    Raises RuntimeError with the server's own words if it ends at once or does not answer within 30 s.
    """
    port = free_port()
    command = [sys.executable, "-m", "courseware", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_until_it_answers(f"{address}/zh/", server)
            yield address
        finally:
            server.terminate()


def _wait_until_it_answers(url: str, server: subprocess.Popen[str]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended at once:\n{server.stdout.read() if server.stdout else ''}")
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError("the server did not answer within 30 s")

"""Running the application: in the foreground, or beside a notebook or a test."""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from llmsim.engine import Engine
from llmsim.server.app import create_app

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8765
_BACKLOG = 4096


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out uvicorn's complaints about what happens on purpose here: cut connections, streams open at the end."""
    message = record.getMessage()
    return "without completing response" not in message and "graceful shutdown exceeded" not in message


def _config(app: Starlette, host: str, port: int) -> uvicorn.Config:
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        backlog=_BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )


def allow_many_sockets() -> None:
    """Raise this process's soft limit on open files to its hard limit, where the system knows such limits."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def listen(host: str = LOOPBACK, port: int = DEFAULT_PORT) -> socket.socket:
    """A socket that listens there; port 0 takes a free one.  Raises OSError where the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    # asyncio switches Nagle's algorithm off only where the protocol is named, and `create_server` leaves it at 0.
    # With it on, every response waits 40 ms for the client's delayed acknowledgement of its head.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=made.detach())


def serve(sim: Engine, listener: socket.socket, *, api_key: str | None = None) -> None:
    """Serve on a listening socket until interrupted."""
    allow_many_sockets()
    host, port = listener.getsockname()[:2]
    # uvicorn raises the interrupt again once it has shut down; Ctrl-C is how one stops this, and no error.
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(_config(create_app(sim, api_key=api_key), host, port)).run(sockets=[listener])


@contextlib.contextmanager
def background(sim: Engine, port: int = 0, *, api_key: str | None = None) -> Iterator[str]:
    """Serve on loopback from a thread while the block runs; gives the base URL (`http://127.0.0.1:…/v1`).

    Port 0 takes a free one.
    """
    allow_many_sockets()
    with listen(LOOPBACK, port) as listener:
        server = uvicorn.Server(_config(create_app(sim, api_key=api_key), LOOPBACK, port))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{listener.getsockname()[1]}/v1"
        finally:
            server.should_exit = True
            thread.join()

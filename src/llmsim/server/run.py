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


def _not_on_purpose(record: logging.LogRecord) -> bool:
    """Leave out uvicorn's complaint about unfinished responses: here connections are cut on purpose."""
    return "without completing response" not in record.getMessage()


def _config(app: Starlette, host: str, port: int) -> uvicorn.Config:
    # Cut connections are on purpose here, so uvicorn's complaint about unfinished responses is left out.
    logging.getLogger("uvicorn.error").addFilter(
        lambda record: "without completing response" not in record.getMessage()
    )
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


def serve(sim: Engine, host: str = LOOPBACK, port: int = DEFAULT_PORT, *, api_key: str | None = None) -> None:
    """Serve until interrupted."""
    allow_many_sockets()
    uvicorn.Server(_config(create_app(sim, api_key=api_key), host, port)).run()


@contextlib.contextmanager
def background(sim: Engine, port: int = 0, *, api_key: str | None = None) -> Iterator[str]:
    """Serve on loopback from a thread while the block runs; gives the base URL (`http://127.0.0.1:…/v1`).

    Port 0 takes a free one.
    """
    allow_many_sockets()
    with socket.create_server((LOOPBACK, port), backlog=_BACKLOG) as listener:
        server = uvicorn.Server(_config(create_app(sim, api_key=api_key), LOOPBACK, port))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{listener.getsockname()[1]}/v1"
        finally:
            server.should_exit = True
            thread.join()

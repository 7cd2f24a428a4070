"""The web application: routes, the protocol's error bodies, the status page."""

import time
from importlib.resources import files

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from llmsim.engine import Engine
from llmsim.errors import InternalServerError, LLMError, NotFoundError
from llmsim.server.chat import ChatCompletions
from llmsim.server.embeddings import Embeddings
from llmsim.server.reply import check_key, error_response
from llmsim.server.status import snapshot

_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"


def create_app(sim: Engine, *, api_key: str | None = None) -> Starlette:
    """An application that serves a simulator.

    Any key is accepted unless `api_key` is set, but there must be one, as with a real provider.
    """
    created = int(time.time())
    began = time.monotonic()
    page = files("llmsim.server").joinpath("status.html").read_text("utf-8")

    async def models(request: Request) -> Response:
        try:
            check_key(request.scope, api_key)
        except LLMError as error:
            return error_response(error)
        return JSONResponse({"object": "list", "data": [_model(name, created) for name in sim.models]})

    async def model(request: Request) -> Response:
        try:
            check_key(request.scope, api_key)
            return JSONResponse(_model(sim.model(request.path_params["name"]).name, created))
        except LLMError as error:
            return error_response(error)

    async def status(request: Request) -> Response:
        return HTMLResponse(page, headers={"content-security-policy": _PAGE_POLICY})

    async def numbers(request: Request) -> Response:
        return JSONResponse(snapshot(sim, time.monotonic() - began), headers={"cache-control": "no-store"})

    async def home(request: Request) -> Response:
        return RedirectResponse("/status")

    async def nothing(request: Request) -> Response:
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/v1/chat/completions", ChatCompletions(sim, api_key), methods=["POST"]),
            Route("/v1/embeddings", Embeddings(sim, api_key), methods=["POST"]),
            Route("/v1/models", models),
            Route("/v1/models/{name}", model),
            Route("/status", status),
            Route("/status.json", numbers),
            Route("/", home),
            Route("/favicon.ico", nothing),
        ],
        exception_handlers={HTTPException: _http_error, Exception: _crash},
    )


def _model(name: str, created: int) -> dict[str, object]:
    return {"id": name, "object": "model", "created": created, "owned_by": "llmsim"}


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    message = f"Invalid URL ({request.method} {request.url.path})"
    if status == 405:
        message = f"Not allowed to {request.method} on {request.url.path}."
    headers = error.headers if isinstance(error, HTTPException) else None
    return error_response(NotFoundError(message, status_code=status), headers)


async def _crash(request: Request, error: Exception) -> Response:
    return error_response(InternalServerError("The simulator failed; this is a defect in it."))

"""What all endpoints share: reading a body, checking the key, answering with the protocol's errors."""

import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope

from llmsim.errors import AuthenticationError, BadRequestError, LLMError

LARGEST_BODY = 16 * 2**20
"""Bytes; far more than any prompt that fits a context."""


class ClientGoneError(Exception):
    """The client closed its connection."""


def request_id() -> str:
    """An id for one HTTP exchange, as in OpenAI's `x-request-id`."""
    return f"req_{secrets.token_hex(16)}"


def error_response(error: LLMError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error as an HTTP response."""
    given = {"x-request-id": request_id(), **error.headers, **(headers or {})}
    return JSONResponse(error.body(), status_code=error.status_code or 500, headers=given)


def check_key(scope: Scope, expected: str | None) -> None:
    """Raise a 401 unless the request carries a key, and the right one where one is expected."""
    scheme, _, key = Headers(scope=scope).get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise AuthenticationError(
            "You didn't provide an API key. Send one in an Authorization header (Authorization: Bearer YOUR_KEY)."
        )
    if expected is not None and not hmac.compare_digest(key.strip().encode(), expected.encode()):
        # A real provider repeats part of the key here; this one keeps keys out of all output.
        raise AuthenticationError("Incorrect API key provided.", code="invalid_api_key")


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


async def read_json(receive: Receive) -> Any:
    """The request's body as JSON."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise BadRequestError("The request body is too large.", status_code=413)
        if not message.get("more_body", False):
            break
    try:
        parsed = json.loads(body, parse_constant=_no_number)
        if b"\\ud" in body.lower():  # half a surrogate pair is no text: it could not be sent back
            json.dumps(parsed, ensure_ascii=False).encode()
        return parsed
    except (ValueError, RecursionError):
        message_text = "We could not parse the JSON body of your request. The API expects a JSON payload."
        raise BadRequestError(message_text) from None

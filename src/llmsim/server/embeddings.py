"""POST /v1/embeddings."""

import base64
import sys
from array import array
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from llmsim.chat import Completion, Message, Request
from llmsim.embedding import DIMENSIONS, embed
from llmsim.engine import Engine
from llmsim.errors import BadRequestError, LLMError
from llmsim.server.reply import ClientGoneError, check_key, error_response, read_json, request_id
from llmsim.session import Collector, adrive, session

MOST_INPUTS = 2048
"""Texts per request, as in OpenAI's reference."""


class Embeddings:
    """The endpoint over one simulator."""

    def __init__(self, sim: Engine, api_key: str | None) -> None:
        self._sim = sim
        self._api_key = api_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            check_key(scope, self._api_key)
            body = await read_json(receive)
            texts, dimensions, encoded = _read(body)
            request = Request(body["model"], tuple(Message("user", text) for text in texts), kind="embedding")
            done = await self._run(request)
        except ClientGoneError:
            return
        except LLMError as error:
            await error_response(error)(scope, receive, send)
            return
        data = [
            {"object": "embedding", "index": i, "embedding": _coded(embed(text, dimensions), encoded)}
            for i, text in enumerate(texts)
        ]
        usage = {"prompt_tokens": done.usage.prompt_tokens, "total_tokens": done.usage.prompt_tokens}
        answer = {"object": "list", "data": data, "model": done.model, "usage": usage}
        await JSONResponse(answer, headers={"x-request-id": request_id()})(scope, receive, send)

    async def _run(self, request: Request) -> Completion:
        collector = Collector()
        async for event in adrive(session(self._sim, request)):
            collector.add(event)
        return collector.result()


def _read(body: Any) -> tuple[list[str], int, bool]:
    """The texts, the dimensions, and whether the vectors go out in base64."""
    if not isinstance(body, Mapping) or not isinstance(body.get("model"), str):
        raise BadRequestError("you must provide a model parameter", param="model")
    given = body.get("input")
    several: list[Any] = given if isinstance(given, list) and not _is_ids(given) else [given]
    if not 1 <= len(several) <= MOST_INPUTS or not all(_is_text(text) for text in several):
        raise BadRequestError("'$.input' is invalid: a text, or 1 to 2048 texts.", param="input")
    # Token ids, which the client sends unless told otherwise, cannot be turned back into text here.
    texts = [text if isinstance(text, str) else " ".join(map(str, text)) for text in several]
    dimensions = DIMENSIONS if body.get("dimensions") is None else body["dimensions"]
    if not isinstance(dimensions, int) or isinstance(dimensions, bool) or not 1 <= dimensions <= 4096:
        raise BadRequestError("Invalid 'dimensions': a whole number between 1 and 4096.", param="dimensions")
    coding = body.get("encoding_format") or "float"
    if coding not in ("float", "base64"):
        raise BadRequestError(
            "Invalid 'encoding_format': expected 'float' or 'base64'.", param="encoding_format"
        )
    return texts, dimensions, coding == "base64"


def _is_text(given: Any) -> bool:
    return (isinstance(given, str) and given != "") or _is_ids(given)


def _is_ids(given: Any) -> bool:
    """Whether this is one text as token ids."""
    whole = isinstance(given, list) and bool(given)
    return whole and all(isinstance(id, int) and not isinstance(id, bool) for id in given)


def _coded(vector: list[float], encoded: bool) -> list[float] | str:
    if not encoded:
        return vector
    packed = array("f", vector)
    if sys.byteorder == "big":
        packed.byteswap()
    return base64.b64encode(packed.tobytes()).decode()

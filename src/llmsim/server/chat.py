"""POST /v1/chat/completions, as a plain ASGI application: with many streams, every layer between costs."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from llmsim.chat import Event, Opened
from llmsim.engine import Engine
from llmsim.errors import APIConnectionError, LLMError
from llmsim.server.reply import ClientGoneError, check_key, error_response, read_json, request_id
from llmsim.session import Collector, abatches, session
from llmsim.wire_read import read_chat
from llmsim.wire_write import ChunkWriter, completion


class ChatCompletions:
    """The endpoint over one simulator."""

    def __init__(self, sim: Engine, api_key: str | None) -> None:
        self._sim = sim
        self._api_key = api_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            check_key(scope, self._api_key)
            body = await read_json(receive)
            request = read_chat(body)
        except ClientGoneError:
            return
        except LLMError as error:
            await error_response(error)(scope, receive, send)
            return
        batches = abatches(session(self._sim, request))
        work = (
            self._stream(batches, body, scope, receive, send)
            if request.stream
            else self._whole(batches, scope, receive, send)
        )
        # Only a server that shuts down cancels this task: no defect, so it leaves no traceback.
        with suppress(asyncio.CancelledError):
            await _until_gone(work, receive, batches)

    async def _whole(
        self, batches: AsyncIterator[list[Event]], scope: Scope, receive: Receive, send: Send
    ) -> None:
        collector, opened = Collector(), None
        try:
            async for batch in batches:
                for event in batch:
                    collector.add(event)
                    opened = event if isinstance(event, Opened) else opened
        except APIConnectionError:
            await _break_off(send, b"application/json")
            return
        except LLMError as error:
            await error_response(error)(scope, receive, send)
            return
        created = opened.created if opened else 0
        headers = {"x-request-id": request_id(), **(opened.headers if opened else {})}
        response: Response = JSONResponse(completion(collector.result(), created), headers=headers)
        await response(scope, receive, send)

    async def _stream(
        self,
        batches: AsyncIterator[list[Event]],
        body: dict[str, Any],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        include_usage = (body.get("stream_options") or {}).get("include_usage") is True
        writer: ChunkWriter | None = None
        opened: Opened | None = None
        try:
            async for batch in batches:
                lines = []
                for event in batch:
                    if isinstance(event, Opened):
                        opened = event
                    elif opened is not None:
                        if writer is None:
                            writer = ChunkWriter(opened, include_usage)
                            await _begin(send, b"text/event-stream; charset=utf-8", opened)
                        lines.append(writer.of(event))
                if lines:
                    await send(
                        {"type": "http.response.body", "body": "".join(lines).encode(), "more_body": True}
                    )
        except APIConnectionError:
            if writer is None:
                await _break_off(send, b"text/event-stream; charset=utf-8")
            return  # the body stays incomplete, so the server closes the connection
        except LLMError as error:
            if writer is None:
                await error_response(error)(scope, receive, send)
                return
            # The status has gone out already, so the error comes as an event of the stream.
            event_text = f"data: {json.dumps(error.body())}\n\n"
            await send({"type": "http.response.body", "body": event_text.encode(), "more_body": False})
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _begin(send: Send, kind: bytes, opened: Opened | None) -> None:
    headers = [
        (b"content-type", kind),
        (b"cache-control", b"no-cache"),
        (b"x-request-id", request_id().encode()),
    ]
    for name, value in opened.headers.items() if opened else ():
        headers.append((name.encode(), value.encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _break_off(send: Send, kind: bytes) -> None:
    """Promise an answer and never send it: what a lost connection looks like to the client."""
    await _begin(send, kind, None)


async def _until_gone(work: Any, receive: Receive, batches: AsyncIterator[list[Event]]) -> None:
    """Do the work, but stop as soon as the client has gone: nobody pays for tokens after that."""
    doing = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait((doing, watching), return_when=asyncio.FIRST_COMPLETED)
    finally:
        watching.cancel()
        if not doing.done():
            doing.cancel()
            await asyncio.wait((doing,))
        await batches.aclose()  # type: ignore[attr-defined]
    if not doing.cancelled():
        doing.result()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

"""The built site on this machine: Starlette's static files, with the headers and 404 pages the course needs.

The site is built for one public address, which canonical links, social cards and sitemaps name. Material's instant
navigation compares every link with the sitemap and silently stops working where host or port differ. So the address
is replaced on the way out by the one the reader asked for, in the sitemaps and in the head of each page.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
import socket
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from courseware.curriculum.base import LANGS
from courseware.curriculum.strings import Strings, StringTable

HOST = "127.0.0.1"

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",  # Python in the page is WebAssembly
        "worker-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",  # outputs (tables, SVG) carry their own styles
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)
HEADERS = {
    # Together these isolate the page, which shared memory (stopping a running block) requires.
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
FOR_CODE = {"content-security-policy": POLICY}  # also of workers, which do not inherit their page's policy
FOR_PAGES = {"cross-origin-opener-policy": "same-origin", "referrer-policy": "same-origin"}

# Names that carry a hash of their content: esbuild's chunks and Material's assets.
HASHED = re.compile(r"[-.](?:[0-9A-Z]{8}|[0-9a-f]{8})(?:\.min)?\.\w+$")
# Of Python in the page, whose files have names that Pyodide wants, the folders carry it.
HASHED_FOLDER = re.compile(r"/runtime/[a-z]+-[0-9a-f]{8}/[^/]+$")
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"  # kept, but checked by ETag at every use

# Python reads the machine's table of types, which may lack these or, on Windows, have them wrong.
TYPES = {
    ".css": "text/css",
    ".ipynb": "application/x-ipynb+json",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".whl": "application/zip",
    ".xml": "application/xml",
}


class CannotServe(Exception):
    """Why the site cannot be served, in words for the reader, in both languages."""


class Site(StaticFiles):
    """The built site as an ASGI application."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self.folder = folder
        self.built_for = public_address(folder)

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404:
                raise
            response = Response(status_code=404)
        if response.status_code != 404:
            return response
        language = path.replace(os.sep, "/").split("/", 1)[0]
        file = self.folder / (f"{language}/404.html" if language in LANGS else "404.html")
        if not file.is_file():
            return Response("404", status_code=404, media_type="text/plain")
        return self.file_response(file, file.stat(), scope, 404)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        path = Path(full_path)
        if path.suffix == ".html" or path.name == "sitemap.xml":
            return self._addressed(path, scope, status_code)
        response = super().file_response(full_path, stat_result, scope, status_code)
        hashed = HASHED.search(path.name) or HASHED_FOLDER.search(path.as_posix())
        response.headers["cache-control"] = FOREVER if hashed else ASK_AGAIN
        return response

    def _addressed(self, path: Path, scope: Scope, status_code: int) -> Response:
        """A page or sitemap that names the address it was asked under."""
        text = path.read_text("utf-8")
        asked = str(Request(scope).base_url)
        if self.built_for and path.suffix == ".html":
            head, end, body = text.partition("</head>")
            text = head.replace(self.built_for, asked) + end + body
            if (
                status_code == 404
            ):  # the one page whose links are absolute paths, since it stands in for any address
                text = text.replace(f'="{_path(self.built_for)}', f'="{_path(asked)}')
        elif self.built_for:
            text = text.replace(self.built_for, asked)
        content = text.encode()
        response = Response(
            content, status_code, media_type="text/html" if path.suffix == ".html" else "application/xml"
        )
        response.headers["etag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        response.headers["cache-control"] = ASK_AGAIN
        if status_code == 200 and self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return response


class SecurityHeaders:
    """Puts on every response the headers of its kind; each byte counts, since they are sent uncompressed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                kind = headers.get("content-type", "")
                headers.update(HEADERS)
                if kind.startswith(("text/html", "text/javascript")):
                    headers.update(FOR_CODE)
                if kind.startswith("text/html"):
                    headers.update(FOR_PAGES)
            await send(message)

        await self.app(scope, receive, with_headers)


def public_address(folder: Path) -> str | None:
    """The address above both languages that the site was built for, with a slash at the end; None if it names none."""
    for language in LANGS:
        sitemap = folder / language / "sitemap.xml"
        found = (
            re.search(rf"<loc>([^<]*/){language}/", sitemap.read_text("utf-8")) if sitemap.is_file() else None
        )
        if found:
            return found[1]
    return None


def _path(address: str) -> str:
    return "/" + address.split("//", 1)[1].partition("/")[2]


def application(folder: Path) -> Starlette:
    """The site in `folder` (which holds `zh/` and `en/`) as an ASGI application."""
    for suffix, kind in TYPES.items():
        mimetypes.add_type(kind, suffix)
    return Starlette(
        routes=[Mount("/", Site(folder))],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(GZipMiddleware, minimum_size=600, compresslevel=6),
        ],
    )


def words(root: Path, key: str, **values: Any) -> str:
    """One message of `strings/serve.yml`, Chinese first, then English."""
    file = root / "curriculum" / "strings" / "serve.yml"
    table = StringTable.model_validate(yaml.safe_load(file.read_text("utf-8")))
    strings = Strings({"serve": table})
    return "\n".join(strings.translator(language)(key, **values) for language in LANGS)


def listen(root: Path, port: int) -> socket.socket:
    """A socket on `port` of this machine. Raises `CannotServe` where that is impossible, and names a free port."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name != "nt":  # there it would allow two servers on one port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        free = free_port()
        if isinstance(error, OSError) and error.errno in (
            48,
            98,
            10048,
        ):  # EADDRINUSE of macOS, Linux, Windows
            raise CannotServe(words(root, "serve.port-in-use", port=port, free=free)) from None
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotServe(words(root, "serve.port-refused", port=port, reason=reason, free=free)) from None
    return listening


def free_port(start: int = 8001) -> int:
    """The first port from `start` on that nobody listens on."""
    for port in range(start, start + 200):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            if probe.connect_ex((HOST, port)):
                return port
    return start


def serve(root: Path, port: int = 8000) -> None:
    """Serve `root/site` on `port` of this machine until interrupted. Raises `CannotServe`."""
    folder = root / "site"
    if not all((folder / language / "index.html").is_file() for language in LANGS):
        raise CannotServe(words(root, "serve.not-built", folder=folder))
    listening = listen(root, port)
    address = f"http://{HOST}:{port}"
    print(
        words(root, "serve.serving"),
        *(f"  {address}/{language}/" for language in LANGS),
        sep="\n",
        flush=True,
    )
    config = uvicorn.Config(application(folder), log_level="warning", lifespan="off", server_header=False)
    with listening:
        uvicorn.Server(config).run(sockets=[listening])

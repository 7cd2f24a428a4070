"""The course's own server: what it sends for pages, assets, missing pages; and what it says when it cannot start."""

import gzip
import socket
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from typer.testing import CliRunner

from courseware import cli, serve

ROOT = Path(__file__).parents[2]
BUILT = "https://example.org/course/"
BODY = "<p>Call http://127.0.0.1:8000/v1, or https://example.org/course/ itself.</p>" + "text " * 400


def page(language: str, path: str = "") -> str:
    return (
        f'<html><head><link rel="canonical" href="{BUILT}{language}/{path}"></head><body>{BODY}</body></html>'
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    for language in ("zh", "en"):
        home = folder / language
        (home / "lessons/core").mkdir(parents=True)
        (home / "web/chunks").mkdir(parents=True)
        (home / "index.html").write_text(page(language), "utf-8")
        (home / "lessons/core/index.html").write_text(page(language, "lessons/core/"), "utf-8")
        missing = f'<head></head><a href="/course/{language}/">404 {language}</a>'
        (home / "404.html").write_text(missing, "utf-8")
        (home / "sitemap.xml").write_text(
            f"<urlset><url><loc>{BUILT}{language}/</loc></url></urlset>", "utf-8"
        )
        (home / "web/course.js").write_text("export {};" * 200, "utf-8")
        (home / "web/chunks/search-FI2O6F7V.js").write_text("export {};", "utf-8")
        (home / "web/runtime.wasm").write_bytes(b"\0asm")
        (home / "core.ipynb").write_text("{}", "utf-8")
    (folder / "index.html").write_text("<head></head>root", "utf-8")
    (folder / "404.html").write_text("<head></head>root 404", "utf-8")
    return folder


@pytest.fixture
def client(site: Path) -> "Client":
    return Client(serve.application(site))


class Client:
    """A reader at http://127.0.0.1:8123."""

    def __init__(self, app: Starlette) -> None:
        self.transport = httpx.ASGITransport(app=app)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=self.transport, base_url="http://127.0.0.1:8123") as client:
            return await client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/", "/zh/", "/zh/lessons/core/", "/zh/nowhere/", "/nowhere"])
async def test_a_page_is_isolated_and_runs_only_our_own_code(client: Client, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert policy["worker-src"] == "'self' blob:"


@pytest.mark.asyncio
async def test_a_worker_has_the_same_policy_as_its_page(client: Client) -> None:
    page, script = await client.get("/zh/"), await client.get("/zh/web/course.js")
    for header in ("content-security-policy", "cross-origin-embedder-policy", "cross-origin-resource-policy"):
        assert script.headers[header] == page.headers[header]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/zh/", "/zh/web/course.js", "/zh/web/runtime.wasm", "/zh/core.ipynb"])
async def test_nothing_is_taken_for_another_type_or_by_another_site(client: Client, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.asyncio
async def test_the_head_names_the_address_that_was_asked_and_the_text_is_left_alone(client: Client) -> None:
    head, _, body = (await client.get("/zh/lessons/core/")).text.partition("</head>")
    assert 'href="http://127.0.0.1:8123/zh/lessons/core/"' in head
    assert BODY in body


@pytest.mark.asyncio
async def test_the_sitemap_names_the_address_that_was_asked(client: Client) -> None:
    sitemap = await client.get("/en/sitemap.xml")
    assert "<loc>http://127.0.0.1:8123/en/</loc>" in sitemap.text
    assert sitemap.headers["content-type"].startswith("application/xml")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/zh/nowhere/", '<a href="/zh/">404 zh</a>'),
        ("/en/lessons/nowhere/", '<a href="/en/">404 en</a>'),
        ("/nowhere", "root 404"),
        ("/zhou/", "root 404"),
    ],
)
async def test_a_missing_page_gets_the_404_of_its_language(client: Client, path: str, text: str) -> None:
    response = await client.get(path)
    assert (response.status_code, text in response.text) == (404, True)


@pytest.mark.asyncio
async def test_nothing_outside_the_site_is_served(client: Client) -> None:
    assert (await client.get("/zh/%2e%2e/%2e%2e/%2e%2e/etc/passwd")).status_code == 404


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/zh/web/course.js", "text/javascript"),
        ("/zh/web/runtime.wasm", "application/wasm"),
        ("/zh/core.ipynb", "application/x-ipynb+json"),
        ("/zh/", "text/html; charset=utf-8"),
    ],
)
async def test_types(client: Client, path: str, kind: str) -> None:
    assert (await client.get(path)).headers["content-type"].startswith(kind)


@pytest.mark.asyncio
async def test_what_is_named_by_its_content_is_kept_for_ever_and_the_rest_is_checked(client: Client) -> None:
    assert "immutable" in (await client.get("/zh/web/chunks/search-FI2O6F7V.js")).headers["cache-control"]
    for path in ("/zh/", "/zh/web/course.js", "/zh/sitemap.xml"):
        first = await client.get(path)
        assert first.headers["cache-control"] == "no-cache"
        again = await client.get(path, if_none_match=first.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.asyncio
async def test_a_page_changed_by_a_new_build_is_sent_again(client: Client, site: Path) -> None:
    etag = (await client.get("/zh/")).headers["etag"]
    (site / "zh/index.html").write_text(page("zh") + "more", "utf-8")
    assert (await client.get("/zh/", if_none_match=etag)).status_code == 200


@pytest.mark.asyncio
async def test_text_is_compressed(client: Client) -> None:
    response = await client.get("/zh/", accept_encoding="gzip")
    assert response.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(response.content)) < len(response.content) / 2


@pytest.mark.parametrize(
    "name", ["bundle.a5f9d56c.min.js", "search-FI2O6F7V.js", "main.57a0d79d.min.css", "chunk-ZLIWLJO3.js"]
)
def test_a_hash_in_a_name_is_recognised(name: str) -> None:
    assert serve.HASHED.search(name)


@pytest.mark.parametrize(
    "name", ["course.js", "course.css", "card-zh.png", "search_index.json", "04_minimal_usable.ipynb"]
)
def test_an_ordinary_name_is_not_taken_for_a_hash(name: str) -> None:
    assert not serve.HASHED.search(name)


def test_an_occupied_port_is_said_in_both_languages_with_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind((serve.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(serve.CannotServe) as caught:
            serve.listen(ROOT, port)
    message = str(caught.value)
    assert f"端口 {port} 已被占用" in message
    assert f"Port {port} is in use" in message
    assert message.count("make serve PORT=") == 2


def test_a_port_that_does_not_exist_is_refused_with_words() -> None:
    with pytest.raises(serve.CannotServe, match="Port 70000 cannot be used"):
        serve.listen(ROOT, 70000)


def test_a_site_that_is_not_built_is_said_in_both_languages(tmp_path: Path) -> None:
    strings = tmp_path / "curriculum/strings"
    strings.mkdir(parents=True)
    (strings / "serve.yml").write_bytes((ROOT / "curriculum/strings/serve.yml").read_bytes())
    with pytest.raises(serve.CannotServe) as caught:
        serve.serve(tmp_path)
    assert "make build" in str(caught.value)
    assert "还没有构建好" in str(caught.value)


def test_the_command_reports_what_is_wrong_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(root: Path, port: int) -> None:
        raise serve.CannotServe(f"port {port}")

    monkeypatch.setattr(serve, "serve", refuse)
    result = CliRunner().invoke(cli.app, ["serve", "--port", "8001"])
    assert (result.exit_code, result.stderr.strip()) == (1, "port 8001")

"""Settings that go wrong in silence, looked at where they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mkdocs.config import load_config

from courseware.curriculum.base import LANGS, Lang
from courseware.layout import Layout
from courseware.lessons.progress import Progress
from courseware.site import alternates, blocks, build
from courseware.site.stage import site_url
from tests.courseware.course_site import REPOSITORY, make_site


@pytest.fixture
def configs(monkeypatch: pytest.MonkeyPatch) -> dict[Lang, object]:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    return {lang: load_config(str(REPOSITORY / build.CONFIGS[lang])) for lang in LANGS}


def test_both_sites_are_strict_and_differ_only_where_they_must(configs: dict[Lang, object]) -> None:
    zh, en = (dict(configs[lang]) for lang in LANGS)  # type: ignore[call-overload]

    differing = {key for key in zh if zh[key] != en[key]} - {"config_file_path", "plugins", "theme", "hooks"}
    assert differing <= {
        "site_name",
        "site_description",
        "site_dir",
        "docs_dir",
        "copyright",
        "extra",
        "mdx_configs",
        "markdown_extensions",
    }
    assert {*en["markdown_extensions"]} - {*zh["markdown_extensions"]} == {"smarty"}, (
        "English quotation marks"
    )
    assert zh["strict"] is en["strict"] is True
    assert zh["theme"]["font"] is en["theme"]["font"] is False


def test_live_editing_watches_what_lies_outside_the_pages(configs: dict[Lang, object]) -> None:
    watched = {Path(path).name for path in configs["zh"]["watch"]}  # type: ignore[index]

    assert {"notebooks", "curriculum", "hooks", "courseware"} <= watched


def test_mkdocs_is_never_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`mkdocs build -q` switches strict off without a word."""
    commands: list[list[str]] = []
    monkeypatch.setattr(build.subprocess, "Popen", lambda command, **_: commands.append(command))

    build._mkdocs(Layout(tmp_path), "zh")

    assert "--strict" in commands[0]
    assert not {"-q", "--quiet"} & set(commands[0])


def test_nothing_that_is_known_to_do_harm_is_installed() -> None:
    wanted = (REPOSITORY / "requirements.in").read_text("utf-8")

    assert "mkdocs-jupyter==0.26.3" in wanted, "0.27 damages Markdown cells"
    for harmful in ("mkdocs-gen-files", "mkdocs-static-i18n"):
        assert harmful not in wanted


@pytest.mark.parametrize("value", ["https://example.org/x", "https://example.org/x/"])
def test_the_address_ends_with_one_slash(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", value)
    assert site_url() == "https://example.org/x/"


def test_without_an_address_it_is_the_local_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SITE_URL", raising=False)
    assert site_url() == "http://127.0.0.1:8000/"


@pytest.mark.parametrize(
    ("url", "zh"),
    [("", "../zh/"), ("paths/", "../../zh/paths/"), ("lessons/01_first/", "../../../zh/lessons/01_first/")],
)
def test_the_switch_is_relative_to_the_page(url: str, zh: str) -> None:
    found = alternates.of_page(url, "en")

    assert [(one["lang"], one["current"]) for one in found] == [("zh", False), ("en", True)]
    assert found[0]["url"] == zh


def test_the_root_is_for_those_who_have_not_chosen() -> None:
    assert alternates.absolute("", "https://example.org/")["x-default"] == "https://example.org/"
    assert (
        alternates.absolute("paths/", "https://example.org/")["x-default"] == "https://example.org/en/paths/"
    )


def test_block_marks_become_sections() -> None:
    html = f"{blocks.opening('run', 'code', 'threads')}\n<p>x</p>\n{blocks.closing()}"

    assert blocks.into_sections(html).split("\n") == [
        '<section class="block" id="b-run" data-block="run" data-kind="code" data-local-only="threads">',
        "<p>x</p>",
        "</section>",
    ]
    assert blocks.into_sections("<!-- a comment -->") == "<!-- a comment -->"


def test_a_build_waits_for_another(tmp_path: Path) -> None:
    import fcntl
    import io
    import threading

    from rich.console import Console

    layout, said = Layout(make_site(tmp_path).root), io.StringIO()
    layout.cache.mkdir()
    entered = threading.Event()

    def second() -> None:
        with build._alone(layout, Progress(Console(file=said))):
            entered.set()

    with (layout.cache / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        thread = threading.Thread(target=second)
        thread.start()
        while not said.getvalue():
            assert not entered.is_set()
    thread.join()

    assert said.getvalue() == "waiting for another build to end\n"
    assert entered.is_set()


def test_the_page_has_no_scripts_that_wait_for_a_network() -> None:
    configuration = (REPOSITORY / "mkdocs.yml").read_text("utf-8")
    assert not re.search(r"https?://(?!127\.0\.0\.1)", configuration)

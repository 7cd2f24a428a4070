"""A small site built in full: pages, downloads, blocks, languages, and what is known to go wrong in silence."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from rich.console import Console

from courseware.curriculum.base import LANGS, Lang
from courseware.lessons.progress import Progress
from courseware.site.build import build
from tests.courseware.course_site import make_site
from tests.courseware.small_course import SmallCourse

ROOT_URL = "https://example.org/course/"
LESSON = "lessons/01_first"


@pytest.fixture(scope="module", autouse=True)
def address() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", ROOT_URL)
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    course = make_site(tmp_path_factory.mktemp("site"))
    build(course.root, Progress(Console(file=io.StringIO())))
    return course


@pytest.fixture(scope="module")
def site(course: SmallCourse) -> Path:
    return course.root / "site"


def _soup(site: Path, lang: Lang, page: str = LESSON) -> BeautifulSoup:
    return BeautifulSoup((site / lang / page / "index.html").read_text("utf-8"), "html.parser")


def _rebuild(course: SmallCourse) -> str:
    said = io.StringIO()
    build(course.root, Progress(Console(file=said, width=200)))
    return said.getvalue()


@pytest.mark.parametrize("lang", LANGS)
def test_a_lesson_is_a_page_and_never_raw_json(site: Path, lang: Lang) -> None:
    for page in (site / lang / "lessons").rglob("index.html"):
        html = page.read_text("utf-8")
        assert "<article" in html
        assert '"nbformat"' not in html
        assert "jp-Cell" not in html, "rendered by nbconvert"


@pytest.mark.parametrize("lang", LANGS)
def test_a_page_offers_its_notebook(site: Path, lang: Lang) -> None:
    link = _soup(site, lang).select_one("a.lesson-download[download]")

    assert link is not None
    notebook = json.loads((site / lang / LESSON / str(link["href"])).read_text("utf-8"))
    assert notebook["metadata"]["lang"] == lang
    assert any(cell.get("outputs") for cell in notebook["cells"])


@pytest.mark.parametrize("lang", LANGS)
def test_blocks_are_the_same_in_both_languages(site: Path, lang: Lang) -> None:
    blocks = [
        (one["id"], one["data-block"], one["data-kind"])
        for one in _soup(site, lang).select("article > .block")
    ]

    assert blocks[:3] == [
        ("b-waiting", "waiting", "markdown"),
        ("b-run", "run", "code"),
        ("b-outputs", "outputs", "markdown"),
    ]
    assert blocks == [
        (one["id"], one["data-block"], one["data-kind"])
        for one in _soup(site, "en").select("article > .block")
    ]
    assert "<!-- block" not in str(_soup(site, lang))


def test_headings_have_the_same_ids_in_both_languages(site: Path) -> None:
    zh, en = (
        [(heading.name, heading.get("id")) for heading in _soup(site, lang).select("article h1, article h2")]
        for lang in LANGS
    )

    assert zh == en
    assert all(str(id).isascii() for _, id in zh)


def test_code_is_shown_in_the_readers_language(site: Path) -> None:
    zh, en = (_soup(site, lang).select_one("#b-text .cell-input") for lang in LANGS)

    assert zh is not None
    assert en is not None
    assert "# 打印一行" in zh.get_text()
    assert "# prints a line" in en.get_text()
    assert "zh:" not in zh.get_text() + en.get_text()
    assert zh.select_one("code .nb") is not None, "code is highlighted"


def test_code_may_stand_folded_above_its_output(site: Path) -> None:
    for lang, word in (("zh", "代码"), ("en", "Code")):
        block = _soup(site, lang).select_one("#b-trace")
        assert block is not None
        fold = block.select_one("details.cell-fold")
        assert fold is not None
        assert not fold.has_attr("open")
        assert [summary.get_text() for summary in fold.select("summary")] == [word]
        assert fold.select_one(".cell-input code .kn") is not None, "it is highlighted"
        assert fold.find_next_sibling(class_="cell-output") is not None, "the output is not folded"


def test_outputs_of_every_kind_are_there(site: Path) -> None:
    soup = _soup(site, "en")

    kinds = {str(output["data-mime"]) for output in soup.select(".block .cell-output")}
    assert kinds == {
        "application/vnd.fanout.trace+json",
        "application/vnd.jupyter.error",
        "image/png",
        "image/svg+xml",
        "text/html",
        "text/latex",
        "text/markdown",
        "text/plain",
    }
    assert soup.select_one("#b-rich .cell-input") is None, "its input is hidden"
    assert soup.select_one("#b-error[data-local-only=threads] .cell-raises") is not None
    error = soup.select_one("#b-error [data-stream=error]")
    assert error is not None
    assert "JSONDecodeError" in error.get_text()


def test_a_trace_speaks_the_readers_language(site: Path) -> None:
    zh, en = (_soup(site, lang).select_one("#b-trace .cell-output") for lang in LANGS)

    assert zh is not None
    assert en is not None
    assert "虚拟时间" in zh.get_text()
    assert "Virtual time" in en.get_text()
    kept = en.select_one("template.trace")
    assert kept is not None
    assert json.loads(kept.get_text())["format"] == "fanout-trace"
    assert not _soup(site, "en").select("article script"), "instant navigation would run it without its type"


def test_materials_dialect_works_inside_cells(site: Path) -> None:
    block = _soup(site, "zh").select_one("#b-outputs")

    assert block is not None
    for selector in (".admonition.tip", ".tabbed-set", ".arithmatex", "pre.mermaid", ".task-list-item"):
        assert block.select_one(selector) is not None, selector
    assert "!!!" not in block.get_text()
    link = block.find("a", string="等待")
    assert link is not None
    assert link["href"] == "./#waiting"


def test_check_list_items_have_ids_and_named_boxes(site: Path) -> None:
    for lang, words in (("zh", "我能说出来"), ("en", "I can say it")):
        item = _soup(site, lang).select_one("#b-waiting li[data-task=say-it]")
        assert item is not None
        box = item.find("input")
        assert box is not None
        assert box["aria-label"] == words


def test_outputs_are_labelled_with_versions_once(site: Path) -> None:
    from importlib.metadata import version

    labels = _soup(site, "zh").select(".lesson-recorded")

    assert len(labels) == 1
    assert version("langchain-core") in labels[0].get_text()


def test_nothing_of_this_machine_is_in_the_site(site: Path, course: SmallCourse) -> None:
    for path in [*site.rglob("lessons/**/*.html"), *site.rglob("*.ipynb")]:
        text = path.read_text("utf-8")
        for secret in (str(course.root), str(Path.home()) + "/", "site-packages", "ipykernel_"):
            assert secret not in text, f"{secret} in {path.name}"
        assert not re.search(r"\b0x[0-9a-f]{6,}", text)


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_names_its_other_language(site: Path, lang: Lang) -> None:
    head = _soup(site, lang).head

    assert head is not None
    canonical = head.select_one("link[rel=canonical]")
    assert canonical is not None
    assert canonical["href"] == f"{ROOT_URL}{lang}/{LESSON}/"
    alternates = {str(one["hreflang"]): str(one["href"]) for one in head.select("link[hreflang]")}
    assert alternates == {
        "zh-Hans": f"{ROOT_URL}zh/{LESSON}/",
        "en": f"{ROOT_URL}en/{LESSON}/",
        "x-default": f"{ROOT_URL}en/{LESSON}/",
    }
    raw = (site / lang / LESSON / "index.html").read_text("utf-8")
    assert '<link rel="alternate"' not in raw, "the theme's script would ask each address for a sitemap"
    description = head.select_one("meta[name=description]")
    assert description is not None
    assert description["content"] == {"zh": "讲第一件事。", "en": "About the first thing."}[lang]


@pytest.mark.parametrize("lang", LANGS)
def test_the_sitemap_lists_every_page_in_both_languages(site: Path, lang: Lang) -> None:
    names = {"map": "http://www.sitemaps.org/schemas/sitemap/0.9", "xhtml": "http://www.w3.org/1999/xhtml"}
    urls = ElementTree.parse(site / lang / "sitemap.xml").getroot().findall("map:url", names)

    listed = {str(url.findtext("map:loc", None, names)).removeprefix(f"{ROOT_URL}{lang}/") for url in urls}
    built = {
        path.parent.relative_to(site / lang).as_posix() + "/" for path in (site / lang).rglob("index.html")
    }
    assert listed == {page if page != "./" else "" for page in built}
    assert all(len(url.findall("xhtml:link", names)) == 3 for url in urls)
    assert not (site / lang / "sitemap.xml.gz").exists()


def test_the_root_leads_to_both(site: Path) -> None:
    assert f"<loc>{ROOT_URL}zh/sitemap.xml</loc>" in (site / "sitemap.xml").read_text()
    assert f"Sitemap: {ROOT_URL}sitemap.xml" in (site / "robots.txt").read_text()
    assert all((site / lang / "404.html").is_file() for lang in LANGS)


def test_nothing_comes_from_elsewhere(site: Path) -> None:
    for lang in LANGS:
        for element in _soup(site, lang).select("script[src], link[rel=stylesheet], img[src]"):
            assert not str(element.get("src") or element.get("href")).startswith("http"), element


def test_the_search_index_files_text_under_its_heading(site: Path) -> None:
    entries = json.loads((site / "zh" / "search" / "search_index.json").read_text("utf-8"))["docs"]
    text = {entry["location"]: entry["text"].replace("\u200b", "") for entry in entries}

    assert "&lt;one&gt;" in text[f"{LESSON}/#outputs"], "code and its output belong to the heading above them"
    assert not any("fanout-trace" in found for found in text.values())
    assert not any("<rect" in found for found in text.values())


def test_a_second_build_does_nothing(course: SmallCourse) -> None:
    said = _rebuild(course)

    assert re.fullmatch(r"site/ is up to date \([\d.]+ s\)\n", said)


def test_the_same_course_makes_the_same_notebooks(course: SmallCourse) -> None:
    staged = {path: path.read_bytes() for path in (course.root / "build").rglob("*.ipynb")}
    shutil.rmtree(course.root / "build" / "zh")
    shutil.rmtree(course.root / "build" / "en")

    _rebuild(course)

    assert {path: path.read_bytes() for path in (course.root / "build").rglob("*.ipynb")} == staged


def test_text_is_rebuilt_without_executing(course: SmallCourse) -> None:
    course.replace("docs/zh/index.md", "# 首页", "# 新首页")

    said = _rebuild(course)

    assert said.startswith("built site/zh\nsite/ is up to date")


class TestRefused:
    """What the build refuses, each time with the reason; the site of the last good build stays usable."""

    def test_broken_links(self, course: SmallCourse) -> None:
        kept = (course.root / "docs/zh/index.md").read_text("utf-8")
        links = "[x](nowhere.md) [x](#nowhere) [x](/zh/nothing.md) [x](lessons/01_first.ipynb#nowhere)"
        course.write("docs/zh/index.md", f"{kept}\n{links}\n")
        try:
            with pytest.raises(RuntimeError, match="Aborted with 4 warnings in strict mode") as raised:
                _rebuild(course)
        finally:
            course.write("docs/zh/index.md", kept)

        for words in (
            "contains a link 'nowhere.md', but the target is not found",
            "contains a link '#nowhere', but there is no such anchor on this page",
            "contains a link '/zh/nothing.md'",
            "contains a link 'lessons/01_first.ipynb#nowhere'",
        ):
            assert words in str(raised.value)

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("quiz first", "quiz last", 'there is no quiz "last"'),
            ("predict three-waits", "guess three-waits", 'there is no widget kind "guess"'),
            ("{claim:speed-up}", "{claim:speed-down}", 'claims.yml has no claim "speed-down"'),
        ],
    )
    def test_names_that_are_not_there(self, course: SmallCourse, old: str, new: str, expected: str) -> None:
        from courseware.curriculum.faults import CurriculumError

        file = "notebooks/01_first.py"
        kept = (course.root / file).read_text("utf-8")
        course.write(file, kept.replace(old, new))
        try:
            with pytest.raises(CurriculumError) as raised:
                _rebuild(course)
        finally:
            course.write(file, kept)

        assert [expected in fault.words for fault in raised.value.faults] == [True, True], (
            "once in each language"
        )

    def test_a_page_that_one_language_lacks(self, course: SmallCourse) -> None:
        from courseware.curriculum.faults import CurriculumError

        course.write("docs/zh/alone.md", "# 独有 {#alone}\n")
        try:
            with pytest.raises(
                CurriculumError, match="docs/en:1: the page 'alone/' is missing in this language"
            ):
                _rebuild(course)
        finally:
            (course.root / "docs/zh/alone.md").unlink()

"""The pages made from the course's data, on a copy of the real course in which only some lessons are written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from courseware.curriculum import LANGS, Curriculum, Lang, load
from courseware.pages import (
    generate,
    lesson_footer,
    lesson_header,
    lesson_metadata,
    navigation,
    neighbours,
    write,
)

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)#]*)(#[^)]*)?\)")


@pytest.fixture
def curriculum(tmp_path: Path) -> Curriculum:
    """Documents 01, 04 and 03_01 are written, and a home page in both languages."""
    folder = tmp_path / "curriculum"
    folder.mkdir()
    shutil.copy(ROOT / "curriculum" / "course.yml", folder)
    (folder / "strings").mkdir()
    shutil.copy(ROOT / "curriculum" / "strings" / "pages.yml", folder / "strings")
    for lang in LANGS:
        (tmp_path / "docs" / lang).mkdir(parents=True)
        (tmp_path / "docs" / lang / "index.md").touch()
    (tmp_path / "notebooks").mkdir()
    curriculum = load(tmp_path)
    for id in ("01", "04", "03_01"):
        (tmp_path / curriculum.course.document(id).notebook).touch()
    return curriculum


def visible(markdown: str) -> str:
    """The text without its metadata and tags."""
    return re.sub(r"<[^>]*>", "", markdown.split("---\n", 2)[2])


@pytest.mark.parametrize("lang", LANGS)
def test_every_link_leads_to_a_page_that_exists(curriculum: Curriculum, lang: Lang) -> None:
    pages = generate(curriculum, lang)
    lessons = {one.page for one in curriculum.course.documents if curriculum.exists(one.id)}
    for page, markdown in pages.items():
        for target, _ in LINK.findall(markdown):
            if target:
                path = (Path("/") / page).parent.joinpath(target).resolve().as_posix().lstrip("/")
                assert path in pages or path in lessons, f"{page} links {target}"


@pytest.mark.parametrize(("lang", "words"), [("zh", "准备中"), ("en", "in preparation")])
def test_what_is_not_written_is_named_but_not_linked(curriculum: Curriculum, lang: Lang, words: str) -> None:
    markdown = generate(curriculum, lang)["stages/principles.md"]
    title = curriculum.course.document("02").title.get(lang)
    assert f"## {title} {{#document-02}}" in markdown
    assert (
        markdown.split("{#document-02}")[1]
        .lower()
        .lstrip()
        .startswith(f'<p class="document-facts" markdown="span">{words} · ')
    )
    assert "02_first_principles" not in markdown
    assert "(../lessons/03_01_parallel_execution_mechanism.ipynb)" in markdown


@pytest.mark.parametrize("lang", LANGS)
def test_both_languages_have_the_same_pages_and_heading_ids(curriculum: Curriculum, lang: Lang) -> None:
    ids = {
        page: re.findall(r"^#+ .*\{#([\w-]+)\}$", markdown, re.MULTILINE)
        for page, markdown in generate(curriculum, lang).items()
    }
    other = generate(curriculum, "en" if lang == "zh" else "zh")
    assert ids == {page: re.findall(r"\{#([\w-]+)\}$", text, re.MULTILINE) for page, text in other.items()}
    for page, found in ids.items():
        assert found, page
        assert len(found) == len(set(found)), page


def test_the_paths_page_shows_totals_of_reading_and_practice_apart(curriculum: Curriculum) -> None:
    markdown = generate(curriculum, "en")["paths.md"]
    for path in curriculum.course.paths:
        section = markdown.split(f"{{#{path.id}}}")[1].split("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| ")][2:]
        assert len(rows) == len(path.documents) + 1
        minutes, practice = (
            sum(
                int(value)
                for row in rows[:-1]
                if (value := row.split("|")[column].strip().removesuffix(" min")) != "—"
            )
            for column in (4, 5)
        )
        assert rows[-1].endswith(f"| **{minutes} min** | **{practice} min** |")
        assert (minutes, practice) == (path.minutes(curriculum.course), path.practice(curriculum.course))


def test_a_stage_page_tells_what_each_document_is(curriculum: Curriculum) -> None:
    page = visible(generate(curriculum, "en")["stages/understand.md"])
    assert "Reading 33 min" in page
    section = page.split("## [The minimal usable part]")[1].split("\n## ")[0]
    assert (
        "Reading 10 min · Practice 15 min · Helps if read first: First principles (in preparation)" in section
    )
    assert "Covers: The 20 % that matters · Quick start · Basic code" in section
    assert "- Write a parallel chain from nothing and read its results by key" in section


def test_around_the_course(curriculum: Curriculum) -> None:
    page = visible(generate(curriculum, "zh")["around.md"])
    assert "**Runnable 接口与 LCEL**" in page
    assert "见[核心概念 01：并行执行机制](lessons/03_01_parallel_execution_mechanism.ipynb)。" in page


@pytest.mark.parametrize("lang", LANGS)
def test_metadata_of_generated_pages_is_yaml(curriculum: Curriculum, lang: Lang) -> None:
    for page, markdown in generate(curriculum, lang).items():
        metadata = yaml.safe_load(markdown.split("---\n", 2)[1])
        assert metadata["title"], page
        assert 10 < len(metadata["description"]) <= 180, page


def test_navigation_holds_only_what_exists(curriculum: Curriculum) -> None:
    assert navigation(curriculum, "en") == [
        {"Home": "index.md"},
        {"Paths": "paths.md"},
        {
            "Course": [
                {
                    "Stage 1: quick understanding": [
                        "stages/understand.md",
                        {"The core in 30 characters": "lessons/01_core_in_30_characters.ipynb"},
                        {"The minimal usable part": "lessons/04_minimal_usable.ipynb"},
                    ]
                },
                {
                    "Stage 2: principles": [
                        "stages/principles.md",
                        {
                            "Core concept 1: the execution mechanism": (
                                "lessons/03_01_parallel_execution_mechanism.ipynb"
                            )
                        },
                    ]
                },
                {"Stage 3: hands-on": ["stages/hands-on.md"]},
                {"Stage 4: mastery": ["stages/mastery.md"]},
            ]
        },
        {"More": [{"Around this course": "around.md"}]},
    ]


def test_the_lesson_header_says_what_to_expect(curriculum: Curriculum) -> None:
    header = lesson_header(curriculum, "03_01", "en")
    assert header.startswith("# Core concept 1: the execution mechanism {#title}\n")
    assert "- [Stage 2: principles](../stages/principles.md)" in header
    assert "- Reading 20 min" in header
    assert "- Practice 40 min" in header
    assert '- Importance <span class="stars" role="img" aria-label="3 of 3">★★★<' in header
    assert '- Read first: <span class="in-preparation">First principles (in preparation)</span>' in header
    assert header.count("\n- ") == 5 + 4  # facts and goals


def test_the_lesson_footer_leads_on_along_the_reading_order(curriculum: Curriculum) -> None:
    footer = lesson_footer(curriculum, "04", "zh")
    assert "[上一篇：30 字核心](01_core_in_30_characters.ipynb){ .lesson-previous rel=prev }" in footer
    assert (
        "[下一篇：核心概念 01：并行执行机制（20 分钟）](03_01_parallel_execution_mechanism.ipynb)" in footer
    )
    assert re.search(r'版本 1\.0，更新于 <time datetime="\d{4}-\d\d-\d\d">', footer)


def test_the_ends_of_the_reading_order_have_one_neighbour(curriculum: Curriculum) -> None:
    first, last = curriculum.course.document("01"), curriculum.course.document("03_01")
    assert neighbours(curriculum, "01") == (None, curriculum.course.document("04"))
    assert neighbours(curriculum, "03_01")[1] is None
    assert "lesson-previous" not in lesson_footer(curriculum, first.id, "en")
    assert "lesson-next" not in lesson_footer(curriculum, last.id, "en")


def test_metadata_of_a_lesson(curriculum: Curriculum) -> None:
    metadata = lesson_metadata(curriculum, "04", "en")
    assert metadata["title"] == "The minimal usable part"
    assert (metadata["document"], metadata["stage"], metadata["minutes"]) == ("04", "understand", 10)


def test_pages_are_written_once_and_left_alone_while_they_hold(
    curriculum: Curriculum, tmp_path: Path
) -> None:
    first = write(curriculum, tmp_path / "build")
    assert {path.relative_to(tmp_path / "build").as_posix() for path in first} == {
        f"{lang}/pages/{page}"
        for lang in LANGS
        for page in (
            "paths.md",
            "around.md",
            "stages/understand.md",
            "stages/principles.md",
            "stages/hands-on.md",
            "stages/mastery.md",
        )
    }
    first[0].write_text("stale", "utf-8")
    before = {path: path.stat().st_mtime_ns for path in first[1:]}
    write(curriculum, tmp_path / "build")
    assert first[0].read_text("utf-8") != "stale"
    assert before == {path: path.stat().st_mtime_ns for path in first[1:]}

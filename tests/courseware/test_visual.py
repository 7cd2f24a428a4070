"""Home page and map, drawn from the real course in which only some lessons are written."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from courseware.curriculum import LANGS, Curriculum, Lang, load
from courseware.visual import place
from courseware.visual.root import FILES, write_root
from courseware.visual.run import SECONDS, in_a_row, recorded, side_by_side
from courseware.visual.scene import Scene, address

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = ("01", "04", "03_01")


@pytest.fixture(scope="module")
def curriculum(tmp_path_factory: pytest.TempPathFactory) -> Curriculum:
    tmp_path = tmp_path_factory.mktemp("course")
    (tmp_path / "curriculum").mkdir()
    shutil.copy(ROOT / "curriculum/course.yml", tmp_path / "curriculum")
    shutil.copytree(ROOT / "curriculum/strings", tmp_path / "curriculum/strings")
    (tmp_path / "notebooks").mkdir()
    curriculum = load(tmp_path)
    for id in WRITTEN:
        (tmp_path / curriculum.course.document(id).notebook).touch()
    return curriculum


def drawn(curriculum: Curriculum, lang: Lang, name: str, page: str = "index.md") -> BeautifulSoup:
    return BeautifulSoup(place(f"before\n\n<!-- visual:{name} -->\n", curriculum, lang, page), "html.parser")


def test_text_around_a_mark_is_left_alone(curriculum: Curriculum) -> None:
    placed = place("# Title\n\n<!-- visual:paths -->\n\nAfter.\n", curriculum, "en", "index.md")
    assert placed.startswith("# Title\n\n<section")
    assert placed.endswith("\n\nAfter.\n")


def test_an_unknown_visual_is_refused_with_the_known_ones(curriculum: Curriculum) -> None:
    with pytest.raises(ValueError, match=r'map\.md: there is no visual "mapp" \(there is: hero, paths'):
        place("<!-- visual:mapp -->", curriculum, "en", "map.md")


@pytest.mark.parametrize(
    ("page", "url"),
    [
        ("index.md", ""),
        ("map.md", "map/"),
        ("stages/hands-on.md", "stages/hands-on/"),
        ("lessons/01_core.ipynb", "lessons/01_core/"),
        ("guide/index.md", "guide/"),
    ],
)
def test_addresses_are_those_that_mkdocs_gives(page: str, url: str) -> None:
    assert address(page) == url


def test_links_are_relative_to_the_page(curriculum: Curriculum) -> None:
    assert Scene(curriculum, "zh", "index.md").url("map.md") == "map/"
    assert Scene(curriculum, "zh", "map.md").url("paths.md", "production") == "../paths/#production"
    assert Scene(curriculum, "zh", "stages/hands-on.md").url("index.md") == "../../"
    assert Scene(curriculum, "zh", "index.md").url("index.md") == "./"


# ---- the recorded run


def test_side_by_side_takes_as_long_as_the_slowest_and_in_a_row_as_long_as_all() -> None:
    row, beside = recorded(in_a_row), recorded(side_by_side)
    assert row.seconds == pytest.approx(sum(SECONDS.values()))
    assert beside.seconds == max(SECONDS.values())
    assert row.value == beside.value


def test_the_record_says_when_each_call_ran() -> None:
    assert [(call.name, call.start, call.end) for call in recorded(side_by_side).calls] == [
        (name, 0, seconds) for name, seconds in SECONDS.items()
    ]
    row = recorded(in_a_row).calls
    assert [call.name for call in row] == [*SECONDS]
    assert [call.start for call in row[1:]] == pytest.approx([call.end for call in row[:-1]])


def test_the_shown_source_is_what_ran() -> None:
    assert recorded(side_by_side).source.startswith("async def side_by_side(")
    assert "RunnableParallel(summary=summary, tags=tags, reply=reply)" in recorded(side_by_side).source


def test_the_calls_wait_on_the_real_clock_too() -> None:
    from courseware.visual import run

    async def first_waits() -> bool:
        task = asyncio.create_task(run.tags.ainvoke("mail"))
        await asyncio.sleep(0)
        task.cancel()
        return not task.done()

    assert asyncio.run(first_waits())


# ---- the home page


@pytest.mark.parametrize("lang", LANGS)
def test_the_picture_shows_the_record(curriculum: Curriculum, lang: Lang) -> None:
    picture = drawn(curriculum, lang, "hero").select_one("svg.replay__picture")
    assert picture is not None
    runs = picture.select(".replay__run")
    assert [run["data-end"] for run in runs] == ["2.4", "1.0"]
    assert [text.text for text in picture.select("[data-sum]")] == ["2.4 s", "1.0 s"]
    bars = [(float(str(bar["data-start"])), float(str(bar["data-end"]))) for bar in runs[1].select("rect")]
    assert bars == [(0, seconds) for seconds in SECONDS.values()]
    widths = [float(str(bar["width"]).rstrip("%")) for bar in runs[1].select("rect")]
    assert widths == pytest.approx([100 * seconds / 2.4 for seconds in SECONDS.values()], abs=0.01)


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_says_the_same_as_the_picture(curriculum: Curriculum, lang: Lang) -> None:
    rows = [
        [cell.text for cell in row.select("td")] for row in drawn(curriculum, lang, "hero").select("tbody tr")
    ]
    assert [row[1:] for row in rows] == [
        ["summary", "0.0 s", "1.0 s"],
        ["tags", "1.0 s", "1.6 s"],
        ["reply", "1.6 s", "2.4 s"],
        ["summary", "0.0 s", "1.0 s"],
        ["tags", "0.0 s", "0.6 s"],
        ["reply", "0.0 s", "0.8 s"],
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_each_path_has_its_minutes_and_leads_to_its_description(curriculum: Curriculum, lang: Lang) -> None:
    cards = drawn(curriculum, lang, "paths").select("a.path")
    assert [card["href"] for card in cards] == [f"paths/#{path.id}" for path in curriculum.course.paths]
    for card, path in zip(cards, curriculum.course.paths, strict=True):
        assert re.search(rf"\b{path.minutes(curriculum.course)}\b", card.text)
        assert path.title.get(lang) in card.text


@pytest.mark.parametrize("lang", LANGS)
def test_stages_list_every_document_and_link_only_what_is_written(curriculum: Curriculum, lang: Lang) -> None:
    items = drawn(curriculum, lang, "stages").select("li")
    assert len(items) == len(curriculum.course.documents)
    linked = [item for item in items if item.select_one("a")]
    assert len(linked) == len(WRITTEN)
    waiting = {"zh": "准备中", "en": "in preparation"}[lang]
    assert all((waiting in item.text) != (item in linked) for item in items)


# ---- the map


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("picture", ["svg.map__wide", "svg.map__tall"])
def test_both_pictures_hold_every_document_and_every_edge(
    curriculum: Curriculum, lang: Lang, picture: str
) -> None:
    svg = drawn(curriculum, lang, "map", "map.md").select_one(picture)
    assert svg is not None
    nodes = {str(node["data-document"]): node for node in svg.select(".map__node")}
    assert set(nodes) == {document.id for document in curriculum.course.documents}
    edges = {(edge["data-from"], edge["data-to"], str(edge["class"])) for edge in svg.select(".map__edge")}
    assert {edge[:2] for edge in edges} == {
        (before, document.id)
        for document in curriculum.course.documents
        for before in (*document.requires, *document.recommends)
    }
    assert sum("requires" in kind for *_, kind in edges) == sum(
        len(document.requires) for document in curriculum.course.documents
    )
    assert nodes["01"]["href"] == f"../lessons/{curriculum.course.document('01').stem}/"
    assert nodes["02"].name == "g"


@pytest.mark.parametrize("lang", LANGS)
def test_titles_fit_into_their_nodes(curriculum: Curriculum, lang: Lang) -> None:
    for title in drawn(curriculum, lang, "map", "map.md").select(".map__title"):
        assert len(title.select("tspan")) <= 2, title.text


@pytest.mark.parametrize("lang", LANGS)
def test_nodes_stay_inside_the_picture_and_apart(curriculum: Curriculum, lang: Lang) -> None:
    for svg in drawn(curriculum, lang, "map", "map.md").select("svg.map__wide, svg.map__tall"):
        across, down = (float(part) for part in str(svg["viewbox"]).split()[2:])
        boxes = [box(card) for card in svg.select(".map__card")]
        assert all(x >= 0 and y >= 0 and x + w <= across and y + h <= down for x, y, w, h in boxes)
        for place_, (x, y, w, h) in enumerate(boxes):
            for x2, y2, w2, h2 in boxes[place_ + 1 :]:
                assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


def box(card: Tag) -> tuple[float, float, float, float]:
    x, y, w, h = (float(str(card[name])) for name in ("x", "y", "width", "height"))
    return x, y, w, h


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_says_what_the_picture_shows(curriculum: Curriculum, lang: Lang) -> None:
    rows = drawn(curriculum, lang, "map", "map.md").select("tbody tr")
    course = curriculum.course
    assert len(rows) == len(course.documents)
    for row, document in zip(rows, course.reading_order, strict=True):
        cells = [cell.text for cell in row.select("td")]
        assert cells[0].startswith(document.title.get(lang))
        for cell, ids in ((cells[3], document.requires), (cells[4], document.recommends)):
            assert all(course.document(id).title.get(lang) in cell for id in ids)
            assert ids or cell == "–"


def test_a_chip_names_the_documents_of_its_path_and_leads_to_it_without_script(
    curriculum: Curriculum,
) -> None:
    chips = drawn(curriculum, "en", "map", "map.md").select(".chip")
    assert [(chip["href"], str(chip["data-documents"]).split()) for chip in chips] == [
        (f"../paths/#{path.id}", [*path.documents]) for path in curriculum.course.paths
    ]


# ---- the root


def test_the_root_leads_to_both_languages_without_script_and_brings_its_files(tmp_path: Path) -> None:
    web, site = tmp_path / "web", tmp_path / "site"
    for name in FILES:
        (web / name).parent.mkdir(parents=True, exist_ok=True)
        (web / name).write_text(name, "utf-8")
    site.mkdir()
    write_root(site, web)
    page = BeautifulSoup((site / "index.html").read_text("utf-8"), "html.parser")
    assert [link["href"] for link in page.select("a[hreflang]")] == ["zh/", "en/"]
    named = [str(part.get("src") or part.get("href")) for part in page.select("script, link, img")]
    assert all((site / name).is_file() for name in named)
    missing = BeautifulSoup((site / "404.html").read_text("utf-8"), "html.parser")
    assert [link["href"] for link in missing.select("a[hreflang]")] == ["/zh/", "/en/"]
    assert page.html is not None
    assert missing.html is not None
    assert page.html.has_attr("data-redirect")
    assert not missing.html.has_attr("data-redirect")

"""What a reader has changed in `lab/` is never overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from courseware.layout import Layout
from courseware.lessons.lab import write_copies


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    layout.lesson_notebooks("zh").mkdir(parents=True)
    _lesson(layout, "one")
    return layout


def _lesson(layout: Layout, text: str) -> None:
    (layout.lesson_notebooks("zh") / "01_first.ipynb").write_text(text)


def _lab(layout: Layout) -> dict[str, str]:
    return {path.name: path.read_text() for path in (layout.root / "lab" / "zh").glob("*.ipynb")}


def test_copies_are_written_and_brought_up_to_date(layout: Layout) -> None:
    assert write_copies(layout, "zh") == []
    assert _lab(layout) == {"01_first.ipynb": "one"}

    _lesson(layout, "two")

    assert write_copies(layout, "zh") == []
    assert _lab(layout) == {"01_first.ipynb": "two"}


def test_a_changed_copy_stays_as_it_is(layout: Layout) -> None:
    write_copies(layout, "zh")
    (layout.root / "lab" / "zh" / "01_first.ipynb").write_text("mine")

    assert write_copies(layout, "zh") == [], "the lesson is the one the reader started from"
    assert _lab(layout) == {"01_first.ipynb": "mine"}


def test_the_new_version_lies_beside_a_changed_copy(layout: Layout) -> None:
    write_copies(layout, "zh")
    (layout.root / "lab" / "zh" / "01_first.ipynb").write_text("mine")
    _lesson(layout, "two")

    assert [path.name for path in write_copies(layout, "zh")] == ["01_first.new.ipynb"]
    assert _lab(layout) == {"01_first.ipynb": "mine", "01_first.new.ipynb": "two"}


def test_without_a_record_everything_counts_as_changed(layout: Layout) -> None:
    write_copies(layout, "zh")
    (layout.root / "lab" / "zh" / ".written.json").write_text("{")
    _lesson(layout, "two")

    assert [path.name for path in write_copies(layout, "zh")] == ["01_first.new.ipynb"]
    assert _lab(layout)["01_first.ipynb"] == "one"

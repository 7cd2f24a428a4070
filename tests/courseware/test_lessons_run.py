"""Executed once, kept until something it runs on changes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from courseware.curriculum.faults import CurriculumError
from courseware.layout import Layout
from courseware.lessons import cache, run
from courseware.lessons.cache import OutputCache, environment_digest
from courseware.lessons.execute import Output
from courseware.lessons.progress import Progress
from courseware.lessons.run import read_lessons, run_lessons
from tests.courseware.lesson_files import FILE, SOUND, lesson_of

OUTPUTS: list[list[Output]] = [[{"output_type": "stream", "name": "stdout", "text": "done\n"}]]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    package = tmp_path / "src" / "fanout"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (tmp_path / "src" / "courseware").mkdir()
    return Layout(tmp_path)


def _load(layout: Layout, text: str = SOUND) -> list[list[Output]] | None:
    return OutputCache(layout, environment_digest(layout)).load(lesson_of(layout.root, text))


def _store(layout: Layout) -> Path:
    OutputCache(layout, environment_digest(layout)).store(lesson_of(layout.root), OUTPUTS)
    return layout.cache / "lessons" / "01_first.json"


def test_what_is_stored_is_loaded(layout: Layout) -> None:
    _store(layout)

    assert _load(layout) == OUTPUTS


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (SOUND.replace("## 等待", "## 还在等待"), True),
        (SOUND.replace("zh: 等一下", "zh: 再等一下"), True),
        (SOUND.replace('"done"', '"ready"'), False),
        (SOUND.replace('block="run"', 'block="run" tags=["raises-exception"]'), False),
    ],
)
def test_only_code_counts(layout: Layout, text: str, kept: bool) -> None:
    _store(layout)

    assert (_load(layout, text) is not None) is kept


def test_what_lessons_can_import_counts(layout: Layout) -> None:
    _store(layout)
    (layout.root / "src" / "courseware" / "tool.py").write_text("")
    assert _load(layout) is not None, "the course's own tooling is not imported by lessons"

    (layout.root / "src" / "fanout" / "step.py").write_text("")

    assert _load(layout) is None


def test_versions_of_libraries_count(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    _store(layout)

    monkeypatch.setattr(cache, "distributions", list)

    assert _load(layout) is None


@pytest.mark.parametrize("keep", [0, 10, 150, -1])
def test_a_file_cut_short_counts_as_absent(layout: Layout, keep: int) -> None:
    path = _store(layout)

    path.write_text(path.read_text()[:keep])

    assert _load(layout) is None


@pytest.mark.parametrize("damaged", ["[]", "null", '{"key": 1}', "\x00"])
def test_a_damaged_file_counts_as_absent(layout: Layout, damaged: str) -> None:
    _store(layout).write_text(damaged)

    assert _load(layout) is None


def test_altered_outputs_count_as_absent(layout: Layout) -> None:
    path = _store(layout)
    kept = json.loads(path.read_text())
    kept["outputs"][0][0]["text"] = "never printed\n"

    path.write_text(json.dumps(kept))

    assert _load(layout) is None


def _run(layout: Layout, *stems: str) -> str:
    shown = io.StringIO()
    run_lessons(layout, read_lessons(layout, stems), progress=Progress(Console(file=shown, width=200)))
    return shown.getvalue()


def test_a_lesson_is_executed_once(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson_of(layout.root)

    first, second = _run(layout), _run(layout)

    assert first.startswith("executed 01_first (1 code blocks, ")
    assert second == ""


def test_sound_lessons_are_kept_although_another_fails(layout: Layout) -> None:
    lesson_of(layout.root)
    (layout.notebooks / "02_bad.py").write_text('# %% block="bad"\nraise OSError("no")\n')
    (layout.notebooks / "03_odd.py").write_text("# %%\nprint()\n")

    with pytest.raises(CurriculumError) as raised:
        _run(layout)

    assert [(fault.file, fault.line) for fault in raised.value.faults] == [
        ("notebooks/02_bad.py", 1),
        ("notebooks/03_odd.py", 1),
    ]
    assert _load(layout) is not None
    assert not (layout.cache / "lessons" / "02_bad.json").exists()


def test_an_unknown_name_is_refused(layout: Layout) -> None:
    lesson_of(layout.root)

    with pytest.raises(CurriculumError, match=r"notebooks/09_ten\.py:1: no such lesson; there are: 01_first"):
        _run(layout, "09_ten")


def test_one_lesson_can_be_named(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson_of(layout.root)
    (layout.notebooks / "02_bad.py").write_text('# %% block="bad"\nraise OSError("no")\n')
    monkeypatch.setattr(run, "execute", _executed)

    assert "executed 01_first" in _run(layout, "01_first")


async def _executed(
    lesson: object, folder: Path, **options: object
) -> tuple[list[list[Output]], list[object]]:
    return OUTPUTS, []


def test_bars_are_for_people_only(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson_of(layout.root)
    monkeypatch.setattr(run, "execute", _executed)
    shown = io.StringIO()

    console = Console(file=shown, force_terminal=True, width=100)
    run_lessons(layout, read_lessons(layout), progress=Progress(console))

    assert "━" in shown.getvalue()
    assert "01_first" in shown.getvalue()


def test_paths_are_those_of_the_repository(layout: Layout) -> None:
    assert [lesson.file for lesson in [lesson_of(layout.root)]] == [FILE]

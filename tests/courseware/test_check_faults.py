"""What files say about each other: every fault is reported with its file, its line and words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.courseware.small_course import Edit, Files, SmallCourse


@pytest.fixture
def course(tmp_path: Path) -> SmallCourse:
    return SmallCourse(tmp_path)


EDITS = {
    "unknown document": Edit(
        Files.course,
        'documents: ["03"]',
        'documents: ["04"]',
        'documents: ["04"]',
        'there is no document "04"',
    ),
    "unknown misconception": Edit(
        Files.quiz,
        "misconception: adds-up",
        "misconception: add-up",
        "add-up",
        'there is no misconception "add-up"; did you mean "adds-up"?',
    ),
    "unknown quiz": Edit(
        Files.task,
        "{quiz: first}",
        "{quiz: frist}",
        "frist",
        'there is no quiz "frist"; did you mean "first"?',
    ),
    "unknown path": Edit(Files.course, "path: quick", "path: quack", "quack", 'there is no path "quack"'),
    "unknown heading": Edit(
        Files.quiz,
        "anchor: waiting",
        "anchor: awaiting",
        "awaiting",
        '01_first.py has no heading or block "awaiting"; did you mean "waiting"?',
    ),
    "unknown block": Edit(
        Files.predict, "block: run", "block: walk", "block: walk", '01_first.py has no code block "walk"'
    ),
    "missing script": Edit(
        Files.claims,
        "benchmarks/speed.py",
        "benchmarks/sped.py",
        "sped.py",
        "there is no script benchmarks/sped.py::two",
    ),
    "in two stages": Edit(
        Files.course,
        'documents: ["03"]',
        'documents: ["03", "01"]',
        'documents: ["03", "01"]',
        "document 01 is already in the stage start",
    ),
    "in no stage": Edit(
        Files.course,
        'documents: ["01", "02_01"]',
        'documents: ["01"]',
        '- id: "02_01"',
        "document 02_01 is in no stage",
    ),
    "stages against requires": Edit(
        Files.course,
        'documents: ["01", "02_01"]',
        'documents: ["02_01", "01"]',
        'documents: ["02_01", "01"]',
        "the stages put document 02_01 before 01",
    ),
    "circle": Edit(
        Files.course,
        '    requires: ["01"]\n  - id: "03"',
        '    requires: ["01", "03"]\n  - id: "03"',
        'recommends: ["02_01"]',
        "in a circle: 03 → 02_01 → 03",
    ),
    "path leaves out": Edit(
        Files.course,
        'en: From easy to hard.}\n    documents: ["01", "02_01"]',
        'en: From easy to hard.}\n    documents: ["02_01"]',
        'documents: ["02_01"]',
        'the path "quick" leaves out 01, which document 02_01 requires',
    ),
    "path against requires": Edit(
        Files.course,
        'en: From easy to hard.}\n    documents: ["01", "02_01"]',
        'en: From easy to hard.}\n    documents: ["02_01", "01"]',
        'documents: ["02_01", "01"]',
        'the path "quick" has document 02_01 before 01',
    ),
    "path too long": Edit(
        Files.course,
        "limit: 60",
        "limit: 20",
        "limit: 20",
        'the path "quick" promises 20 minutes, but its documents take 29',
    ),
    "page listed twice": Edit(
        Files.course,
        "place: before}",
        "place: before}\n  - {id: again, file: index.md, title: {zh: 又, en: Again}, place: none}",
        "id: again",
        "index.md is already the page home",
    ),
    "unlisted wrong solution": Edit(
        Files.exercise, "name: sequential", "name: serial", "name: serial", "wrong/serial.py is missing"
    ),
    "unknown widget": Edit(
        Files.lesson,
        "quiz first",
        "quiz frist",
        "```widget\n# quiz frist",
        'there is no quiz "frist" (curriculum/quizzes/frist.yml); did you mean "first"?',
    ),
    "unknown widget kind": Edit(
        Files.lesson,
        "quiz first",
        "qiz first",
        "```widget\n# qiz first",
        'there is no widget kind "qiz"; did you mean "quiz"?',
    ),
    "widget of another document": Edit(
        Files.predict,
        'document: "01"',
        'document: "03"',
        "document",
        "document 03 does not place this predict; it stands in 01_first",
    ),
    "unknown claim": Edit(
        Files.lesson,
        "{claim:speed-up}。",
        "{claim:speedup}。",
        "{claim:speedup}",
        'claims.yml has no claim "speedup"; did you mean "speed-up"?',
    ),
    "unknown reference": Edit(
        Files.lesson,
        "见 {doc:02_01}",
        "见 {doc:02_02}",
        "{doc:02_02}",
        'there is no document "02_02"; did you mean "02_01"?',
    ),
    "unknown fact": Edit(
        Files.lesson,
        "共 {path:quick.minutes}",
        "共 {path:quick.hours}",
        "{path:quick.hours}",
        'a path has no "hours" to insert',
    ),
    "unknown heading in a link": Edit(
        Files.home,
        "#waiting",
        "#wating",
        "#wating",
        'document 01 has no heading "wating"; did you mean "waiting"?',
    ),
    "minutes of what has none": Edit(
        Files.home, "{stage:start}", "{doc:03.minutes}", "{doc:03.minutes}", "document 03 has no reading time"
    ),
    "unknown check-list item": Edit(
        "docs/en/index.md",
        "# Home {#home}\n",
        "# Home {#home}\n\n- [ ] Say it {#task:sayit}\n",
        "sayit",
        'holds an item "sayit"; did you mean "say-it"?',
    ),
    "typed total": Edit(
        Files.home,
        "{stage:start}",
        "一共 29 分钟",
        "29 分钟",
        "29 minutes is a total typed by hand: write {course:minutes}",
    ),
    "typed total in the README": Edit(
        "README.md",
        "# Small\n",
        "# Small\n\nIt takes 15 minutes of practice.\n",
        "15 minutes",
        "15 minutes is a total typed by hand: write {course:practice}",
    ),
    "typed total in a table": Edit(
        "docs/en/index.md",
        "# Home {#home}\n",
        "# Home {#home}\n\n| Quick | 29 |\n|---|---|\n",
        "| Quick | 29 |",
        "29 minutes is a total typed by hand",
    ),
    "typed total in the curriculum": Edit(
        Files.course,
        "en: Quickly.",
        "en: In 29 minutes.",
        "In 29 minutes",
        "29 minutes is a total typed by hand",
    ),
    "exercises longer than planned": Edit(
        Files.exercise,
        "minutes: 5",
        "minutes: 8",
        "minutes: 8",
        "the exercises of document 01 take 8 minutes; its practice time is 6",
    ),
    "heading without an id": Edit(Files.home, "# 首页 {#home}", "# 首页", "# 首页", "the heading has no id"),
    "headings that differ": Edit(
        "docs/en/index.md", "{#home}", "{#start}", "{#start}", 'stands where the Chinese page has "# {#home}"'
    ),
    "a heading more": Edit(
        "docs/en/index.md",
        "{#home}\n",
        "{#home}\n\n## More {#more}\n",
        "## More",
        "the page has 2 headings, the Chinese one 1",
    ),
    "missing string": Edit(
        "web/src/demo.ts",
        "demo.open",
        "demo.opens",
        "demo.opens",
        'curriculum/strings/demo.yml has no key "opens"; did you mean "open"?',
    ),
    "unused string": Edit(
        Files.strings,
        "open:",
        "shut: {zh: 关上, en: Shut}\nopen:",
        "shut:",
        'no code uses the string "demo.shut"',
    ),
}


def test_the_small_course_is_without_fault(course: SmallCourse) -> None:
    assert course.faults() == []


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_fault_between_files_is_named(course: SmallCourse, edit: Edit) -> None:
    course.assert_named(edit)


WRITTEN = {
    "notebooks/07_other.py": 'course.yml lists no document with the stem "07_other"',
    "notebooks/notes.txt": "notebooks/ holds lessons only",
    "curriculum/notes.yml": "no format knows this file",
    "curriculum/widgets/predict/deep/one.yml": "no format knows this file",
    "curriculum/exercises/gather/notes.txt": "an exercise has no place for this file",
    "curriculum/exercises/gather/wrong/other.py": "exercise.yml does not list this wrong solution",
    "docs/zh/extra.md": "course.yml does not list this page",
    "docs/zh/paths.md": "this page is generated",
}


@pytest.mark.parametrize(("name", "words"), WRITTEN.items(), ids=WRITTEN)
def test_an_unlisted_file_is_named(course: SmallCourse, name: str, words: str) -> None:
    course.write(name, "")
    assert [fault for fault in course.faults() if fault.startswith(f"{name}:1: {words}")], course.faults()


REMOVED = {
    "curriculum/course.yml": "this file is missing",
    "curriculum/exercises/gather/solution.py": 'the exercise "gather" lacks this file',
    "docs/en/index.md": "this page is missing; docs/zh has it",
}


@pytest.mark.parametrize(("name", "words"), REMOVED.items(), ids=REMOVED)
def test_a_missing_file_is_named(course: SmallCourse, name: str, words: str) -> None:
    (course.root / name).unlink()
    assert f"{name}:1: {words}" in course.faults()


@pytest.mark.parametrize("kind", ["predict", "failure-lab", "slider", "task", "quiz", "exercise"])
def test_a_widget_that_no_lesson_places_is_named(course: SmallCourse, kind: str) -> None:
    lesson = (course.root / Files.lesson).read_text("utf-8")
    fence = next(
        part for part in lesson.split("# ```widget\n") if part.startswith(f"# {kind} ")
    ).splitlines()[0]
    course.write(Files.lesson, lesson.replace(f"# ```widget\n{fence}\n# ```\n", ""))
    assert [fault for fault in course.faults() if f"no lesson or page places this {kind}" in fault]


def test_an_exercise_without_todo_or_scope_is_named(course: SmallCourse) -> None:
    course.write("curriculum/exercises/gather/start.py", "pass\n")
    course.write("curriculum/exercises/gather/design.md", "# gather\n")
    assert course.faults() == [
        'curriculum/exercises/gather/design.md:1: the heading "## Out of scope" is missing',
        "curriculum/exercises/gather/start.py:1: the start holds no TODO",
    ]


def test_all_faults_are_reported_at_once(course: SmallCourse) -> None:
    """A missing translation and an unknown key do not hide what else is wrong, in that file or in others."""
    course.replace(Files.course, "{zh: 小课, en: Small}", "{zh: 小课}")
    course.replace(Files.course, "minutes: 7", "minuets: 8\n    minutes: 7")
    course.replace(Files.course, 'documents: ["03"]', 'documents: ["04"]')
    course.replace(Files.course, "path: quick", "path: quack")
    course.replace(Files.quiz, "misconception: adds-up", "misconception: gone")
    course.replace(Files.lesson, "predict three-waits", "predict two-waits")
    course.write("notebooks/07_other.py", Files.lesson)
    words = "\n".join(course.faults())
    for expected in (
        'this text has no "en"',
        'unknown key "minuets"',
        'there is no document "04"',
        'there is no path "quack"',
        'there is no misconception "gone"',
        'there is no predict "two-waits"',
        "document 03 is in no stage",
        'no document with the stem "07_other"',
    ):
        assert expected in words


def test_references_in_code_are_left_alone(course: SmallCourse) -> None:
    course.replace(
        "docs/en/index.md",
        "# Home {#home}\n",
        "# Home {#home}\n\n`{doc:99}`\n\n```python\nf'{doc:99}'\n```\n",
    )
    assert course.faults() == []


def test_a_number_that_is_no_total_can_be_marked(course: SmallCourse) -> None:
    course.replace(
        "docs/en/index.md", "# Home {#home}\n", "# Home {#home}\n\nWait 29 minutes. <!-- no total -->\n"
    )
    assert course.faults() == []

"""What is wrong in one file for itself is reported with its file, its line and words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.courseware.small_course import Edit, Files, SmallCourse


@pytest.fixture
def course(tmp_path: Path) -> SmallCourse:
    return SmallCourse(tmp_path)


EDITS = {
    "missing translation": Edit(
        Files.course,
        "{zh: 讲第一件事。, en: About the first thing.}",
        "{zh: 讲第一件事。}",
        "讲第一件事",
        'a translation is missing: this text has no "en"',
    ),
    "empty translation": Edit(
        Files.course, "{zh: 小课, en: Small}", '{zh: "", en: Small}', "en: Small", 'this text has no "zh"'
    ),
    "one language only": Edit(
        Files.course,
        "{zh: 第二篇, en: The second}",
        "The second",
        "title: The second",
        '"title" must be written in both languages',
    ),
    "English in the Chinese": Edit(
        Files.course,
        "zh: 讲第一件事。",
        "zh: About the first thing.",
        "zh: About",
        "the Chinese text is the English one",
    ),
    "Chinese in the English": Edit(
        Files.course,
        "en: About the second thing.",
        "en: 讲第二件事情。",
        "en: 讲第二件事情",
        "the English text is Chinese",
    ),
    "unknown key": Edit(
        Files.course,
        "minutes: 7",
        "minuets: 7\n    minutes: 7",
        "minuets",
        'unknown key "minuets"; did you mean "minutes"?',
    ),
    "comma in a flow mapping": Edit(
        Files.quiz,
        "en: How long",
        "en: How long, if all wait",
        "How long, if",
        '"if all wait" is read as a key',
    ),
    "missing key": Edit(Files.course, "    stars: 3\n", "", '- id: "01"', '"stars" is missing'),
    "wrong type": Edit(
        Files.course,
        "minutes: 7",
        "minutes: seven",
        "minutes: seven",
        "\"minutes\" must be a whole number, not 'seven'",
    ),
    "out of range": Edit(
        Files.course, "stars: 3", "stars: 4", "stars: 4", '"stars": input should be less than or equal to 3'
    ),
    "unquoted number": Edit(
        Files.course,
        'version: "1.0"',
        "version: 1.0",
        "version",
        '"version" must be a text; put 1.0 in quotes',
    ),
    "bad id": Edit(
        Files.course,
        "- id: start",
        "- id: Start_it",
        "Start_it",
        '"Start_it" cannot be the id: lower-case ASCII',
    ),
    "too few": Edit(
        Files.course,
        "goals: [{zh: 会一, en: Know one}, {zh: 会二, en: Know two}]",
        "goals: [{zh: 会一, en: Know one}]",
        "goals: [{zh: 会一, en: Know one}]",
        '"goals" needs at least 2; here it is 1',
    ),
    "key twice": Edit(
        Files.course,
        "minutes: 7",
        "minutes: 7\n    minutes: 8",
        "minutes: 8",
        'the key "minutes" stands here twice (first on line 9)',
    ),
    "bad YAML": Edit(
        Files.course,
        "title: {zh: 小课, en: Small}",
        "title: {zh: `小课`, en: Small}",
        "`小课`",
        "this is not valid YAML",
    ),
    "unknown quiz kind": Edit(
        Files.quiz, "kind: single", "kind: chosen", "id: one", 'there is no kind "chosen"'
    ),
    "stem and id": Edit(
        Files.course,
        "stem: 01_first",
        "stem: 04_first",
        "04_first",
        "does not begin with the id of its document",
    ),
    "duplicate document": Edit(
        Files.course,
        '- id: "03"',
        '- id: "01"',
        '- id: "01"\n    stem: 03',
        'the document "01" is listed twice',
    ),
    "requires itself": Edit(
        Files.course,
        'requires: ["01"]',
        'requires: ["01", "02_01"]',
        "requires:",
        "document 02_01 requires itself",
    ),
    "required and recommended": Edit(
        Files.course,
        'requires: ["01"]',
        'requires: ["01"]\n    recommends: ["01"]',
        'recommends: ["01"]',
        "document 01 is required already",
    ),
    "no right option": Edit(
        Files.quiz,
        "text: 2.0 s, correct: true,",
        "text: 2.0 s, misconception: adds-up,",
        "options:",
        "exactly one correct option; this one has 0",
    ),
    "wrong without a name": Edit(
        Files.quiz,
        "text: 4.0 s, misconception: adds-up,",
        "text: 4.0 s,",
        "id: sum",
        'the wrong option "sum" names no misconception',
    ),
    "all right": Edit(
        Files.quiz,
        "en: C}, misconception: adds-up,",
        "en: C}, correct: true,",
        "options:\n      - {id: a",
        "at least one correct and one wrong option",
    ),
    "gap missing in one language": Edit(
        Files.quiz,
        "等最[[who]]的。",
        "等最慢的。",
        'text: {zh: "等最慢的',
        "the text must hold [[who]] once; it does so 0 times",
    ),
    "gap without entry": Edit(
        Files.quiz,
        "for the [[who]].",
        "for the [[who]] [[when]].",
        "[[when]]",
        "[[when]] has no entry under blanks",
    ),
    "right order called wrong": Edit(
        Files.quiz,
        "before: merge, after: wait",
        "before: wait, after: merge",
        "before: wait",
        '"wait" before "merge" is the right order',
    ),
    "right output called wrong": Edit(
        Files.quiz, 'output: "2"', 'output: "1"', 'output: "1", misc', "this is the right output"
    ),
    "card too long": Edit(
        Files.cards,
        "en: As long as the slowest.",
        'en: "a\\n\\nb\\n\\nc\\n\\nd"',
        "back:",
        "three lines at most; this one has 4",
    ),
    "knowledge card without reverse": Edit(
        Files.cards,
        "    reverse: {front: {zh: 为何, en: Why}, back: {zh: 要等齐。, en: It waits for all.}}\n",
        "",
        "ten: 1",
        "a knowledge card has a reverse variant",
    ),
    "no honesty point": Edit(
        Files.interview, "kind: honesty", "kind: plus", "rubric:", "exactly one honesty point; this one has 0"
    ),
    "point never earned": Edit(
        Files.interview,
        "earns: [sentence, data]",
        "earns: [sentence]",
        "id: data",
        'no passage of the outstanding answer earns the point "data"',
    ),
    "unknown point": Edit(
        Files.interview, "earns: [honest]", "earns: [honest, wit]", "wit]", 'the rubric has no point "wit"'
    ),
    "wrong number within tolerance": Edit(
        Files.predict, "value: 4.0", "value: 2.05", "value: 2.05", "2.05 counts as right"
    ),
    "switch without its time": Edit(
        Files.lab, "event: fails, at: 0.4,", "event: fails,", "b-fails", 'the event "fails" needs "at"'
    ),
    "switch on no branch": Edit(Files.lab, "branch: b,", "branch: c,", "branch: c", 'there is no branch "c"'),
    "default outside": Edit(
        Files.slider, "default: 3", "default: 30", "default: 30", "30.0 is not between 1.0 and 20.0"
    ),
    "stop at no parameter": Edit(
        Files.slider, "at: {branches: 7}", "at: {workers: 7}", "workers: 7", 'there is no parameter "workers"'
    ),
    "deterministic with tolerance": Edit(
        Files.claims,
        "deterministic: true",
        "deterministic: true\n    tolerance: {relative: 0.2}",
        "tolerance",
        "a deterministic value has no tolerance",
    ),
    "measured without tolerance": Edit(
        Files.claims, "deterministic: true", "deterministic: false", "id: speed-up", "needs a tolerance"
    ),
    "ticked by two": Edit(
        Files.task,
        "{quiz: first}",
        "{quiz: first, exercise: gather}",
        "ticked_by",
        "name exactly one of exercise, quiz, predict",
    ),
    "slot in one language": Edit(
        Files.strings, '"{n} 个"', '"许多个"', "许多个", '"zh" has no {n} although the other language has'
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_fault_of_form_is_named(course: SmallCourse, edit: Edit) -> None:
    course.assert_named(edit)

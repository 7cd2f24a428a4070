"""Every exercise keeps its promise: the start fails, the solution passes, each wrong solution fails the test it names.

The tests of an exercise import the learner's code as the module `exercise`; here start, solution and wrong
solutions take its place in turn.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from courseware.curriculum import load
from courseware.curriculum.exercises import Exercise, WrongSolution

# Some wrong solutions forget to await, which is their point.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "curriculum" / "exercises"
EXERCISES = load(ROOT).exercises
WRONG = [(id, wrong) for id, one in EXERCISES.items() for wrong in one.wrong]


def _module(name: str, path: Path) -> ModuleType:
    module = ModuleType(name)
    exec(compile(path.read_text("utf-8"), str(path), "exec"), module.__dict__)
    return module


def failures(id: str, answer: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Name and message of every test that fails for the file `answer` of this exercise."""
    monkeypatch.setitem(sys.modules, "exercise", _module("exercise", FOLDER / id / answer))
    tests = vars(_module(f"test_{id}", FOLDER / id / "test_exercise.py"))
    return dict(_failing({name: test for name, test in tests.items() if name.startswith("test_")}))


def _failing(tests: dict[str, Callable[[], None]]) -> Iterator[tuple[str, str]]:
    assert tests
    for name, test in tests.items():
        try:
            test()
        except Exception as error:
            yield name, str(error)


@pytest.mark.parametrize("id", EXERCISES)
def test_start_fails(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert failures(id, "start.py", monkeypatch)


@pytest.mark.parametrize("id", EXERCISES)
def test_solution_passes(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert failures(id, "solution.py", monkeypatch) == {}


@pytest.mark.parametrize(("id", "wrong"), WRONG, ids=[f"{id}-{wrong.name}" for id, wrong in WRONG])
def test_wrong_solution_fails_the_test_it_names(
    id: str, wrong: WrongSolution, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = failures(id, f"wrong/{wrong.name}.py", monkeypatch)
    assert wrong.fails in failed, f"it fails {list(failed)} instead"


@pytest.mark.parametrize("one", EXERCISES.values(), ids=EXERCISES)
def test_every_wrong_solution_meets_another_misconception(one: Exercise) -> None:
    beliefs = [wrong.misconception for wrong in one.wrong]
    assert len(beliefs) == len(set(beliefs))

"""What became of a branch: `Ok`, `Err`, and the mapping `Outcomes` that holds one of them for each branch."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeAlias, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_NOTE = "in parallel branch "


class Ok(Generic[T_co]):
    """A branch that ended well, and what it returned."""

    __slots__ = ("value",)
    __match_args__ = ("value",)

    def __init__(self, value: T_co) -> None:  # by hand: a frozen dataclass is three times as slow to make
        self.value = value

    def unwrap(self) -> T_co:
        """The value."""
        return self.value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ok) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash((Ok, self.value))

    def __repr__(self) -> str:
        return f"Ok({self.value!r})"


class Err:
    """A branch that failed, and the very exception it raised."""

    __slots__ = ("error",)
    __match_args__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def unwrap(self) -> NoReturn:
        """Raise the error."""
        raise self.error

    def throw(self) -> NoReturn:
        """Raise the error and let go of it.

        The frames that an error passes stay in its traceback; one that still holds this `Err` would make a cycle.
        """
        error = self.error
        del self.error
        try:
            raise error
        finally:
            del error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Err) and self.error == other.error

    def __hash__(self) -> int:
        return hash((Err, self.error))

    def __repr__(self) -> str:
        return f"Err({self.error!r})"


@dataclass(frozen=True, slots=True)
class Chunk(Generic[T_co]):
    """A part of what a branch that is still running will return."""

    value: T_co
    taken: Any


Outcome: TypeAlias = Ok[T] | Err


class Outcomes(Mapping[Hashable, "Outcome[T]"], Generic[T]):
    """The outcome of every branch by its key, in declared order. What `errors="collect"` returns."""

    __slots__ = ("_outcomes",)

    def __init__(self, outcomes: Mapping[Any, Outcome[T]]) -> None:
        self._outcomes: dict[Any, Outcome[T]] = dict(outcomes)

    def __getitem__(self, key: Hashable) -> Outcome[T]:
        return self._outcomes[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._outcomes)

    def __len__(self) -> int:
        return len(self._outcomes)

    def __repr__(self) -> str:
        return f"Outcomes({self._outcomes!r})"

    @property
    def ok(self) -> dict[Any, T]:
        """The values of the branches that ended well."""
        return {key: outcome.value for key, outcome in self._outcomes.items() if isinstance(outcome, Ok)}

    @property
    def errors(self) -> dict[Any, BaseException]:
        """The exceptions of the branches that failed."""
        return {key: outcome.error for key, outcome in self._outcomes.items() if isinstance(outcome, Err)}

    def unwrap(self) -> dict[Any, T]:
        """All values. Raises one `ExceptionGroup` of all errors if any branch failed."""
        if errors := self.errors:
            raise group(f"{len(errors)} of {len(self)} branches failed", errors)
        return self.ok


def name_branch(error: BaseException, key: object) -> BaseException:
    """The same exception with a note that names the branch it came from.

    Nested branches share one note that gives the path, outermost first: `in parallel branch 'docs' / 3 / 'summary'`.
    """
    notes: list[str] = getattr(error, "__notes__", [])
    for index, note in enumerate(notes):
        if note.startswith(_NOTE):
            notes[index] = f"{_NOTE}{key!r} / {note.removeprefix(_NOTE)}"
            return error
    error.add_note(f"{_NOTE}{key!r}")
    return error


def group(message: str, errors: Mapping[Any, BaseException]) -> BaseExceptionGroup[BaseException]:
    """One exception group of these errors, each with the name of its branch."""
    return BaseExceptionGroup(message, [name_branch(error, key) for key, error in errors.items()])


def fail(key: object, outcome: Err) -> NoReturn:
    """Raise the error of a branch, with a note that names it."""
    name_branch(outcome.error, key)
    outcome.throw()

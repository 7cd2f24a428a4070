"""The types that steps are written in: the type variables, and what can stand where a step is wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    I = TypeVar("I", default=Any)  # noqa: E741
    O = TypeVar("O", default=Any)  # noqa: E741
    P = TypeVar("P", default=Any)
else:  # before Python 3.13 a type variable has no default: what cannot be inferred (a lambda's argument) is then Any
    from typing import TypeVar

    I, O, P = TypeVar("I"), TypeVar("O"), TypeVar("P")  # noqa: E741

I_contra = TypeVar("I_contra", contravariant=True)
O_co = TypeVar("O_co", covariant=True)


class RunnableLike(Protocol[I_contra, O_co]):
    """Anything with `invoke` and `ainvoke`: a step, or a LangChain Runnable."""

    def invoke(self, input: I_contra, /) -> O_co: ...

    def ainvoke(self, input: I_contra, /) -> Awaitable[O_co]: ...


StepLike: TypeAlias = RunnableLike[I, O] | Callable[[I], AsyncIterator[O] | Awaitable[O] | O]
"""What can stand where a step is wanted: a step, a function of one argument, a LangChain Runnable (or a mapping)."""

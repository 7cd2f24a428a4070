"""The simulator's errors under LangChain's provider-neutral names as well.

`langchain-openai` does the same for the `openai` client's errors, so `except ModelRateLimitError` holds on both.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from langchain_core import exceptions as lc

from llmsim import errors


class SimulatedBadRequestError(errors.BadRequestError, lc.ModelInvalidRequestError):
    """400, also LangChain's `ModelInvalidRequestError`."""


class SimulatedContextOverflowError(errors.BadRequestError, lc.ContextOverflowError):
    """400 because the prompt is too long, also LangChain's `ContextOverflowError`."""


class SimulatedNotFoundError(errors.NotFoundError, lc.ModelNotFoundError):
    """404, also LangChain's `ModelNotFoundError`."""


class SimulatedRateLimitError(errors.RateLimitError, lc.ModelRateLimitError):
    """429, also LangChain's `ModelRateLimitError`."""


class SimulatedServerError(errors.InternalServerError, lc.ModelAPIError):
    """5xx, also LangChain's `ModelAPIError`."""


class SimulatedTimeoutError(errors.APITimeoutError, lc.ModelTimeoutError):
    """A time-out, also LangChain's `ModelTimeoutError`."""


class SimulatedConnectionError(errors.APIConnectionError, lc.ModelConnectionError):
    """A broken connection, also LangChain's `ModelConnectionError`."""


_NAMES: tuple[tuple[type[errors.LLMError], type[errors.LLMError]], ...] = (
    (errors.BadRequestError, SimulatedBadRequestError),
    (errors.NotFoundError, SimulatedNotFoundError),
    (errors.RateLimitError, SimulatedRateLimitError),
    (errors.InternalServerError, SimulatedServerError),
    (errors.APITimeoutError, SimulatedTimeoutError),
    (errors.APIConnectionError, SimulatedConnectionError),
)


def as_langchain(error: errors.LLMError) -> errors.LLMError:
    """The same error, of a class that LangChain's names catch too."""
    kind = next((new for old, new in _NAMES if isinstance(error, old)), None)
    if error.code == "context_length_exceeded":
        kind = SimulatedContextOverflowError
    if kind is None or isinstance(error, lc.ModelError):
        return error
    renamed = kind(
        error.message, status_code=error.status_code, type=error.type, code=error.code, param=error.param
    )
    renamed.retry_after = error.retry_after
    renamed.headers = error.headers
    return renamed


@contextmanager
def langchain_errors() -> Iterator[None]:
    """Raise the simulator's errors from the block as LangChain's."""
    try:
        yield
    except errors.LLMError as error:
        raise as_langchain(error) from None

"""What can go wrong, with the names, status codes and bodies that OpenAI's protocol uses."""

import math
from collections.abc import Mapping
from typing import Any, ClassVar

ErrorBody = dict[str, dict[str, str | None]]


class LLMError(Exception):
    """A failed request.

    `status_code` is the HTTP status (None when no response came), `retry_after` the seconds the endpoint asks
    to wait (None when it does not say), `headers` what a response would carry.
    """

    default_status: ClassVar[int | None] = None
    default_type: ClassVar[str] = "api_error"

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        type: str | None = None,
        code: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status_code = self.default_status if status_code is None else status_code
        self.type = type or self.default_type
        self.code = code
        self.param = param
        self.retry_after = retry_after
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["retry-after-ms"] = str(math.ceil(retry_after * 1000))
            self.headers["retry-after"] = str(math.ceil(retry_after))

    def body(self) -> ErrorBody:
        """The protocol's error body."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}

    @property
    def retryable(self) -> bool:
        """Whether OpenAI's client would try again: 408, 409, 429, 5xx, and when no response came."""
        return self.status_code is None or self.status_code in (408, 409, 429) or self.status_code >= 500


class BadRequestError(LLMError):
    """400: the request cannot be understood or breaks a rule."""

    default_status = 400
    default_type = "invalid_request_error"


class AuthenticationError(LLMError):
    """401: no key, or a wrong one."""

    default_status = 401
    default_type = "invalid_request_error"


class NotFoundError(LLMError):
    """404: no such model or route."""

    default_status = 404
    default_type = "invalid_request_error"


class RateLimitError(LLMError):
    """429: too many requests or tokens a minute."""

    default_status = 429
    default_type = "requests"


class InternalServerError(LLMError):
    """5xx: the provider's fault."""

    default_status = 500
    default_type = "server_error"


class APIConnectionError(LLMError):
    """The connection broke before the answer was complete."""

    default_type = "connection_error"


class APITimeoutError(APIConnectionError):
    """The client waited longer than its time-out."""

    default_type = "timeout"


def status_of(error: BaseException) -> int | None:
    """The HTTP status behind an exception of this package or of the `openai` client."""
    status: Any = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def retry_after_of(error: BaseException) -> float | None:
    """The seconds an endpoint asked to wait, from an exception of this package or of the `openai` client."""
    own: Any = getattr(error, "retry_after", None)
    if isinstance(own, int | float):
        return float(own)
    headers: Any = getattr(getattr(error, "response", None), "headers", None) or {}
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return float(headers[name]) / scale
        except (KeyError, ValueError):
            continue
    return None

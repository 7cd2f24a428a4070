"""Plain callables over the engine: the face for `fanout`, for scripts, and for reading along."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from functools import cache
from typing import Any, TypedDict, Unpack

from llmsim.chat import Completion, Message, Request, Text, Tool, as_messages
from llmsim.engine import Engine
from llmsim.session import Collector, adrive, drive, session

Prompt = str | Message | Sequence[Message]

DEFAULT_MODEL = "sim-large"


class Options(TypedDict, total=False):
    """What a call may set beside its prompt; see `Request` and `session` for the meanings."""

    model: str
    timeout: float | None
    max_retries: int
    max_tokens: int | None
    temperature: float
    stop: tuple[str, ...]
    tools: tuple[Tool, ...]
    tool_choice: str
    json_schema: dict[str, Any] | None
    seed: int


class Simulator(Engine):
    """An LLM endpoint without a network, as sync and async callables.  Settings: see `Engine`."""

    def complete(self, prompt: Prompt, **options: Unpack[Options]) -> Completion:
        """The whole answer; blocks this thread until it is there.  Raises an `LLMError` where the request fails."""
        collector = Collector()
        for event in drive(self._session(prompt, False, options)):
            collector.add(event)
        return collector.result()

    async def acomplete(self, prompt: Prompt, **options: Unpack[Options]) -> Completion:
        """The whole answer, without blocking the event loop."""
        collector = Collector()
        async for event in adrive(self._session(prompt, False, options)):
            collector.add(event)
        return collector.result()

    def stream(self, prompt: Prompt, **options: Unpack[Options]) -> Iterator[str]:
        """The answer's text, piece by piece."""
        for event in drive(self._session(prompt, True, options)):
            if isinstance(event, Text):
                yield event.text

    async def astream(self, prompt: Prompt, **options: Unpack[Options]) -> AsyncIterator[str]:
        """The answer's text, piece by piece, without blocking the event loop."""
        async for event in adrive(self._session(prompt, True, options)):
            if isinstance(event, Text):
                yield event.text

    def function(self, instruction: str = "", **options: Unpack[Options]) -> Callable[[str], str]:
        """A sync function from text to text that sends `instruction` and the text: a branch for an executor."""

        def call(text: str) -> str:
            return self.complete(_instructed(instruction, text), **options).text

        call.__name__ = call.__qualname__ = options.get("model", DEFAULT_MODEL)
        return call

    def afunction(self, instruction: str = "", **options: Unpack[Options]) -> Callable[[str], Awaitable[str]]:
        """The same as `function`, as an async function."""

        async def call(text: str) -> str:
            return (await self.acomplete(_instructed(instruction, text), **options)).text

        call.__name__ = call.__qualname__ = options.get("model", DEFAULT_MODEL)
        return call

    def _session(self, prompt: Prompt, stream: bool, options: Options) -> Any:
        given: dict[str, Any] = dict(options)
        client = {name: given.pop(name) for name in ("timeout", "max_retries") if name in given}
        request = Request(given.pop("model", DEFAULT_MODEL), as_messages(prompt), stream=stream, **given)
        return session(self, request, **client)


def _instructed(instruction: str, text: str) -> tuple[Message, ...]:
    asked = (Message("system", instruction),) if instruction else ()
    return (*asked, Message("user", text))


@cache
def default_simulator() -> Simulator:
    """The simulator that is used where none is given: one for the whole process."""
    return Simulator()

"""`SimulatedChatModel`: the simulator as a LangChain chat model."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Literal, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableMap, RunnablePassthrough
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_json_schema, convert_to_openai_tool
from langchain_core.utils.pydantic import is_basemodel_subclass
from pydantic import ConfigDict, Field, SecretStr

from llmsim import langchain_convert as convert
from llmsim.langchain_errors import langchain_errors
from llmsim.session import Collector, Session, adrive, drive, session
from llmsim.simulator import DEFAULT_MODEL, Simulator, default_simulator


class SimulatedChatModel(BaseChatModel):
    """A chat model whose latency, limits, prices and faults come from a `Simulator`.

    Behaves as `ChatOpenAI` against such an endpoint would, without a network: sync, async, streaming, tools,
    structured output and usage metadata, on a real or a virtual clock.  Errors are those of `llmsim.errors`, which
    here are LangChain's `ModelRateLimitError` and so on as well.  Unlike with `ChatOpenAI`, `max_retries` is 0 unless
    set, so that a lesson sees the first failure.

    Without `simulator` all models share one, so that limits and the bill span them (`llmsim.default_simulator()`).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    model: str = DEFAULT_MODEL
    simulator: Simulator = Field(default_factory=default_simulator, exclude=True, repr=False)
    temperature: float | None = None
    max_tokens: int | None = None
    stop: list[str] | None = None
    timeout: float | None = None
    """Seconds between two signs of life; see `llmsim.session.session`."""
    max_retries: int = 0
    streaming: bool = False
    seed: int | None = None
    api_key: SecretStr | None = Field(default=None, exclude=True, repr=False)
    """Accepted so that code written for a real provider runs unchanged; not used."""

    @property
    def _llm_type(self) -> str:
        return "llmsim"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
        }

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = "llmsim"
        return params

    def _session(
        self, messages: list[BaseMessage], stop: list[str] | None, stream: bool, kwargs: dict[str, Any]
    ) -> Session:
        settings = {
            "model": self.model,
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
            "stop": stop if stop is not None else self.stop,
            **kwargs,
        }
        request = convert.to_request(messages, settings, stream)
        timeout = kwargs.get("timeout", self.timeout)
        retries = kwargs.get("max_retries", self.max_retries)
        return session(self.simulator, request, timeout=timeout, max_retries=retries)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        collector = Collector()
        with langchain_errors():
            for event in drive(self._session(messages, stop, False, kwargs)):
                collector.add(event)
        return convert.to_result(collector.result())

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        collector = Collector()
        with langchain_errors():
            async for event in adrive(self._session(messages, stop, False, kwargs)):
                collector.add(event)
        return convert.to_result(collector.result())

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        chunks = convert.Chunks()
        with langchain_errors():
            for event in drive(self._session(messages, stop, True, kwargs)):
                for chunk in chunks.of(event):
                    if run_manager:
                        run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                    yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        chunks = convert.Chunks()
        with langchain_errors():
            async for event in adrive(self._session(messages, stop, True, kwargs)):
                for chunk in chunks.of(event):
                    if run_manager:
                        await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                    yield chunk

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        strict: bool | None = None,
        parallel_tool_calls: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind tools; `tool_choice` is "auto", "none", "any" (or "required", True), or a tool's name.

        `strict` is accepted and has no effect: arguments always fit the schema, unless a fault damages them.
        """
        bound: dict[str, Any] = {"tools": [convert_to_openai_tool(tool) for tool in tools]}
        if tool_choice is not None and tool_choice is not False:
            bound["tool_choice"] = tool_choice
        if parallel_tool_calls is not None:
            bound["parallel_tool_calls"] = parallel_tool_calls
        return cast("Runnable[LanguageModelInput, AIMessage]", self.bind(**bound, **kwargs))

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        method: Literal["function_calling", "json_schema", "json_mode"] = "json_schema",
        include_raw: bool = False,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """Answers of a given shape, by any of the three methods that `ChatOpenAI` has, with the same default."""
        if method == "function_calling":
            return super().with_structured_output(schema, include_raw=include_raw, **kwargs)
        if kwargs:
            raise ValueError(f"unsupported arguments: {', '.join(sorted(kwargs))}")
        shape = convert_to_json_schema(schema)
        # JSON mode promises an object, not a shape; a real model learns the shape from the prompt, this one from here.
        wanted = {"type": method, "json_schema": {"name": shape.get("title", "answer"), "schema": shape}}
        model = self.bind(
            response_format=wanted,
            ls_structured_output_format={"kwargs": {"method": method}, "schema": shape},
        )
        parser: Runnable[Any, Any] = (
            PydanticOutputParser(pydantic_object=schema)
            if isinstance(schema, type) and is_basemodel_subclass(schema)
            else JsonOutputParser()
        )
        if not include_raw:
            return cast("Runnable[LanguageModelInput, Any]", model | parser)
        parsed = RunnablePassthrough.assign(parsed=itemgetter("raw") | parser, parsing_error=lambda _: None)
        failed = RunnablePassthrough.assign(parsed=lambda _: None)
        return RunnableMap(raw=model) | parsed.with_fallbacks([failed], exception_key="parsing_error")

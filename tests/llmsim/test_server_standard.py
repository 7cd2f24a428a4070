"""LangChain's standard tests for chat models, with the real `ChatOpenAI` against the server over a socket."""

from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from langchain_tests.integration_tests import ChatModelIntegrationTests

from llmsim import Latency, Limits, Simulator
from llmsim.server import background
from tests.llmsim.test_chat_model_standard import on_asyncio

# langchain-openai's own remarks: how it serialises a parsed answer, and what it does with Pydantic 1.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning"),
    pytest.mark.filterwarnings("ignore:Received a Pydantic BaseModel V1 schema:UserWarning"),
]


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    with background(Simulator(latency=Latency.fixed(0.0, rate=1e5), limits=Limits())) as url:
        TestChatOpenAI.url = url
        yield


@on_asyncio
class TestChatOpenAI(ChatModelIntegrationTests):
    """Pictures, sound, PDF and Anthropic's own content blocks are skipped: the simulator reads text only."""

    url = ""

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatOpenAI

    @property
    def chat_model_params(self) -> dict[str, Any]:
        # Every async test has a loop of its own, so no connection may outlive its response.
        single = httpx2.Limits(max_keepalive_connections=0)
        http = openai.DefaultAsyncHttpxClient(
            limits=single, verify=False
        )  # plain HTTP; certificates take long to load
        where = {"base_url": self.url, "api_key": "any", "http_async_client": http}
        return {"model": "sim-large", "stream_usage": True, **where}

    @property
    def model_override_value(self) -> str:
        return "sim-fast"

    @property
    def supports_json_mode(self) -> bool:
        return True

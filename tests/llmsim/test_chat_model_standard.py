"""LangChain's own standard tests, against the simulator on its fastest settings."""

import inspect
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from llmsim import Latency, SimulatedChatModel, Simulator


def on_asyncio(cls: type) -> type:
    """Mark the inherited coroutine tests for pytest-asyncio, which this project runs in strict mode."""
    for name, test in inspect.getmembers(cls, inspect.iscoroutinefunction):
        if name.startswith("test_"):
            setattr(cls, name, pytest.mark.asyncio(test))
    return cls


class _Simulated:
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return SimulatedChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": "sim-large", "simulator": Simulator(latency=Latency.fixed(0.0))}

    @property
    def model_override_value(self) -> str:
        return "sim-fast"

    @property
    def supports_json_mode(self) -> bool:
        return True

    @property
    def supports_image_inputs(self) -> bool:
        return False


class TestUnit(_Simulated, ChatModelUnitTests):
    pass


@on_asyncio
class TestIntegration(_Simulated, ChatModelIntegrationTests):
    """Pictures, sound, PDF and Anthropic's own content blocks are skipped: the simulator reads text only."""


class TestIntegrationWithFunctionCalling(TestIntegration):
    @property
    def structured_output_kwargs(self) -> dict[str, Any]:
        return {"method": "function_calling"}

"""An LLM endpoint that behaves, without a key.

It has latency with a heavy tail, tokens and prices, rate limits that answer 429 with Retry-After, time-outs and
seeded faults, so that lessons about all of these have something real to work against.  One core, three faces:

* plain callables: `Simulator(...)` with `complete`, `acomplete`, `function`, `afunction` (this needs no other package);
* LangChain: `SimulatedChatModel` and the retrievers (need `langchain-core`);
* an HTTP server with OpenAI's protocol: `python -m llmsim serve` (needs Starlette and uvicorn).

`chat_model()` returns the simulator, or a real provider's model where the environment names one.
"""

from typing import TYPE_CHECKING, Any

from llmsim.chat import Completion, Message, Request, Tool, ToolCall, Usage
from llmsim.errors import (
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    InternalServerError,
    LLMError,
    NotFoundError,
    RateLimitError,
    retry_after_of,
    status_of,
)
from llmsim.faults import Burst, Faults, Outage
from llmsim.latency import Latency
from llmsim.ledger import Bill, Entry
from llmsim.limits import Limits
from llmsim.models import CATALOGUE, Model
from llmsim.simulator import Simulator, default_simulator

if TYPE_CHECKING:
    from llmsim.langchain import GraphRetriever, KeywordRetriever, SimulatedChatModel, VectorRetriever
    from llmsim.providers import chat_model, provider

# These need more than the standard library, so they are loaded when first asked for.
_LATER = {
    "SimulatedChatModel": "llmsim.langchain",
    "VectorRetriever": "llmsim.langchain",
    "KeywordRetriever": "llmsim.langchain",
    "GraphRetriever": "llmsim.langchain",
    "chat_model": "llmsim.providers",
    "provider": "llmsim.providers",
}

__all__ = [
    "CATALOGUE",
    "APIConnectionError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "Bill",
    "Burst",
    "Completion",
    "Entry",
    "Faults",
    "GraphRetriever",
    "InternalServerError",
    "KeywordRetriever",
    "LLMError",
    "Latency",
    "Limits",
    "Message",
    "Model",
    "NotFoundError",
    "Outage",
    "RateLimitError",
    "Request",
    "SimulatedChatModel",
    "Simulator",
    "Tool",
    "ToolCall",
    "Usage",
    "VectorRetriever",
    "chat_model",
    "default_simulator",
    "provider",
    "retry_after_of",
    "status_of",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'llmsim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATER[name]), name)

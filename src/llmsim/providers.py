"""One setting that switches from the simulator to a real provider.

Set `OPENAI_MODEL`, and where it is not OpenAI itself `OPENAI_BASE_URL`, and the same code talks to anything that
speaks OpenAI's protocol.  A key alone changes nothing: nobody pays because a key happened to lie in the environment.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmsim.simulator import DEFAULT_MODEL, Simulator

_NO_MODEL = (
    "已设置 OPENAI_BASE_URL，但没有 OPENAI_MODEL：请写明要用的模型，例如 OPENAI_MODEL=qwen-plus。\n"
    "OPENAI_BASE_URL is set but OPENAI_MODEL is not: name the model to use, for example OPENAI_MODEL=llama3.1."
)
_NO_KEY = (
    "要使用 OpenAI，请设置 OPENAI_API_KEY；要使用其他服务，请设置 OPENAI_BASE_URL。\n"
    "Set OPENAI_API_KEY to use OpenAI, or OPENAI_BASE_URL to use another service."
)
_NO_PACKAGE = (
    "连接真实服务需要 langchain-openai：pip install langchain-openai（浏览器里只有模拟器）。\n"
    "A real provider needs langchain-openai: pip install langchain-openai (the browser has the simulator only)."
)


class ProviderError(RuntimeError):
    """The environment names a provider, but not completely."""


@dataclass(frozen=True)
class Provider:
    """Where chat models come from.  `base_url` None means OpenAI's own; the key never shows in its repr."""

    simulated: bool
    model: str
    base_url: str | None = None
    key: str | None = field(default=None, repr=False)


def provider(environ: Mapping[str, str] | None = None) -> Provider:
    """What the environment asks for; the simulator unless it names a model or a URL."""
    env = os.environ if environ is None else environ
    url, model = env.get("OPENAI_BASE_URL", "").strip() or None, env.get("OPENAI_MODEL", "").strip()
    if not url and (not model or model.startswith("sim-")):
        return Provider(simulated=True, model=model or DEFAULT_MODEL)
    if not model:
        raise ProviderError(_NO_MODEL)
    key = env.get("OPENAI_API_KEY", "").strip() or None
    if key is None and url is None:
        raise ProviderError(_NO_KEY)
    return Provider(simulated=False, model=model, base_url=url, key=key)


def chat_model(
    model: str | None = None, *, simulator: Simulator | None = None, **settings: Any
) -> BaseChatModel:
    """A chat model: `SimulatedChatModel`, or `ChatOpenAI` where the environment names a provider.

    `model` and `simulator` are for the simulator; with a real provider OPENAI_MODEL takes the place of a name that
    begins with "sim-".  Other settings (temperature, max_tokens, timeout, max_retries, …) go to either.  Retries are
    off unless asked for, on both, so that the same code shows the same behaviour.
    """
    chosen = provider()
    settings.setdefault("max_retries", 0)
    if chosen.simulated:
        from llmsim.langchain_chat import SimulatedChatModel

        given: dict[str, Any] = {"simulator": simulator} if simulator else {}
        return SimulatedChatModel(model=model or chosen.model, **given, **settings)
    try:
        from langchain_openai import ChatOpenAI
    except ImportError as error:
        raise ProviderError(_NO_PACKAGE) from error
    name = chosen.model if model is None or model.startswith("sim-") else model
    # Local servers (Ollama, vLLM) want no key, but the client wants a string.
    settings.setdefault("stream_usage", True)
    return ChatOpenAI(model=name, base_url=chosen.base_url, api_key=chosen.key or "none", **settings)  # type: ignore[arg-type]
